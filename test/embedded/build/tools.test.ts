import { existsSync } from 'node:fs'
import {
  chmod,
  mkdir,
  readFile,
  readdir,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { BuildContext } from '../../../src/embedded/build/context.js'
import type { BuildFailure } from '../../../src/embedded/build/failure.js'
import type { ToolWish } from '../../../src/embedded/build/package-manager.js'
import { linkNode, npmVersion, provideTool, versionOf } from '../../../src/embedded/build/tools.js'
import { rejection } from '../../support/platform.js'
import { writeTree } from './build-app.js'
import { standIns, type StandIns } from './stand-ins.js'

const HOUR = 60 * 60 * 1000
const INSTALL =
  'npm install --no-save --no-package-lock --no-audit --no-fund --fetch-retries=1 --fetch-retry-mintimeout=1000 --prefix'

describe('the tools of a build, before a stand-in of npm', () => {
  let build: StandIns
  let root: string
  let dir: string
  beforeEach(async () => {
    build = await standIns()
    ;({ root, dir } = build)
    // As it is once Node.js is linked.
    await mkdir(path.join(dir, '.heroku/node/bin'), { recursive: true })
  })
  afterEach(() => build.end())

  /** The machine has what the test puts there, and nothing else. */
  const context = (more: Partial<BuildContext> = {}, env: Record<string, string> = {}) => {
    const machine = path.join(root, 'bin')
    const bin = path.join(dir, '.heroku/node/bin')
    const of = build.context({}, { hostEnv: { PATH: machine }, ...more })
    return { ...of, env: { ...of.env, ...env, PATH: `${bin}:${machine}` } }
  }
  /** An npm that installs the lines that it is told, each one a `package@range version`. */
  const registry = (packages: Record<string, string>, more = '') =>
    build.tool(
      'npm',
      [
        'PATH=/usr/bin:/bin',
        `echo "[$NODE_OPTIONS] [$npm_config_prefix] $(pwd)" > ${path.join(root, 'environment')}`,
        more,
        'for spec; do :; done; case "$spec" in',
        ...Object.entries(packages).map(([spec, version]) => {
          const name = spec.slice(0, spec.lastIndexOf('@'))
          const program = name === '@yarnpkg/cli-dist' ? 'yarn' : name
          return `${spec}) mkdir -p node_modules/.bin node_modules/${name}/bin
            echo '{"version":"${version}"}' > node_modules/${name}/package.json
            printf '#!/bin/sh\\necho ${version}\\n' > node_modules/${name}/bin/cli
            ln -s ../${name}/bin/cli node_modules/.bin/${program};;`
        }),
        '*) echo "npm error code ETARGET"; exit 1;; esac',
      ].join('\n'),
    )
  const provide = async (wish: ToolWish, of = context()) => {
    build.printed = ''
    await provideTool(of, wish)
    return build.printed
  }
  const failure = async (wish: ToolWish, of = context()) => {
    build.printed = ''
    const { message, details } = await rejection<BuildFailure>(provideTool(of, wish))
    return [message, ...details]
  }
  const installs = async () =>
    (await build.calls()).flatMap((line) =>
      line.startsWith('npm ') ? [line.split(' ').at(-1)] : [],
    )
  const ofTool = (tool: string, range: string) => [
    `Unable to install ${tool} ${range}.`,
    `Does ${tool} ${range} exist? (https://help.heroku.com/8MEL050H)`,
    `Is ${range} valid semver? (https://help.heroku.com/0ZIOF3ST)`,
    `Is ${tool} ${range} compatible with this Node.js version?`,
  ]

  describe('find Node.js', () => {
    it('in the slug, by a link to each program of the version that is chosen', async () => {
      const node = path.join(root, 'nodes/23.1.0')
      await writeTree(node, { 'bin/node': 'new', 'bin/npm': 'new' })
      await writeTree(dir, { '.heroku/node/bin/node/old': '' })
      const of = context({ node: { version: '23.1.0', dir: node } }, { npm_config_prefix: '/x' })
      const before = of.env.PATH
      await linkNode(of)
      const bin = path.join(dir, '.heroku/node/bin')
      expect((await readdir(bin)).sort()).to.deep.equal(['node', 'npm'])
      for (const name of ['node', 'npm'])
        expect(await readlink(path.join(bin, name))).to.equal(path.join(node, 'bin', name))
      expect(of.env).to.include({
        PATH: `${bin}:${before}`,
        npm_config_prefix: path.join(dir, '.heroku/node'),
      })
    })
    it('on this machine if it is that one', async () => {
      const of = context({ node: { version: process.versions.node, dir: undefined } })
      await linkNode(of)
      expect(await readdir(path.join(dir, '.heroku/node/bin'))).to.deep.equal([])
    })
  })

  describe('have a version', () => {
    it('that is the first which they print, where no file of the app is', async () => {
      await build.tool('yarn', 'echo warning 7; echo 1.22.19; echo 4.1.0; pwd > "$HERE"')
      const here = path.join(root, 'here')
      expect(await versionOf(context({}, { HERE: here }), 'yarn')).to.equal('1.22.19')
      expect((await readFile(here, 'utf8')).trim()).to.equal(path.join(root, 'work/home'))
      expect(await build.calls()).to.deep.equal(['yarn --version'])
    })
    it('unless they fail, print none or are not there', async () => {
      await build.tool('yarn', 'echo 1.22.19; exit 1')
      await build.tool('npm', 'echo v; echo 7; echo v7.1')
      for (const name of ['yarn', 'npm', 'pnpm'] as const)
        expect(await versionOf(context(), name), name).to.equal(undefined)
    })
    it('but not once the build has ended', async () => {
      build.stop.abort(new Error('stopped'))
      expect((await rejection<Error>(versionOf(context(), 'npm'))).message).to.equal('stopped')
    })
    it('that npm need not be started for', async () => {
      const places = ['one', 'two/bin', 'three/bin'].map((name) => path.join(root, name))
      const env = { PATH: places.join(':') }
      expect(await npmVersion(env)).to.equal(undefined)
      expect(await npmVersion({})).to.equal(undefined)
      await writeTree(root, {
        'one/npm': '',
        'two/bin/npm': '',
        'three/bin/npm': '',
        'three/package.json': { version: '3.0.0' },
      })
      for (const place of places.slice(1)) await chmod(path.join(place, 'npm'), 0o755)
      expect(await npmVersion(env), 'without its package.json').to.equal(undefined)
      await writeTree(root, { 'two/package.json': { version: '2.0.0' } })
      expect(await npmVersion(env)).to.equal('2.0.0')
    })
  })

  describe("that are this machine's", () => {
    it('serve if they are in the range', async () => {
      await build.tool('yarn', 'echo 1.22.19')
      for (const range of ['1.22.x', '1.22.19', '>=1 <2']) {
        expect(await provide({ tool: 'yarn', range })).to.equal(
          '       Using yarn 1.22.19 of this machine\n',
        )
        expect(await readlink(path.join(dir, '.heroku/node/bin/yarn'))).to.equal(
          path.join(root, 'bin/yarn'),
        )
      }
    })
    it('do not if they are in none, a range has no end, or is a tag', async () => {
      await build.tool('yarn', 'echo 1.22.19')
      await registry({ 'yarn@1.10.x': '1.10.1', 'yarn@">=1"': '1.22.22', 'yarn@latest': '1.22.19' })
      expect(await provide({ tool: 'yarn', range: '1.10.x' })).to.equal(
        '       Downloading and installing yarn (1.10.x)\n       Using yarn 1.10.1\n',
      )
      expect(await provide({ tool: 'yarn', range: '>=1' })).to.contain('Using yarn 1.22.22\n')
      // The same version, which is told already.
      expect(await provide({ tool: 'yarn', range: 'latest' })).to.equal(
        '       Downloading and installing yarn (latest)\n',
      )
    })
    it('serve as npm without a link, unless the Node.js is another one with an npm of its own', async () => {
      await registry({ 'npm@10.x': '10.9.0' }, '[ "$1" = --version ] && { echo 10.1.0; exit; }')
      const wish = { tool: 'npm', range: '10.x' } as const
      expect(await provide(wish)).to.equal('       Using npm 10.1.0 of this machine\n')
      const own = context({ node: { version: '20.0.0', dir: undefined } })
      expect(await provide(wish, own)).to.equal('       Using npm 10.1.0 of this machine\n')
      expect(existsSync(path.join(dir, '.heroku/node/bin/npm'))).to.equal(false)
      const other = context({ node: { version: '20.0.0', dir: '/nodes/20.0.0' } })
      expect(await provide(wish, other)).to.contain('Downloading and installing npm (10.x)\n')
      expect(await readlink(path.join(dir, '.heroku/node/bin/npm'))).to.equal(
        '../lib/node_modules/npm/bin/cli',
      )
    })
    it('do not if they do not run', async () => {
      await build.tool('yarn', 'exit 1')
      await registry({ 'yarn@1.22.x': '1.22.22' })
      expect(await provide({ tool: 'yarn', range: '1.22.x' })).to.contain('Using yarn 1.22.22\n')
    })
  })

  describe('that are fetched', () => {
    const wish = { tool: 'yarn', range: '1.22.x' } as const
    const kept = (name = 'yarn@1.22.x') => path.join(root, 'shared/tools', name)
    const age = async (hours: number, name?: string) => {
      const at = (Date.now() - hours * HOUR) / 1000
      await utimes(path.join(kept(name), 'package.json'), at, at)
    }

    it("come by this machine's npm, without what the app tells its own", async () => {
      await registry({ 'yarn@1.22.x': '1.22.22' })
      const env = { NODE_OPTIONS: '--x', npm_config_prefix: '/x' }
      expect(await provide(wish, context({}, env))).to.equal(
        '       Downloading and installing yarn (1.22.x)\n       Using yarn 1.22.22\n',
      )
      const temp = path.join(root, 'work/tmp/tool')
      expect(await build.calls()).to.deep.equal([`${INSTALL} ${temp} yarn@1.22.x`])
      expect((await readFile(path.join(root, 'environment'), 'utf8')).trim()).to.equal(
        `[] [] ${temp}`,
      )
      expect(existsSync(temp)).to.equal(false)
    })
    it('are a part of the slug, beside what is there', async () => {
      await registry({ 'pnpm@9.x': '9.1.0' }, 'mkdir -p node_modules/dep node_modules/.cache')
      await writeTree(dir, {
        '.heroku/node/lib/node_modules/npm/x': '',
        '.heroku/node/bin/npm': '',
      })
      await provide({ tool: 'pnpm', range: '9.x' })
      const slug = path.join(dir, '.heroku/node')
      expect((await readdir(path.join(slug, 'lib/node_modules'))).sort()).to.deep.equal([
        ...['dep', 'npm', 'pnpm'],
      ])
      expect((await readdir(path.join(slug, 'bin'))).sort()).to.deep.equal(['npm', 'pnpm'])
      expect(await readlink(path.join(slug, 'bin/pnpm'))).to.equal(
        '../lib/node_modules/pnpm/bin/cli',
      )
    })
    it('are kept for all builds, by their range and registry', async () => {
      await registry({ 'yarn@1.22.x': '1.22.22' })
      for (let i = 0; i < 2; i++) await provide(wish)
      expect(await readdir(path.join(root, 'shared/tools'))).to.deep.equal(['yarn@1.22.x'])
      const configVars = { A: '1', NPM_CONFIG_REGISTRY: 'http://r/' }
      await provide(wish, context({ configVars }))
      expect(await readdir(path.join(root, 'shared/tools'))).to.have.members([
        'yarn@1.22.x',
        'yarn@1.22.x@http%3A%2F%2Fr%2F',
      ])
      expect(await installs()).to.deep.equal(['yarn@1.22.x', 'yarn@1.22.x'])
    })
    it('are asked for again after a day, unless they are one version', async () => {
      await registry({ 'yarn@1.22.x': '1.22.22', 'yarn@1.22.19': '1.22.19' })
      await provide(wish)
      await age(23)
      await registry({ 'yarn@1.22.x': '1.22.23' })
      expect(await provide(wish)).to.contain('Using yarn 1.22.22\n')
      await age(25)
      expect(await provide(wish)).to.contain('Using yarn 1.22.23\n')
      await registry({ 'yarn@1.22.19': '1.22.19' })
      const pinned = { tool: 'yarn', range: '1.22.19' } as const
      await provide(pinned)
      await age(25, 'yarn@1.22.19')
      await registry({ 'yarn@1.22.19': '9.9.9' })
      expect(await provide(pinned)).to.contain('Using yarn 1.22.19\n')
    })
    it('stay as they were if the registry does not answer then', async () => {
      await registry({ 'yarn@1.22.x': '1.22.22' })
      await provide(wish)
      await age(25)
      await registry({}, 'echo "npm error network"; exit 1')
      expect(await provide(wish)).to.contain('Using yarn 1.22.22\n')
      expect(build.printed).to.contain('       npm error network\n')
    })
    it('are Yarn by the one name or the other', async () => {
      await registry({ '@yarnpkg/cli-dist@4.x': '4.1.0' })
      expect(await provide({ tool: 'yarn', range: '4.x' })).to.equal(
        '       Downloading and installing yarn (4.x)\n       Using yarn 4.1.0\n',
      )
      expect(await installs()).to.deep.equal(['yarn@4.x', '@yarnpkg/cli-dist@4.x'])
    })
    it("are an error if there is none, in Heroku's words", async () => {
      await registry({})
      expect(await failure({ tool: 'yarn', range: '9.x' })).to.deep.equal(ofTool('yarn', '9.x'))
      expect(build.printed).to.contain('       npm error code ETARGET\n')
      expect(await failure({ tool: 'yarn', range: 'next' })).to.deep.equal(ofTool('yarn', 'next'))
      expect(await failure({ tool: 'pnpm', range: '99' })).to.deep.equal(ofTool('pnpm', '99'))
      expect(await installs()).to.deep.equal([
        ...['yarn@9.x', '@yarnpkg/cli-dist@9.x', 'yarn@next', 'pnpm@99'],
      ])
      await registry({}, 'echo "npm error code E404"; exit 1')
      expect(await failure({ tool: 'yarn', range: '9.x' })).to.deep.equal(ofTool('yarn', '9.x'))
    })
    it('are an error if the registry does not answer', async () => {
      await registry({}, 'echo "npm error code ECONNREFUSED"; exit 1')
      expect(await failure(wish)).to.deep.equal([
        "Unable to resolve yarn version '1.22.x' via npm info",
        'The registry did not answer.',
      ])
      expect(build.printed).to.contain('       npm error code ECONNREFUSED\n')
      expect(await failure({ tool: 'pnpm', range: '9.x' })).to.deep.equal(ofTool('pnpm', '9.x'))
      expect(await installs()).to.deep.equal(['yarn@1.22.x', 'pnpm@9.x'])
    })
    it('are an error if they do not run', async () => {
      await registry({ 'yarn@1.22.x': 'no-version' })
      expect(await failure(wish)).to.deep.equal(ofTool('yarn', '1.22.x'))
    })
  })

  describe('that are npm itself', () => {
    const node = { version: '20.9.0', dir: '/nodes/20.9.0' }
    const wish = { tool: 'npm', range: '12.x' } as const
    const wanting = async (engines: unknown, of: Partial<BuildContext> = { node }) => {
      await writeTree(path.join(root, 'shared/tools/npm@12.x'), {
        'package.json': {},
        'node_modules/npm/package.json': { version: '12.0.1', engines },
        'node_modules/npm/bin/cli': '#!/bin/sh\necho 12.0.1\n',
      })
      const bin = path.join(root, 'shared/tools/npm@12.x/node_modules/.bin')
      await mkdir(bin, { recursive: true })
      await rm(path.join(bin, 'npm'), { force: true })
      await symlink('../npm/bin/cli', path.join(bin, 'npm'))
      return context(of)
    }

    it('go by the Node.js that they ask for', async () => {
      for (const engines of [undefined, {}, { node: '^20.9.0 || >=22' }, ['node >=99']])
        expect(await provide(wish, await wanting(engines))).to.contain('Using npm 12.0.1\n')
      const refused = await wanting({ node: '>=22' })
      expect(await failure(wish, refused)).to.deep.equal(ofTool('npm', '12.x'))
      expect(build.printed).to.contain(
        "       npm@12.0.1 wants node >=22, and the app's is 20.9.0\n",
      )
    })
    it('are taken as they are by a build that has chosen none yet', async () => {
      expect(await provide(wish, await wanting({ node: '>=99' }, {}))).to.contain('Using npm 12')
    })
    it('are others if they are another tool, which sees for itself', async () => {
      await registry({ 'yarn@1.22.x': '1.22.22' })
      const file = path.join(root, 'shared/tools/yarn@1.22.x/node_modules/yarn/package.json')
      await provide({ tool: 'yarn', range: '1.22.x' }, context({ node }))
      await writeFile(file, JSON.stringify({ version: '1.22.22', engines: { node: '>=99' } }))
      expect(await provide({ tool: 'yarn', range: '1.22.x' }, context({ node }))).to.contain(
        'Using yarn 1.22.22\n',
      )
    })
  })
})
