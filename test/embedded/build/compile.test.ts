import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { create } from 'tar'
import { compile } from '../../../src/embedded/build/compile.js'
import type { BuildFailure } from '../../../src/embedded/build/failure.js'
import { BuildOutput } from '../../../src/embedded/build/output.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { rejection } from '../../support/platform.js'
import { temporaryFolder } from '../support/platform.js'
import { writeTree, type Tree } from './build-app.js'

type Job = Parameters<typeof compile>[0]

const SET = [
  ...['PATH', 'HOME', 'SHIPIT_LOCAL_NODE', 'npm_config_userconfig', 'NPM_CONFIG_USERCONFIG'],
  // Set by `npm run`.
  ...['npm_config_cache', 'NPM_CONFIG_CACHE'],
]

describe('the slug compiler, before a stand-in of npm', () => {
  let root: string
  let output: BuildOutput
  let printed: string
  let onPrinted: () => void
  let stop: AbortController
  const kept = { ...process.env }
  const { execPath } = process
  beforeEach(async () => {
    root = await temporaryFolder()
    printed = ''
    onPrinted = () => undefined
    stop = new AbortController()
    output = new BuildOutput(path.join(root, 'log'), (chunk) => {
      printed += String(chunk)
      onPrinted()
    })
    await writeTree(root, { 'package.json': { name: 'npm', version: '10.8.2' }, 'home/.keep': '' })
    await program('bin/npm', `env > ${path.join(root, 'environment')}; mkdir -p node_modules`)
    for (const name of SET) delete process.env[name]
    process.env.HOME = path.join(root, 'home')
    process.env.SHIPIT_LOCAL_NODE = 'machine'
    // Node.js has a folder of its own: that of the machine may have an npm too.
    await mkdir(path.join(root, 'node'))
    await symlink(execPath, path.join(root, 'node/node'))
    process.execPath = path.join(root, 'node/node')
    process.env.PATH = [path.join(root, 'bin'), path.join(root, 'node'), '/usr/bin', '/bin'].join(
      ':',
    )
  })
  afterEach(async () => {
    process.execPath = execPath
    for (const name of SET) {
      if (kept[name] === undefined) delete process.env[name]
      else process.env[name] = kept[name]
    }
    output.end()
    await removeFolder(root)
  })

  const program = async (name: string, script = '') => {
    await writeTree(root, { [name]: `#!/bin/sh\n${script}\n` })
    await chmod(path.join(root, name), 0o755)
  }
  const APP = { 'package.json': { engines: { node: '*' }, scripts: { start: 'node .' } } }
  const pack = async (tree: Tree, links: Record<string, string> = {}) => {
    const from = path.join(root, 'source')
    await writeTree(from, tree)
    for (const [name, target] of Object.entries(links)) await symlink(target, path.join(from, name))
    const archive = path.join(root, 'source.tgz')
    await create({ cwd: from, file: archive, gzip: true }, ['.'])
    return archive
  }
  const at = (name: string) => path.join(root, name)
  const compiled = async (tree: Tree = APP, more: Partial<Job> = {}) =>
    compile({
      archive: more.archive ?? (await pack(tree)),
      commit: 'c0ffee',
      configVars: { GREETING: 'hello' },
      slugDir: at('slug'),
      work: at('work'),
      cache: at('cache'),
      shared: at('shared'),
      nodes: at('nodes'),
      output,
      signal: stop.signal,
      isolate: undefined,
      slugLimit: 100 * 1024 * 1024,
      ...more,
    })
  /** That of npm, as the build gave it. */
  const environment = async () =>
    Object.fromEntries(
      (await readFile(at('environment'), 'utf8'))
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    ) as Record<string, string | undefined>

  it('unpacks, detects, builds, discovers and weighs, and tells of each', async () => {
    const slug = await compiled({ ...APP, Procfile: 'web: node a\nworker: node b\n' })
    expect(printed.match(/^(----->| !).*$/gm)).to.deep.equal([
      '-----> Building on the embedded Heroku',
      '-----> Using buildpack: heroku/nodejs',
      '-----> Node.js app detected',
      '-----> Creating runtime environment',
      '-----> Installing binaries',
      '-----> Restoring cache',
      '-----> Installing dependencies',
      '-----> Caching build',
      '-----> Pruning devDependencies',
      '-----> Build succeeded!',
      '-----> Discovering process types',
      '-----> Compressing...',
    ])
    expect(slug).to.deep.include({
      processTypes: { web: 'node a', worker: 'node b' },
      modules: undefined,
      node: undefined,
    })
    expect(slug.size).to.be.within(1024, 1024 * 1024)
    expect(existsSync(at('slug/package.json'))).to.equal(true)
  })
  it('tells where the dependencies lie that it shares with the next build', async () => {
    const { modules } = await compiled({ ...APP, 'package-lock.json': { packages: {} } })
    expect(modules).to.match(new RegExp(`^${at('cache/trees')}/[^/]+/node_modules$`))
  })
  it('warns of links that lead out of the app', async () => {
    await compiled({}, { archive: await pack(APP, { out: '../../etc' }) })
    expect(printed).to.contain(
      ' !     out -> ../../etc: this link leads out of the app, and nowhere in a dyno on Heroku.\n',
    )
  })
  it('leaves out what .slugignore names, be it what the app is detected by', async () => {
    const error = await rejection<BuildFailure>(
      compiled({ ...APP, '.slugignore': 'package.json\n' }),
    )
    expect(error.message).to.equal("'package.json' listed in '.slugignore' file")
    expect(printed).to.not.contain('Using buildpack')
  })
  it('fails beyond the limits of a source and of a slug', async () => {
    const failure = async (more: Partial<Job>) => {
      await removeFolder(at('slug'))
      return (await rejection<BuildFailure>(compiled(APP, more))).message
    }
    expect(await failure({ sourceLimits: { bytes: 1e9, files: 1 } })).to.contain(
      'more than 1 files',
    )
    expect(await failure({ slugLimit: 10 })).to.contain('Compiled slug size')
  })
  it('fails with its signal, even at the end', async () => {
    onPrinted = () => {
      if (printed.includes('Done:')) stop.abort(new Error('stopped'))
    }
    expect((await rejection<Error>(compiled())).message).to.equal('stopped')
  })
  it('runs its tools kept from the machine if it can', async () => {
    const kept: (readonly string[])[] = []
    await compiled(APP, {
      isolate: (line) => {
        kept.push(line)
        return line as [string, ...string[]]
      },
    })
    expect(kept.map((line) => line.slice(0, 2).join(' '))).to.include.members([
      'npm install',
      'npm prune',
    ])
  })
  it('notes each process group that it starts', async () => {
    await compiled()
    const groups = (await readFile(at('work/groups'), 'utf8')).trim().split('\n').map(Number)
    expect(groups.length).to.be.greaterThan(2)
    expect(groups.every((group) => group > 1)).to.equal(true)
  })

  describe('gives its tools', () => {
    it("the app's config vars, its commit, and folders of the build", async () => {
      await compiled()
      expect(await environment()).to.include({
        GREETING: 'hello',
        SOURCE_VERSION: 'c0ffee',
        HOME: at('work/home'),
        TMPDIR: at('work/tmp'),
        BUILD_DIR: at('slug'),
        YARN_CACHE_FOLDER: at('shared/yarn'),
        npm_config_cache: at('home/.npm'),
      })
      for (const folder of ['work/home', 'work/tmp']) expect(existsSync(at(folder))).to.equal(true)
    })

    const searched = async () =>
      (await environment())
        .PATH!.split(':')
        .filter((folder) => folder !== at('slug/.heroku/node/bin'))
    it('the PATH of the machine where its node is this one', async () => {
      await compiled()
      expect(await searched()).to.deep.equal(process.env.PATH!.split(':'))
      // Also by another name: it is the file that counts.
      await symlink(execPath, at('bin/node'))
      await removeFolder(at('slug'))
      await compiled()
      expect((await searched())[0]).to.equal(at('bin'))
    })
    it('this node before one that comes first, or if there is none', async () => {
      await program('bin/node')
      await compiled()
      expect(await searched()).to.deep.equal([at('node'), ...process.env.PATH!.split(':')])
      await removeFolder(at('slug'))
      process.env.PATH = [path.relative(process.cwd(), at('node')), at('bin'), '/nowhere'].join(':')
      await program('bin/node')
      await program('bin/npm', `/usr/bin/env > ${at('environment')}; /bin/mkdir -p node_modules`)
      for (const tool of ['du', 'find', 'cp'])
        await program(`bin/${tool}`, `PATH=/usr/bin:/bin exec ${tool} "$@"`)
      await compiled()
      expect((await searched())[0]).to.equal(at('node'))
      await removeFolder(at('bin/node'))
      await removeFolder(at('slug'))
      process.env.PATH = at('bin')
      await compiled()
      expect(await searched()).to.deep.equal([at('node'), at('bin')])
    })
  })

  describe("has the user's word on registries", () => {
    const linked = (name: string) => readlink(at(path.join('work/home', name)))

    it('by links to the files of the home folder', async () => {
      await writeTree(at('home'), { '.npmrc': 'a=1\n', '.yarnrc': '', '.yarnrc.yml': '' })
      await compiled()
      for (const name of ['.npmrc', '.yarnrc', '.yarnrc.yml'])
        expect(await linked(name)).to.equal(at(`home/${name}`))
      expect(await environment()).to.include({ npm_config_cache: at('home/.npm') })
    })
    it('as far as they are there', async () => {
      await compiled()
      for (const name of ['.npmrc', '.yarnrc', '.yarnrc.yml'])
        expect(existsSync(at(path.join('work/home', name))), name).to.equal(false)
    })
    it('from the file that a variable names, of which that in small letters goes first', async () => {
      await writeTree(root, { 'home/.npmrc': '', 'a/npmrc': '', 'b/npmrc': '' })
      process.env.NPM_CONFIG_USERCONFIG = at('b/npmrc')
      await compiled()
      expect(await linked('.npmrc')).to.equal(at('b/npmrc'))
      process.env.npm_config_userconfig = at('a/npmrc')
      for (const folder of ['slug', 'work']) await removeFolder(at(folder))
      await compiled()
      expect(await linked('.npmrc')).to.equal(at('a/npmrc'))
    })
    it('and on where the cache of npm lies, if it says so', async () => {
      for (const [text, isOwn] of [
        ['a=1\n  cache = /x\n', true],
        ['cache=/x', true],
        ['cache-max=1\nmy-cache=2\n#cache=3\n', false],
      ] as const) {
        await writeFile(at('home/.npmrc'), text)
        await compiled()
        expect((await environment()).npm_config_cache === undefined, text).to.equal(isOwn)
        for (const folder of ['slug', 'work']) await removeFolder(at(folder))
      }
    })
  })
})
