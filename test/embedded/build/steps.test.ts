import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { configureBerry, pruneBerry } from '../../../src/embedded/build/berry.js'
import {
  restoreDirectories,
  saveDirectories,
} from '../../../src/embedded/build/cache-directories.js'
import { capture, sizeOf, step, type BuildContext } from '../../../src/embedded/build/context.js'
import { installDependencies } from '../../../src/embedded/build/dependencies.js'
import { detectNode, discoverProcessTypes } from '../../../src/embedded/build/detect.js'
import type { BuildFailure } from '../../../src/embedded/build/failure.js'
import { readManifest } from '../../../src/embedded/build/manifest.js'
import type { PackageManager } from '../../../src/embedded/build/package-manager.js'
import { configurePnpm, installPnpm, prunePnpm } from '../../../src/embedded/build/pnpm.js'
import {
  checkBerry,
  readBerrySettings,
  refuseCollision,
  refuseIojs,
  releaseOf,
} from '../../../src/embedded/build/preparation.js'
import {
  mayOmitDev,
  pruneDevDependencies,
  whyNotPrune,
} from '../../../src/embedded/build/prune-dev.js'
import { weighSlug } from '../../../src/embedded/build/slug.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { rejection } from '../../support/platform.js'
import type { Tree } from './build-app.js'
import { standIns, type StandIns } from './stand-ins.js'

const NPM: PackageManager = { name: 'npm', lockfile: 'package-lock.json' }
const YARN: PackageManager = { name: 'yarn', lockfile: 'yarn.lock' }
const BERRY: PackageManager = { name: 'berry', lockfile: 'yarn.lock' }
const PNPM: PackageManager = { name: 'pnpm', lockfile: 'pnpm-lock.yaml' }

describe('a step of a build, before stand-ins of its tools', () => {
  let build: StandIns
  let root: string
  let dir: string
  beforeEach(async () => {
    build = await standIns()
    ;({ root, dir } = build)
  })
  afterEach(() => build.end())
  const context: StandIns['context'] = (...args) => build.context(...args)
  const tool: StandIns['tool'] = (...args) => build.tool(...args)
  const calls = () => build.calls()
  const tree = (files: Tree) => build.tree(files)
  const failure = (work: Promise<unknown>) => rejection<BuildFailure>(work)

  describe('of any tool', () => {
    it('prints what the tool prints, and fails of its status', async () => {
      await tool('mine', 'echo one; echo two >&2; exit 7')
      const error = await failure(step(context(), 'npm', 'mine', ['a', 'b']))
      expect(error.message).to.equal('`mine a b` failed with exit status 7.')
      expect(error.details).to.deep.equal(['Its own output is above.'])
      expect(build.printed.trim().split(/\s+/).sort()).to.deep.equal(['one', 'two'])
      await tool('mine')
      await step(context(), 'npm', 'mine', [])
    })
    it('fails in words of its own where its output has them, however much there is', async () => {
      await tool('mine', 'seq 12000; echo "error An error: ECONNRESET"; exit 1')
      for (const kind of ['yarn', 'script'] as const)
        expect((await failure(step(context(), kind, 'mine', []))).message).to.contain('was reset')
      await tool('mine', 'exit 3')
      expect(await failure(step(context(), 'script', 'mine', ['x']))).to.deep.include({
        message: 'Error: A build script exited with a non-zero exit code.',
        details: ['`mine x` ended with 3: its own output is above.'],
      })
    })
    it('is kept from the rest of this machine, unless it is one of the platform', async () => {
      for (const name of ['mine', 'git']) await tool(name, `echo ${name}`)
      const kept: string[][] = []
      const isolate: NonNullable<BuildContext['isolate']> = (line, { dirs, cwd }) => {
        kept.push([cwd, ...dirs])
        return ['echo', 'kept', ...line]
      }
      const run = async (command: string, args: string[] = []) =>
        (await capture(context({}, { isolate }), command, args)).lines
      expect(await run('mine', ['a'])).to.deep.equal(['kept mine a'])
      expect(await run('git')).to.deep.equal(['git'])
      expect(kept).to.deep.equal([
        [dir, dir, ...['work', 'cache', 'shared', 'nodes'].map((name) => path.join(root, name))],
      ])
      const missing = (line: readonly string[]) => [
        'echo',
        `unshare: failed to execute ${line[0]}: No such file`,
      ]
      expect(
        (await failure(capture(context({}, { isolate: missing as typeof isolate }), 'mine', [])))
          .message,
      ).to.equal("mine was not found on this machine's PATH.")
    })
    it('fails of a tool that is not there', async () => {
      expect((await failure(step(context(), 'npm', 'no-such-tool', []))).message).to.equal(
        "no-such-tool was not found on this machine's PATH.",
      )
    })
    it('is given the own environment of the app, and those of the platform none of it', async () => {
      for (const name of ['mine', 'git']) await tool(name, 'echo "[$SECRET] $(pwd)"; exit 3')
      const lines = async (command: string) =>
        capture(context({ SECRET: 'x' }), command, [], { cwd: root })
      expect(await lines('mine')).to.deep.equal({ status: 3, lines: [`[x] ${root}`] })
      expect(await lines('git')).to.deep.equal({ status: 3, lines: [`[] ${root}`] })
    })
    it('ends with the signal of its build', async () => {
      build.stop.abort(new Error('stopped'))
      expect((await failure(step(context(), 'npm', 'sh', ['-c', '']))).message).to.equal('stopped')
    })
    it('measures a folder, and says so if it cannot', async () => {
      await tree({ a: 'x'.repeat(10_000) })
      expect(await sizeOf(context(), dir)).to.be.within(10_000, 100_000)
      const gone = path.join(dir, 'gone')
      expect((await failure(sizeOf(context(), gone))).message).to.equal(
        `The size of ${gone} could not be measured.`,
      )
      await tool('du', 'echo words')
      expect((await failure(sizeOf(context(), dir))).details).to.deep.equal(['words'])
    })
  })

  describe('of Yarn 2 and later', () => {
    const configured = (env: Record<string, string>, nodeLinker?: string, configVars = {}) => {
      const of = context(env, { configVars })
      configureBerry(of, { yarnPath: undefined, nodeLinker })
      return Object.fromEntries(Object.entries(of.env).filter(([name]) => name.startsWith('YARN')))
    }
    const inApp = () => path.join(dir, '.yarn/cache')

    it('keeps its packages where all apps have them, unless the app reads them as it runs', () => {
      const shared = { YARN_CACHE_FOLDER: '/shared' }
      expect(configured(shared, 'node-modules')).to.deep.equal({
        YARN_ENABLE_GLOBAL_CACHE: 'true',
      })
      for (const linker of ['pnp', undefined])
        expect(configured(shared, linker)).to.deep.equal({
          YARN_CACHE_FOLDER: inApp(),
          YARN_ENABLE_GLOBAL_CACHE: 'false',
        })
      const own = { YARN_CACHE_FOLDER: '/own' }
      expect(configured(own, 'pnp', own)).to.include(own)
    })
    it('changes no package that is checked in', async () => {
      await mkdir(inApp(), { recursive: true })
      expect(configured({}, 'node-modules')).not.to.have.property('YARN_ENABLE_IMMUTABLE_CACHE')
      await tree({ '.yarn/cache/a.zip': 'x' })
      expect(configured({}, 'node-modules')).to.deep.equal({
        YARN_CACHE_FOLDER: inApp(),
        YARN_ENABLE_GLOBAL_CACHE: 'false',
        YARN_ENABLE_IMMUTABLE_CACHE: 'true',
      })
      expect(configured({ YARN_ENABLE_IMMUTABLE_CACHE: 'false' }, 'node-modules')).to.include({
        YARN_ENABLE_IMMUTABLE_CACHE: 'false',
      })
    })
    it('prunes by a plugin, and keeps its packages only for an app that reads them', async () => {
      await tool('yarn', 'cat "$YARN_PLUGINS"; echo "$YARN_ENABLE_IMMUTABLE_INSTALLS"')
      for (const [linker, isKept] of [
        ['pnp', true],
        ['node-modules', false],
      ] as const) {
        build.printed = ''
        await tree({ '.yarnrc.yml': `nodeLinker: ${linker}\n`, '.yarn/cache/a.zip': 'x' })
        await removeFolder(path.join(root, 'work/tmp'))
        await pruneBerry(context())
        expect(build.printed).to.match(/'shipit-prune'[^]*\n +false\n/)
        expect(existsSync(inApp()), linker).to.equal(isKept)
      }
      expect(await calls()).to.deep.equal(['yarn shipit prune', 'yarn shipit prune'])
    })

    it('reads its settings, whatever they hold', async () => {
      expect(await readBerrySettings(dir)).to.equal(undefined)
      const none = { yarnPath: undefined, nodeLinker: undefined }
      for (const [text, settings] of [
        ['yarnPath: a.cjs\nnodeLinker: pnp\n', { yarnPath: 'a.cjs', nodeLinker: 'pnp' }],
        ['yarnPath: ""\nnodeLinker: 7\n', none],
        ['', none],
        ['just words', none],
        ['a: [', none],
      ] as const) {
        await tree({ '.yarnrc.yml': text })
        expect(await readBerrySettings(dir), text).to.deep.equal(settings)
      }
      await tree({ 'a.cjs': '' })
      expect(releaseOf(dir, { ...none, yarnPath: 'a.cjs' })).to.equal('a.cjs')
      expect(releaseOf(dir, { ...none, yarnPath: 'b.cjs' })).to.equal(undefined)
      expect(releaseOf(dir, undefined)).to.equal(undefined)
    })

    it('is refused if it is not set up as Heroku wants it', async () => {
      const check = async (
        manifest: object,
        settings: Parameters<typeof checkBerry>[3],
        env: Record<string, string> = {},
        manager = BERRY,
      ) => {
        await tree({ 'package.json': manifest })
        const read = await readManifest(dir)
        try {
          checkBerry(context(env), read, manager, settings)
          return undefined
        } catch (error) {
          return [(error as BuildFailure).message, ...(error as BuildFailure).details].join('\n')
        }
      }
      const settings = (yarnPath?: string) => ({ yarnPath, nodeLinker: undefined })
      await tree({ 'a.cjs': '' })
      expect(await check({}, settings('a.cjs'))).to.equal(undefined)
      for (const manifest of [
        {},
        { engines: { yarn: '1.x' } },
        { packageManager: 'yarn@1.22.0' },
      ]) {
        expect(await check(manifest, undefined)).to.match(/^The 'yarnrc.yml' file is not found\n/)
        expect(await check(manifest, settings())).to.match(/^The 'yarnPath' could not be read/)
      }
      for (const manifest of [{ engines: { yarn: '>=4' } }, { packageManager: 'yarn@4.1.0' }])
        expect(await check(manifest, undefined)).to.equal(undefined)
      expect(await check({}, settings('b.cjs'))).to.match(
        /^Yarn was not found\n\.yarnrc\.yml names b\.cjs,/,
      )
      for (const [value, skips] of [
        ['true', 'false'],
        ['false', 'true'],
      ] as const)
        expect(await check({}, settings('a.cjs'), { YARN_PRODUCTION: value })).to.match(
          new RegExp(`YARN_PRODUCTION\\n[^]*YARN2_SKIP_PRUNING=${skips}$`),
        )
      expect(await check({}, undefined, { YARN_PRODUCTION: 'true' }, YARN)).to.equal(undefined)
      expect(build.printed).to.equal('')
      await tree({ '.npmrc': '', '.yarnrc': '' })
      await check({}, settings('a.cjs'))
      expect(build.printed).to.match(/existing \.npmrc file[^]*existing \.yarnrc file/)
    })
  })

  describe('of pnpm', () => {
    const version = (number: string, more = '') =>
      tool('pnpm', `case "$1" in --version) echo ${number};; ${more} esac`)
    const asked = async () => (await calls()).filter((line) => line !== 'pnpm --version')

    it('keeps its store with those of all apps, by the name that its version reads', async () => {
      const store = path.join(root, 'shared/pnpm')
      const profile = path.join(dir, '.profile.d/pnpm.sh')
      await version('10.9.9')
      const old = context()
      await configurePnpm(old)
      expect(old.env).to.include({ npm_config_store_dir: store })
      expect(existsSync(profile)).to.equal(false)
      await version('11.0.0')
      const recent = context({ PNPM_CONFIG_CACHE: '/own' })
      await configurePnpm(recent)
      expect(recent.env).to.include({ pnpm_config_store_dir: '/own' })
      expect(await readFile(profile, 'utf8')).to.match(/verify_deps_before_run:-warn/)
    })
    it('installs by its lockfile, and by a reporter that it has', async () => {
      await version('9.0.0')
      for (const reporter of ['', 'silent', 'loud'])
        await installPnpm(context({ PNPM_INSTALL_REPORTER: reporter }))
      expect(await asked()).to.deep.equal([
        'pnpm install --prod=false --frozen-lockfile',
        'pnpm install --prod=false --frozen-lockfile --reporter=silent',
        'pnpm install --prod=false --frozen-lockfile',
      ])
      expect(build.printed.match(/Invalid PNPM_INSTALL_REPORTER value .*/g)).to.deep.equal([
        "Invalid PNPM_INSTALL_REPORTER value 'loud': it is one of default, ndjson, append-only, silent",
      ])
    })
    it('prunes, but not where an older one would run the scripts of the app again', async () => {
      await tree({ 'package.json': { scripts: { postinstall: 'x' } } })
      await version('8.15.6')
      await prunePnpm(context())
      await version('8.15.5')
      await prunePnpm(context())
      expect(build.printed).to.match(
        /Pruning skipped due to presence of lifecycle scripts[^]*8\.15\.5/,
      )
      await tree({ 'package.json': { scripts: { build: 'x' } } })
      await prunePnpm(context())
      expect(await asked()).to.deep.equal([
        'pnpm prune --prod --ignore-scripts',
        'pnpm prune --prod',
      ])
    })
    it('installs a workspace again without devDependencies, unless one of it has such a script', async () => {
      const projects = JSON.stringify([{ path: dir }, { path: path.join(dir, 'a') }, {}], null, 1)
      await version('9.0.0', `list) cat <<'X'\nwarning\n${projects}\nX\n;;`)
      const files = {
        'package.json': {},
        'pnpm-workspace.yaml': 'packages: [a]\n',
        'node_modules/x': '',
        'a/node_modules/x': '',
      }
      await tree({ ...files, 'a/package.json': { scripts: { prepare: 'x' } } })
      await prunePnpm(context())
      expect(build.printed).to.contain('package.json at a has one that pnpm runs again')
      expect(existsSync(path.join(dir, 'a/node_modules'))).to.equal(true)
      await tree({ 'a/package.json': {} })
      await prunePnpm(context())
      for (const folder of ['node_modules', 'a/node_modules'])
        expect(existsSync(path.join(dir, folder)), folder).to.equal(false)
      const list = 'pnpm list --recursive --json --depth -1'
      expect(await asked()).to.deep.equal([list, list, 'pnpm install --prod --frozen-lockfile'])
    })
    it('takes no other file of settings for a workspace', async () => {
      await version('9.0.0')
      await tree({ 'package.json': {} })
      for (const text of ['onlyBuiltDependencies: [a]\n', '', 'packages:\n', 'a: [']) {
        await tree({ 'pnpm-workspace.yaml': text })
        await prunePnpm(context())
      }
      expect(await asked()).to.deep.equal(Array(4).fill('pnpm prune --prod --ignore-scripts'))
    })
  })

  describe('that takes devDependencies out', () => {
    const pruned = async (manager: PackageManager, npm?: string) => {
      await pruneDevDependencies(context({}, npm === undefined ? {} : { npm }), manager, undefined)
      return (await calls()).at(-1)
    }
    it('is that of the tool which installs', async () => {
      for (const name of ['npm', 'yarn']) await tool(name)
      await tool('pnpm', 'echo 9.0.0')
      await tree({ 'package.json': {} })
      expect(await pruned(NPM, '7.0.0')).to.equal('npm prune --omit=dev --no-audit --no-fund')
      expect(await pruned(NPM, '6.14.0')).to.equal('npm prune')
      expect(await pruned(YARN)).to.equal(
        'yarn install --frozen-lockfile --ignore-engines --ignore-scripts --prefer-offline --non-interactive --production=true',
      )
      expect(await pruned(BERRY)).to.equal('yarn shipit prune')
      expect(await pruned(PNPM)).to.equal('pnpm prune --prod --ignore-scripts')
    })
    it('is left out for a reason', async () => {
      await pruneDevDependencies(context(), NPM, 'of this')
      expect(build.printed).to.contain('Skipping because of this')
      expect(await calls()).to.deep.equal([])
    })
    it('is left out where there is nothing to take, or npm cannot', async () => {
      const why = async (
        manifest: object,
        manager = NPM,
        env: Record<string, string> = {},
        npm = '10.0.0',
      ) => {
        await tree({ 'package.json': manifest })
        return whyNotPrune(context(env, { npm }), await readManifest(dir), manager)
      }
      const dev = { devDependencies: { a: '1' } }
      expect(await why({})).to.equal('there are none')
      expect(await why({ devDependencies: {} }, YARN)).to.equal('there are none')
      expect(await why(dev)).to.equal(undefined)
      expect(await why({ workspaces: ['a'] })).to.equal(undefined)
      expect(await why({}, { name: 'npm', lockfile: null })).to.equal(undefined)
      for (const manager of [BERRY, PNPM]) expect(await why({}, manager)).to.equal(undefined)
      expect(await why(dev, NPM, {}, '5.3.0')).to.contain('npm 5.3.0 fails')
      for (const npm of ['5.6.0', '5.5.1', '5.5.0', '5.4.2', '5.4.1', '5.2.0', '5.1.0'])
        expect(await why(dev, NPM, {}, npm)).to.contain(`npm ${npm} sometimes fails`)
      for (const npm of ['5.3.0', '5.6.0'])
        expect(await why(dev, YARN, {}, npm)).to.equal(undefined)
      expect(await why(dev, NPM, { NODE_ENV: 'test' })).to.equal("NODE_ENV is 'test'")
      await tree({ 'node_modules/a/index.js': '' })
      expect(await why({})).to.equal(undefined)
    })
    it('may be the installation itself, for an app whose scripts could not miss them', async () => {
      const may = async (manifest: object, packages: object[] = [], manager = NPM) => {
        await tree({
          'package.json': manifest,
          'package-lock.json': { packages: Object.fromEntries(packages.entries()) },
        })
        return mayOmitDev(context(), await readManifest(dir), manager)
      }
      expect(await may({})).to.equal(true)
      expect(await may({ scripts: { postinstall: 'x' } })).to.equal(false)
      expect(await may({ workspaces: [] })).to.equal(false)
      expect(await may({}, [], { name: 'npm', lockfile: null })).to.equal(false)
      expect(await may({}, [], YARN)).to.equal(false)
      const built = { dev: true, hasInstallScript: true }
      expect(await may({}, [{ dev: true }, built])).to.equal(false)
      expect(await may({}, [{ ...built, optional: true }])).to.equal(true)
      expect(await may({}, [{ hasInstallScript: true }, { dev: true }])).to.equal(true)
    })
  })

  describe('that installs', () => {
    const installed = async (
      manager: PackageManager,
      env: Record<string, string> = {},
      { npm = '10.0.0', omitsDev = false, hasCacheDirectories = false } = {},
    ) => {
      build.printed = ''
      await tree({ 'package.json': {} })
      await installDependencies(context(env, { npm }), await readManifest(dir), manager, {
        version: npm,
        isLast: false,
        omitsDev,
        hasCacheDirectories,
      })
      return (await calls()).at(-1)
    }
    beforeEach(async () => {
      for (const name of ['npm', 'yarn', 'pnpm']) await tool(name)
      await tree({ 'package-lock.json': { packages: {} }, 'yarn.lock': '' })
    })

    it('is npm ci by a lockfile, unless npm does not know it or USE_NPM_INSTALL decides', async () => {
      const ci = 'npm ci --prefer-offline --include=dev --no-audit --no-fund'
      const install = 'npm install --include=dev --no-audit --no-fund'
      expect(await installed(NPM)).to.equal(ci)
      expect(build.printed).to.contain('       Installing node modules\n')
      expect(await installed(NPM, { USE_NPM_INSTALL: 'true' })).to.equal(install)
      expect(build.printed).to.contain('Installing node modules (package.json + package-lock)\n')
      expect(await installed(NPM, { USE_NPM_INSTALL: 'false' })).to.equal(ci)
      expect(await installed({ name: 'npm', lockfile: null })).to.equal(install)
      expect(build.printed).to.contain('Installing node modules (package.json)\n')
      expect(await installed(NPM, {}, { npm: '6.0.0' })).to.equal(
        'npm ci --prefer-offline --production=false --unsafe-perm',
      )
      expect(await installed(NPM, {}, { npm: '5.9.9' })).to.equal(
        'npm install --production=false --unsafe-perm',
      )
      await tree({ 'npm-shrinkwrap.json': {} })
      await installed({ name: 'npm', lockfile: 'npm-shrinkwrap.json' }, { USE_NPM_INSTALL: 'true' })
      expect(build.printed).to.contain('Installing node modules (package.json + shrinkwrap)\n')
    })
    it('leaves devDependencies out if it may, or is told to', async () => {
      expect(await installed(NPM, {}, { omitsDev: true })).to.contain(' --omit=dev ')
      expect(await installed(NPM, { NPM_CONFIG_PRODUCTION: 'true' })).to.contain(' --omit=dev ')
      expect(await installed(NPM, { NPM_CONFIG_PRODUCTION: 'false' })).to.contain('--include=dev ')
      expect(await installed(YARN)).to.equal(
        'yarn install --frozen-lockfile --ignore-engines --non-interactive --prefer-offline --production=false',
      )
      expect(await installed(YARN, { YARN_PRODUCTION: 'true' })).to.match(/ --production=true$/)
    })
    it('rebuilds what is checked in by npm, and takes it out for yarn unless told otherwise', async () => {
      await tree({ 'node_modules/a/index.js': '' })
      expect(await installed(NPM)).to.equal('npm install --include=dev --no-audit --no-fund')
      expect((await calls()).at(-2)).to.equal('npm rebuild')
      expect(build.printed).to.contain(
        'node_modules is checked into source control: nothing to restore',
      )
      expect(await installed(YARN, { SKIP_NODE_MODULES_CHECK: 'true' })).to.match(/^yarn install /)
      expect(build.printed).to.contain('Keeping existing node_modules')
      expect(existsSync(path.join(dir, 'node_modules/a'))).to.equal(true)
      await installed(YARN)
      expect(build.printed).to.contain('node_modules checked into source control: https:')
      expect(existsSync(path.join(dir, 'node_modules/a'))).to.equal(false)
    })
    describe('what the last build has left', () => {
      beforeEach(() => tool('yarn', 'mkdir -p node_modules; echo 1 > node_modules/a'))
      const again = async (env: Record<string, string> = {}, npm = '10.0.0') => {
        await removeFolder(path.join(dir, 'node_modules'))
        await installed(YARN, env, { npm })
        return (await calls()).length
      }
      const kept = () => existsSync(path.join(dir, 'node_modules/a'))

      it('is taken as it is while nothing has changed', async () => {
        expect(await again()).to.equal(1)
        expect(build.printed).to.match(
          /^-----> Restoring cache\n +- node_modules \(not cached[^]*-----> Installing dependencies\n[^]*-----> Caching build\n +- node_modules\n$/,
        )
        expect(await again()).to.equal(1)
        expect(build.printed).to.match(
          /Restoring cache\n +- node_modules\n[^]*yarn\.lock and all that it/,
        )
        expect(kept()).to.equal(true)
      })
      it('is left for other tools, another lockfile, or what has been written since', async () => {
        await again()
        expect(await again({}, '11.0.0')).to.equal(2)
        expect(build.printed).to.contain(
          'due to a change in version of node or its package manager',
        )
        await tree({ 'yarn.lock': '# other' })
        expect(await again({}, '11.0.0')).to.equal(3)
        expect(build.printed).to.contain('- node_modules (not cached - skipping)')
        const trees = path.join(root, 'cache/trees')
        const { mtime } = await stat(path.join(root, 'cache/tree.json'))
        for (const name of await readdir(trees))
          await utimes(path.join(trees, name, 'node_modules/a'), mtime, Date.now() / 1000 + 60)
        expect(await again({}, '11.0.0')).to.equal(4)
        expect(build.printed).to.contain('a dyno has written into node_modules')
        expect(await again({ NODE_MODULES_CACHE: 'false' }, '11.0.0')).to.equal(5)
        expect(build.printed).to.not.contain('Caching build')
        await writeFile(path.join(root, 'cache/tree.json'), '{"tree":')
        expect(await again({}, '11.0.0')).to.equal(6)
      })
      it('is shared if nothing more writes into it', async () => {
        await tree({ 'package.json': {} })
        const of = context()
        for (let i = 0; i < 2; i++) {
          await installDependencies(of, await readManifest(dir), YARN, {
            version: '1.22.0',
            isLast: true,
            omitsDev: false,
            hasCacheDirectories: false,
          })
          expect(await readFile(path.join(of.modules!.dir, 'a'), 'utf8')).to.equal('1\n')
          expect(of.modules!.size).to.be.greaterThan(0)
          expect(kept()).to.equal(false)
        }
        expect(await calls()).to.have.length(1)
      })
      it('is no matter of a build that cannot keep anything', async () => {
        await tool('cp', 'echo no room; exit 1')
        await again()
        expect(build.printed).to.match(/ ! +The node_modules could not be copied: no room/)
        expect(kept()).to.equal(true)
      })
      it('is where npm begins without a lockfile', async () => {
        await tool('npm', 'mkdir -p node_modules; echo 1 > node_modules/a')
        const none: PackageManager = { name: 'npm', lockfile: null }
        await installed(none)
        await removeFolder(path.join(dir, 'node_modules'))
        await tool('npm', 'ls node_modules')
        await installed(none)
        expect(build.printed).to.match(/Restoring cache\n +- node_modules\n[^]*\n +a\n/)
      })
    })
    it('says what of the last build it has', async () => {
      const rows: [PackageManager, Record<string, string>, string][] = [
        [NPM, { NODE_MODULES_CACHE: 'false' }, 'Caching has been disabled'],
        [NPM, {}, '- node_modules (not cached - skipping)'],
        [BERRY, {}, '- yarn cache'],
        [PNPM, {}, '- pnpm cache'],
      ]
      for (const [manager, env, words] of rows) {
        await installed(manager, env)
        expect(build.printed, words).to.contain(`-----> Restoring cache\n       ${words}`)
      }
      await installed(NPM, {}, { hasCacheDirectories: true })
      expect(build.printed).to.not.contain('Restoring cache')
    })
  })

  describe('that keeps folders for the next build', () => {
    it('puts back what was kept by the same tools, and nothing over what is there', async () => {
      const names = ['kept', 'there', 'gone', '../out', 'node_modules']
      await tree({ 'kept/a': '1', 'there/a': '1', 'node_modules/a': '1' })
      await restoreDirectories(context(), NPM, names, 'one')
      expect(build.printed).to.equal('')
      await saveDirectories(context(), PNPM, names, 'one')
      expect(build.printed).to.match(
        /- kept\n +- there\n +- gone \(nothing to cache\)\n +- \.\.\/out \(outside of the app - skipping\)\n +- node_modules \(skipping because pnpm is used\)\n$/,
      )
      await removeFolder(path.join(dir, 'kept'))
      await tree({ 'there/a': '2' })
      build.printed = ''
      await restoreDirectories(context(), NPM, names, 'two')
      expect(build.printed).to.contain('were not restored due to a change in version')
      expect(existsSync(path.join(dir, 'kept'))).to.equal(false)
      build.printed = ''
      await restoreDirectories(context({ NODE_MODULES_CACHE: 'false' }), NPM, names, 'one')
      expect(build.printed).to.equal('')
      await restoreDirectories(context(), PNPM, names, 'one')
      expect(build.printed).to.match(
        /- kept\n +- there \(exists - skipping\)\n +- gone \(not cached - skipping\)\n +- \.\.\/out \(outside of the app/,
      )
      expect(await readFile(path.join(dir, 'kept/a'), 'utf8')).to.equal('1')
      expect(await readFile(path.join(dir, 'there/a'), 'utf8')).to.equal('2')
    })
    it('keeps nothing if it is told so, and fails of no cache that cannot be written', async () => {
      await tree({ 'kept/a': '1' })
      await saveDirectories(context(), NPM, ['kept'], 'one')
      build.printed = ''
      await saveDirectories(context({ NODE_MODULES_CACHE: 'false' }), NPM, ['kept'], 'one')
      expect(build.printed).to.equal('')
      await restoreDirectories(context(), NPM, ['kept'], 'one')
      expect(build.printed).to.equal('')
      await tool('cp', 'echo no room >&2; exit 1')
      await saveDirectories(context(), NPM, ['kept'], 'one')
      expect(build.printed).to.match(/ ! +.*could not be copied: no room/)
    })
  })

  describe('that refuses', () => {
    it('what stands where the buildpack puts its own', async () => {
      refuseCollision(dir)
      await tree({ '.heroku/node/bin/x': '' })
      refuseCollision(dir)
      await removeFolder(path.join(dir, '.heroku'))
      for (const name of ['.heroku/node', '.heroku']) {
        await tree({ [name]: '' })
        expect(() => refuseCollision(dir)).to.throw(`The directory ${name} could not be created.`)
        await removeFolder(path.join(dir, '.heroku'))
      }
    })
    it('io.js', async () => {
      await tree({ 'package.json': { engines: { iojs: '1.x' } } })
      const read = await readManifest(dir)
      expect(() => refuseIojs(read)).to.throw('io.js is no longer supported')
      await tree({ 'package.json': { engines: { node: '20.x' } } })
      refuseIojs(await readManifest(dir))
    })
    it('what has no package.json, and says where one is or why it is not there', async () => {
      const told = async () => {
        const { message, details } = await failure(detectNode(dir))
        return [message, ...details].join('\n')
      }
      expect(await told()).to.match(/git ls-files package\.json[^]*At the root are: \(nothing\)/)
      await tree({ 'b/package.json': {}, 'a/package.json': {}, 'c/x': '', 'd.js': '' })
      expect(await told()).to.match(
        /There is one in (a\/, b\/|b\/, a\/): push that[^]*At the root are: a\/ {2}b\/ {2}c\/ {2}d\.js/,
      )
      for (const [name, page] of [
        ['.gitignore', 'gitignore'],
        ['.slugignore', 'slug-compiler#ignoring'],
      ] as const) {
        await tree({ [name]: 'x\npackage.json\n' })
        expect(await told()).to.match(new RegExp(`listed in '${name}' file[^]*articles/${page}`))
      }
      await tree({ '.gitignore': 'package.jsonx\n', '.slugignore': 'x/package.json\n' })
      expect(await told()).to.match(/^No default language/)
      await tree({ 'package.json': {} })
      await detectNode(dir)
    })
    it('nothing where the app says no more than how it starts', async () => {
      await tree({ 'package.json': {}, Procfile: 'worker: node w\n' })
      expect(await discoverProcessTypes(context())).to.deep.equal({
        worker: 'node w',
        web: 'npm start',
      })
      expect(build.printed).to.match(
        /Procfile declares types +-> worker\n +Default types .* -> web\n$/,
      )
      await removeFolder(path.join(dir, 'Procfile'))
      build.printed = ''
      expect(await discoverProcessTypes(context())).to.deep.equal({ web: 'npm start' })
      expect(build.printed).to.match(/types +-> \(none\)[^]* may not specify any way to start/)
      const starts: Tree[] = [{ 'server.js': '' }, { 'package.json': { scripts: { start: 'x' } } }]
      for (const files of starts) {
        build.printed = ''
        await tree(files)
        await discoverProcessTypes(context())
        expect(build.printed).to.not.contain('may not specify')
        await removeFolder(path.join(dir, 'server.js'))
      }
    })
    it('a slug that is larger than its limit once it is compressed', async () => {
      await tree({ a: 'x'.repeat(2_000_000) })
      const size = await weighSlug(context(), 3_000_000)
      expect(size).to.be.within(2_000_000, 3_000_000)
      expect(await weighSlug(context(), 100_000)).to.equal(size)
      expect((await failure(weighSlug(context(), 100))).message).to.match(
        /^Compiled slug size: 0\.0M is too large \(max is 0\.0M\)\.$/,
      )
      const modules = path.join(root, 'modules')
      await mkdir(modules)
      await writeFile(
        path.join(modules, 'b'),
        Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))),
      )
      const both = context({}, { modules: { dir: modules, size: 1_000_000 } })
      expect(await weighSlug(both, 100_000)).to.equal(size + 1_000_000)
      expect((await failure(weighSlug(both, 50_000))).message).to.contain('is too large')
    })
  })
})
