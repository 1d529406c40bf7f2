import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { BuildContext } from '../../../src/embedded/build/context.js'
import type { BuildFailure } from '../../../src/embedded/build/failure.js'
import { buildNodeApp } from '../../../src/embedded/build/node-build.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { rejection } from '../../support/platform.js'
import { standIns, type StandIns } from './stand-ins.js'

const NODE = process.versions.node

describe('the Node build, before stand-ins of its tools', () => {
  let build: StandIns
  let root: string
  let dir: string
  const before = process.env.SHIPIT_LOCAL_NODE
  beforeEach(async () => {
    build = await standIns()
    ;({ root, dir } = build)
    process.env.SHIPIT_LOCAL_NODE = 'machine'
    await npm('10.8.2')
  })
  afterEach(async () => {
    if (before === undefined) delete process.env.SHIPIT_LOCAL_NODE
    else process.env.SHIPIT_LOCAL_NODE = before
    await build.end()
  })

  /** What is installed is one file, and what prunes takes it away. */
  const INSTALLS =
    'case "$1" in ci|install) mkdir -p node_modules; echo 1 > node_modules/a;; prune) rm node_modules/a;; esac'
  const npm = async (version: string, more = '') => {
    await writeFile(path.join(root, 'package.json'), JSON.stringify({ name: 'npm', version }))
    await build.tool(
      'npm',
      `[ "$1" = --version ] && { echo ${version}; exit; }\n${more}\n${INSTALLS}`,
    )
  }
  const context = (env: Record<string, string> = {}, configVars: Record<string, string> = {}) => {
    const { npm: _, ...of } = build.context({ NODE_VERBOSE: 'false', ...env, ...configVars })
    return { ...of, configVars } as BuildContext
  }
  const manifest = (more: object = {}) => ({ 'package.json': { engines: { node: '*' }, ...more } })
  /** Builds; what is told of it is to be found in `build.printed`. */
  const run = async (tree: Parameters<StandIns['tree']>[0], of = context()) => {
    build.printed = ''
    await build.tree(tree)
    await buildNodeApp(of)
    return of
  }
  const LOCKED = { 'package-lock.json': { packages: {} } }

  it('is told step by step', async () => {
    const of = await run(manifest())
    expect(build.printed).to.equal(
      [
        '-----> Creating runtime environment',
        '',
        '       NODE_VERBOSE=false',
        '       NODE_ENV=production',
        '',
        '-----> Installing binaries',
        '       engines.node (package.json):   *',
        '       engines.npm (package.json):    unspecified (use default)',
        '',
        '       Resolving node version *...',
        `       Using node ${NODE} of this machine`,
        '       Using default npm version: 10.8.2',
        '-----> Restoring cache',
        '       - node_modules (not cached - skipping)',
        '-----> Installing dependencies',
        '       Installing node modules (package.json)',
        '-----> Caching build',
        '       - node_modules',
        '-----> Pruning devDependencies',
        '-----> Build succeeded!',
        '',
      ].join('\n'),
    )
    expect(await build.calls()).to.deep.equal([
      'npm install --include=dev --no-audit --no-fund',
      'npm prune --omit=dev --no-audit --no-fund',
    ])
    expect(of.node).to.deep.equal({ version: NODE, dir: undefined })
    expect(of.npm).to.equal('10.8.2')
    expect(of.env.PATH).to.match(new RegExp(`^${dir}/\\.heroku/node/bin:`))
  })

  it('names the versions that the app asks for', async () => {
    await build.tool('yarn', `[ "$1" = --version ] && { echo 1.22.19; exit; }\n${INSTALLS}`)
    await run({ 'package.json': {} })
    expect(build.printed).to.contain('engines.node (package.json):   unspecified\n')
    expect(build.printed).to.not.match(/engines\.(yarn|pnpm)|packageManager/)
    await run(
      manifest({
        engines: { node: '*', npm: '10.8.2' },
        packageManager: 'npm@10.8.2+sha512.abc',
      }),
    )
    expect(build.printed).to.contain(
      [
        '       engines.npm (package.json):    10.8.2',
        '       packageManager (package.json): npm@10.8.2',
        '',
      ].join('\n'),
    )
    expect(build.printed).to.contain('       npm 10.8.2 already installed with node\n')
    expect(build.printed).to.not.contain('Using default npm version')
    await removeFolder(path.join(dir, 'node_modules'))
    await run({
      ...manifest({ engines: { node: '*', yarn: '1.22.19' }, packageManager: 'yarn@1.22.19' }),
      'yarn.lock': '',
    })
    expect(build.printed).to.contain(
      [
        '       engines.yarn (package.json):   1.22.19',
        '       packageManager (package.json): yarn@1.22.19',
        ' !     Multiple Yarn versions declared',
      ].join('\n'),
    )
    expect(build.printed).to.contain('       Using yarn 1.22.19 of this machine\n')
  })

  it('has the package manager of its lockfile, whose version may be any', async () => {
    await build.tool('yarn', `[ "$1" = --version ] && { echo 1.22.19; exit; }\n${INSTALLS}`)
    await run({ ...manifest(), 'yarn.lock': '' })
    expect(build.printed).to.contain('engines.yarn (package.json):   unspecified (use default)\n')
    expect(build.printed).to.not.contain('engines.pnpm')
    expect(build.printed).to.contain('       Using default npm version: 10.8.2\n')
  })

  it('is none of what is refused before anything is done', async () => {
    const refused = async (tree: Parameters<StandIns['tree']>[0]) => {
      build.printed = ''
      await build.tree(tree)
      const error = await rejection<BuildFailure>(buildNodeApp(context()))
      expect(build.printed).to.not.contain('Installing binaries')
      return error.message
    }
    const iojs = { 'package.json': { engines: { iojs: '1.x' } } }
    expect(await refused(iojs)).to.contain('io.js is no longer supported')
    expect(await refused({ ...manifest(), 'yarn.lock': '', ...LOCKED })).to.contain(
      'Multiple lockfiles found',
    )
    expect(await refused({ '.heroku': '' })).to.contain('directory .heroku could not be created')
  })

  describe('of an npm that is old', () => {
    /** Its range brings the one that serves from then on. */
    const FETCHES =
      'case "$*" in *npm@5.x.x) PATH=/usr/bin:/bin; mkdir -p node_modules/.bin node_modules/npm/bin;' +
      ' echo \'{"version":"5.10.0"}\' > node_modules/npm/package.json;' +
      ' printf \'#!/bin/sh\\n[ "$1" = --version ] && echo 5.10.0; exit 0\\n\' > node_modules/npm/bin/npm;' +
      ' ln -s ../npm/bin/npm node_modules/.bin/npm; exit;; esac'
    const word = 'Detected package-lock.json: defaulting npm to version 5.x.x\n'

    it('takes one that knows the lockfile', async () => {
      await npm('4.9.9', FETCHES)
      const of = await run({ ...manifest(), ...LOCKED })
      expect(build.printed).to.contain(`       ${word}`).and.not.contain('Using default npm')
      expect(build.printed).to.not.contain('This version of npm')
      expect(of.npm).to.equal('5.10.0')
    })
    it('does not if there is no such lockfile, npm is named, or it is none of the old', async () => {
      for (const [version, tree] of [
        ['4.9.9', manifest()],
        ['4.9.9', { ...manifest({ engines: { node: '*', npm: '4.9.9' } }), ...LOCKED }],
        ['5.0.0', { ...manifest({ engines: { node: '*' } }), ...LOCKED }],
      ] as const) {
        await npm(version, FETCHES)
        await run(tree)
        expect(build.printed, version).to.not.contain(word)
        await build.tree({})
      }
    })
    it('is warned of', async () => {
      const lockless = 'npm (4.9.9) does not support package-lock.json. Please update your npm'
      const warned = async (version: string, tree: Parameters<StandIns['tree']>[0]) => {
        await npm(version)
        await run(tree)
        return build.printed.split('\n').filter((line) => line.includes('This version of npm'))
      }
      expect(await warned('2.0.0', manifest())).to.deep.equal([])
      expect(await warned('1.4.28', manifest())).to.deep.equal([
        ' !     This version of npm (1.4.28) has several known issues. Please update your npm version in package.json.',
      ])
      const own = { engines: { node: '*', npm: '4.9.9' } }
      expect(await warned('4.9.9', manifest(own))).to.deep.equal([])
      const [line] = await warned('4.9.9', { ...manifest(own), ...LOCKED })
      expect(line).to.contain(lockless)
      const newer = { engines: { node: '*', npm: '5.0.0' } }
      expect(await warned('5.0.0', { ...manifest(newer), ...LOCKED })).to.deep.equal([])
    })
    it('is none where there is none', async () => {
      const of = context()
      of.env.PATH = '/nowhere'
      of.hostEnv = { PATH: path.join(root, 'empty') }
      await build.tree(manifest())
      const error = await rejection<BuildFailure>(buildNodeApp(of))
      expect(error.message).to.equal("npm was not found on this machine's PATH.")
      expect(build.printed)
        .to.contain('Using default npm version: none\n')
        .and.to.contain('This version of npm (0.0.0) has several known issues')
    })
  })

  describe('runs scripts of the app', () => {
    const scripted = (scripts: object) => manifest({ scripts })
    const scripts = async () =>
      (await build.calls())
        .filter((line) => line.includes(' run '))
        .map((line) => line.slice(0, 60))

    it("in Heroku's order, each under its heading", async () => {
      await run(
        scripted({
          'heroku-prebuild': 'a',
          build: 'c',
          'heroku-postbuild': 'b',
          'heroku-cleanup': 'd',
        }),
      )
      expect(
        build.printed.match(/^(-----> (Pre|Buil|Cle|Ins|Pru).*| +(Runn|Detec).*)$/gm),
      ).to.deep.equal([
        '-----> Installing binaries',
        '-----> Prebuild',
        '       Running heroku-prebuild',
        '-----> Installing dependencies',
        '-----> Build',
        '       Detected both "build" and "heroku-postbuild" scripts',
        '       Running heroku-postbuild',
        '-----> Pruning devDependencies',
        '-----> Cleanup',
        '       Running heroku-cleanup',
        '-----> Build succeeded!',
      ])
      expect(await build.calls()).to.deep.equal([
        'npm run heroku-prebuild --if-present',
        'npm install --include=dev --no-audit --no-fund',
        'npm run heroku-postbuild --if-present',
        'npm prune --omit=dev --no-audit --no-fund',
        'npm run heroku-cleanup --if-present',
      ])
    })
    it('build alone with its flags', async () => {
      await run(scripted({ build: 'x' }), context({ NODE_BUILD_FLAGS: '--prod' }))
      expect(build.printed)
        .to.contain('       Running with --prod flags\n')
        .and.not.contain('Detected both')
      await run(scripted({ 'heroku-postbuild': 'x' }), context({ NODE_BUILD_FLAGS: '--prod' }))
      expect(build.printed).to.not.contain('flags')
      await run(scripted({ build: 'x' }))
      expect(build.printed).to.not.contain('flags')
      expect(await scripts()).to.deep.equal([
        'npm run build --if-present -- --prod',
        'npm run heroku-postbuild --if-present',
        'npm run build --if-present',
      ])
    })
    it('and says that those of Angular want a flag', async () => {
      const word = '"ng build" detected as build script.'
      await run(scripted({ build: 'ng build' }))
      expect(build.printed).to.contain(` !     ${word}`)
      for (const others of [{ build: 'ng build --prod' }, { 'heroku-postbuild': 'ng build' }]) {
        await run(scripted(others))
        expect(build.printed).to.not.contain(word)
      }
    })
    it('that are there and empty, except by Yarn, which would fail', async () => {
      await run(scripted({ build: '' }))
      expect(await scripts()).to.deep.equal(['npm run build --if-present'])
      await build.tool('yarn', `[ "$1" = --version ] && { echo 1.22.19; exit; }\n${INSTALLS}`)
      await run({ ...scripted({ 'heroku-prebuild': 'x', build: '' }), 'yarn.lock': '' })
      expect(build.printed)
        .to.contain('       Running heroku-prebuild (yarn)\n')
        .and.to.contain('       Running build (yarn)\n')
      expect((await scripts()).slice(1)).to.deep.equal(['yarn run heroku-prebuild'])
    })
    it('and fails of one that fails', async () => {
      await npm('10.8.2', 'case "$*" in run*) exit 3;; esac')
      await build.tree(scripted({ build: 'x' }))
      const { message, details } = await rejection<BuildFailure>(buildNodeApp(context()))
      expect([message, ...details].join('\n')).to.match(
        /build script exited[^]*npm run build --if-present` ended with 3/,
      )
    })
  })

  describe('shares what it installs with the builds to come', () => {
    const locked = (more: object = {}) => ({ ...manifest(more), ...LOCKED })
    const isShared = async (tree: Parameters<StandIns['tree']>[0], env = {}, configVars = {}) => {
      const of = await run(tree, context(env, configVars))
      return of.modules !== undefined
    }
    const dev = { devDependencies: { a: '1' } }

    it('if no later step could write into it', async () => {
      expect(await isShared(locked())).to.equal(true)
      expect(build.printed).to.contain('Skipping because there are none\n')
    })
    it('if devDependencies are left out from the start', async () => {
      expect(await isShared(locked(dev))).to.equal(true)
      expect(build.printed).to.contain(
        'Skipping because no script of the build uses them: they were not installed\n',
      )
      expect(await build.calls()).to.deep.equal([
        'npm ci --prefer-offline --omit=dev --no-audit --no-fund',
      ])
    })
    it('if they are kept', async () => {
      expect(await isShared(locked(dev), { NODE_ENV: 'staging' })).to.equal(true)
      expect(build.printed).to.contain("Skipping because NODE_ENV is not 'production'\n")
      expect((await build.calls())[0]).to.contain('--include=dev')
    })
    it('not if they are installed and taken out', async () => {
      const own = { ...dev, scripts: { postinstall: 'x' } }
      expect(await isShared(locked(own))).to.equal(false)
      expect(build.printed).to.not.contain('Skipping')
    })
    for (const name of ['heroku-postbuild', 'build', 'heroku-cleanup'])
      it(`not if there is a script ${name}`, async () => {
        expect(await isShared(locked({ ...dev, scripts: { [name]: 'x' } }))).to.equal(false)
        expect(build.printed).to.not.contain('Skipping')
        expect((await build.calls())[0]).to.contain('--include=dev')
      })
    it('even if there is a script before', async () => {
      expect(await isShared(locked({ scripts: { 'heroku-prebuild': 'x' } }))).to.equal(true)
    })
    it('not if package.json says what is kept', async () => {
      expect(await isShared(locked({ cacheDirectories: ['made'] }))).to.equal(false)
    })
  })

  describe('keeps the folders that package.json names', () => {
    const tree = { ...manifest({ cacheDirectories: ['made'], scripts: { build: 'x' } }) }
    const makes = 'case "$1" in run) mkdir -p made; echo 1 >> made/a;; esac'
    const RESTORED = 'Loading from cacheDirectories (package.json):\n       - made\n'
    const again = async (more: object = {}) => {
      await removeFolder(path.join(dir, 'made'))
      await removeFolder(path.join(dir, 'node_modules'))
      await run({ ...tree, ...more })
      return readFile(path.join(dir, 'made/a'), 'utf8')
    }

    it('for a build by the same tools', async () => {
      await npm('10.8.2', makes)
      expect(await again()).to.equal('1\n')
      expect(build.printed).to.contain('Saving cacheDirectories (package.json):\n       - made\n')
      expect(await again()).to.equal('1\n1\n')
      expect(build.printed).to.contain(RESTORED)
      await npm('10.9.0', makes)
      expect(await again()).to.equal('1\n')
      expect(build.printed).to.contain('due to a change in version')
      expect(await again({ 'node_modules/b': '' })).to.equal('1\n')
      expect(build.printed).to.contain('due to a change in version')
    })
    it('and no others', async () => {
      await run(manifest({ cacheDirectories: [] }))
      expect(build.printed).to.not.contain('cacheDirectories')
    })
  })

  describe('lists what it has installed if NODE_VERBOSE asks for it', () => {
    it('by npm', async () => {
      await npm('10.8.2', '[ "$1" = ls ] && { echo app; echo "+ a@1"; exit 1; }')
      await run(manifest(), context({}, { NODE_VERBOSE: 'true' }))
      expect(build.printed).to.match(/\n\n {7}app\n {7}\+ a@1\n-----> Build succeeded!\n$/)
      expect((await build.calls()).at(-1)).to.equal('npm ls --depth=0')
      await run(manifest(), context({}, { NODE_VERBOSE: '1' }))
      expect((await build.calls()).at(-1)).to.not.contain(' ls ')
    })
    it('by another tool', async () => {
      await build.tool('yarn', `[ "$1" = --version ] && { echo 1.22.19; exit; }\n${INSTALLS}`)
      await run({ ...manifest(), 'yarn.lock': '' }, context({}, { NODE_VERBOSE: 'true' }))
      expect((await build.calls()).at(-1)).to.equal('yarn list --depth=0')
    })
  })

  describe('of other package managers', () => {
    const YARN_1 = `[ "$1" = --version ] && { echo 1.22.19; exit; }\n${INSTALLS}`

    it('installs anew for another version of Yarn', async () => {
      const tree = { ...manifest(), 'yarn.lock': '# yarn lockfile v1\n' }
      const installs = async () =>
        (await build.calls()).filter((line) => line.startsWith('yarn install')).length
      await build.tool('yarn', YARN_1)
      for (let i = 0; i < 2; i++) await run(tree)
      expect(await installs()).to.equal(1)
      await build.tool('yarn', YARN_1.replace('1.22.19', '1.22.20'))
      await run(tree)
      expect(await installs()).to.equal(2)
      expect(build.printed).to.contain('due to a change in version of node')
    })
    it('has the settings of Yarn 2 and later for that alone', async () => {
      await build.tool('yarn', '[ "$1" = --version ] && echo 1.22.19; exit 0')
      const berry = await run({
        ...manifest(),
        'yarn.lock': '__metadata:\n  version: 8\n',
        '.yarnrc.yml': 'yarnPath: y.cjs\nnodeLinker: node-modules\n',
        'y.cjs': '',
      })
      expect(berry.env).to.include({ YARN_ENABLE_GLOBAL_CACHE: 'true' })
      expect(build.printed).to.contain("       Running 'yarn install' with yarn.lock\n")
      expect((await build.calls()).filter((line) => line.startsWith('yarn ')).at(-2)).to.equal(
        'yarn install --immutable',
      )
      const classic = await run({ 'yarn.lock': '# yarn lockfile v1\n' })
      expect(classic.env).to.not.have.property('YARN_ENABLE_GLOBAL_CACHE')
      expect(classic.env).to.not.have.property('npm_config_store_dir')
    })
    it('has the settings of pnpm for that alone', async () => {
      await build.tool('pnpm', '[ "$1" = --version ] && echo 9.1.0; exit 0')
      const of = await run({
        ...manifest({ engines: { node: '*', pnpm: '9.1.0' } }),
        'pnpm-lock.yaml': 'lockfileVersion: 9\n',
      })
      expect(of.env).to.include({ npm_config_store_dir: path.join(root, 'shared/pnpm') })
      expect(build.printed).to.contain('engines.pnpm (package.json):   9.1.0\n')
      expect(existsSync(path.join(dir, '.profile.d'))).to.equal(false)
    })
  })
})
