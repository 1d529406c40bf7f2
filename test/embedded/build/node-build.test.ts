import { existsSync } from 'node:fs'
import { appendFile, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { AppRecord } from '../../../src/embedded/store/records.js'
import { buildApp, type Built, type Tree } from './build-app.js'
import { fakePlatform, type FakePlatform } from './fake-platform.js'
import { npmLock, pack, type Packed } from './packages.js'
import { inSoak } from '../../support/soak.js'

const BERRY_LOCK = '__metadata:\n  version: 8\n'

/** Where a dyno's file is taken from. */
const inSlug = ({ slug }: Built, file: string): string =>
  slug?.modules !== undefined && file.startsWith('node_modules')
    ? path.join(path.dirname(slug.modules), file)
    : path.join(slug?.dir ?? '/nowhere', file)

describe('the Node build', function () {
  this.timeout(120_000)
  let platform: FakePlatform
  let dep: Packed
  let tool: Packed

  before(async () => {
    platform = await fakePlatform()
    dep = await pack(platform, 'tiny-dep', { 'index.js': 'module.exports = 1\n' })
    tool = await pack(
      platform,
      'tiny-tsc',
      {
        'cli.js':
          '#!/usr/bin/env node\nconst fs = require("fs"); fs.mkdirSync("dist", {recursive: true}); fs.writeFileSync("dist/main.js", fs.readFileSync("src/main.ts")); console.log("compiled 1 file")\n',
      },
      { bin: { 'tiny-tsc': 'cli.js' } },
    )
  })

  after(() => platform.close())

  const manifest = (more: object = {}): object => ({
    name: 'app',
    version: '1.0.0',
    engines: { node: '20.x || 22.x || 24.x' },
    ...more,
  })
  const vendored = (packed: Packed): Tree => ({ [packed.spec.slice('file:'.length)]: packed.bytes })
  const npmFields = () => ({
    dependencies: { 'tiny-dep': dep.spec },
    devDependencies: { 'tiny-tsc': tool.spec },
    scripts: { build: 'tiny-tsc', start: 'node dist/main.js' },
  })
  const npmApp = (more: Tree = {}): Tree => ({
    'package.json': manifest(npmFields()),
    'package-lock.json': npmLock([dep], [tool]),
    'src/main.ts': 'one',
    ...vendored(dep),
    ...vendored(tool),
    ...more,
  })

  describe('of an app that is installed and nothing more', () => {
    const plainApp = (word: string): Tree => ({
      'package.json': manifest({
        dependencies: { 'tiny-dep': dep.spec },
        scripts: { start: 'node main.js' },
      }),
      'package-lock.json': npmLock([dep], []),
      'main.js': word,
      ...vendored(dep),
    })
    const file = 'node_modules/tiny-dep/index.js'
    let app: AppRecord
    let first: Built
    before(async () => {
      app = await platform.createApp('plain')
      first = await buildApp(platform, app, plainApp('one'))
    })

    it('shares the installed files with the build before, which takes no time and no room', async () => {
      const second = await buildApp(platform, app, plainApp('two'))
      expect(second.text).to.include('its node_modules are used')
      const [one, two] = await Promise.all(
        [first, second].map((built) => stat(inSlug(built, file))),
      )
      expect(two!.ino).to.equal(one!.ino)
      expect(await readFile(inSlug(second, 'main.js'), 'utf8')).to.equal('two')
    })

    it('installs anew once a dyno has written into them', async () => {
      await appendFile(inSlug(first, file), '// patched in a dyno\n')
      const third = await buildApp(platform, app, plainApp('three'))
      expect(third.text)
        .to.include('a dyno has written into node_modules')
        .and.to.include('Installing node modules')
      expect(await readFile(inSlug(third, file), 'utf8')).to.equal('module.exports = 1\n')
      expect((await buildApp(platform, app, plainApp('four'))).text).to.include(
        'its node_modules are used',
      )
    })
  })

  describe('of an app whose devDependencies no script of the build could use', () => {
    const tested = (scripts: object, lockMore: object = {}): Tree => ({
      'package.json': manifest({
        dependencies: { 'tiny-dep': dep.spec },
        devDependencies: { 'tiny-tsc': tool.spec },
        scripts: { start: 'node main.js', ...scripts },
      }),
      'package-lock.json': npmLock([dep], [tool], lockMore),
      'main.js': 'one',
      ...vendored(dep),
      ...vendored(tool),
    })
    const isToolThere = (built: Built) => existsSync(inSlug(built, 'node_modules/tiny-tsc'))

    it('leaves them out from the start, and shares what is installed', async () => {
      const app = await platform.createApp('tested')
      const [first, second] = [
        await buildApp(platform, app, tested({ test: 'tiny-tsc' })),
        await buildApp(platform, app, tested({ test: 'tiny-tsc' })),
      ]
      expect(first.text).to.include(
        'Skipping because no script of the build uses them: they were not installed',
      )
      expect(second.text).to.include('its node_modules are used')
      for (const built of [first, second]) {
        expect(isToolThere(built)).to.equal(false)
        expect(existsSync(inSlug(built, 'node_modules/tiny-dep/index.js'))).to.equal(true)
      }
    })

    inSoak(
      'installs them once a script of the build is there, which the tree without them does not serve',
      async () => {
        const app = await platform.createApp('tested-then-built')
        await buildApp(platform, app, tested({}))
        const built = await buildApp(platform, app, tested({ build: 'ls node_modules' }))
        expect(built.text).to.include('Installing node modules').and.to.include('       tiny-tsc\n')
        expect(isToolThere(built)).to.equal(false)
      },
    )

    it("installs and prunes them as Heroku does where the app's own install scripts may use one, or one has an install script that could fail", async () => {
      const own = await buildApp(
        platform,
        await platform.createApp('tested-prepare'),
        tested({ postinstall: 'ls node_modules' }),
      )
      expect(own.text).to.include('tiny-tsc')
      expect(isToolThere(own)).to.equal(false)
      const native = await buildApp(
        platform,
        await platform.createApp('tested-native'),
        tested({}, { hasInstallScript: true }),
      )
      expect(native.text)
        .to.include('-----> Pruning devDependencies\n')
        .and.not.to.include('they were not installed')
      expect(isToolThere(native)).to.equal(false)
    })
  })

  describe('of a TypeScript app with a lockfile', () => {
    let app: AppRecord
    let first: Built
    before(async () => {
      app = await platform.createApp('typed')
      first = await buildApp(platform, app, npmApp())
    })

    it('installs with npm ci, builds with devDependencies, and leaves them out of the slug', async () => {
      expect(first.build.status, first.text).to.equal('succeeded')
      expect(first.text).to.match(/^-----> Installing dependencies\n {7}Installing node modules\n/m)
      expect(first.text)
        .to.include('       Running build\n')
        .and.to.include('       compiled 1 file\n')
        .and.to.include('-----> Pruning devDependencies\n')
      expect(await readFile(inSlug(first, 'dist/main.js'), 'utf8')).to.equal('one')
      expect(existsSync(inSlug(first, 'node_modules/tiny-dep/index.js'))).to.equal(true)
      expect(existsSync(inSlug(first, 'node_modules/tiny-tsc'))).to.equal(false)
      expect(first.slug).to.deep.include({
        process_types: { web: 'npm start' },
        profile_env: { NODE_ENV: 'production' },
      })
      expect(first.slug?.size).to.be.greaterThan(0)
    })

    it('takes the installed tree from the last build where only code changed, and it is whole', async () => {
      const second = await buildApp(platform, app, npmApp({ 'src/main.ts': 'two' }))
      expect(second.text)
        .to.include('-----> Restoring cache\n       - node_modules\n')
        .and.to.include('its node_modules are used')
        .and.not.to.include('Installing node modules')
      expect(await readFile(inSlug(second, 'dist/main.js'), 'utf8')).to.equal('two')
      expect(existsSync(inSlug(second, 'node_modules/tiny-dep/index.js'))).to.equal(true)
      expect(existsSync(inSlug(second, 'node_modules/tiny-tsc'))).to.equal(false)
    })

    it('installs anew where a vendored tarball has changed under the same name', async () => {
      const changed = await pack(platform, 'tiny-dep', { 'index.js': 'module.exports = 2\n' })
      const built = await buildApp(
        platform,
        app,
        npmApp({ ...vendored(changed), 'package-lock.json': npmLock([changed], [tool]) }),
      )
      expect(built.text).to.include('Installing node modules')
      expect(await readFile(inSlug(built, 'node_modules/tiny-dep/index.js'), 'utf8')).to.include(
        '2',
      )
      // The lockfile still pins what was there: as on Heroku that fails, though this machine's
      // cache of npm has the pinned package.
      const mixed = await buildApp(platform, app, npmApp(vendored(changed)))
      expect(mixed.build.status).to.equal('failed')
      expect(mixed.text).to.include('EINTEGRITY')
    })

    inSoak('does not restore when told so', async () => {
      const plain = await platform.createApp('no-cache', { NODE_MODULES_CACHE: 'false' })
      await buildApp(platform, plain, npmApp())
      const built = await buildApp(platform, plain, npmApp())
      expect(built.text)
        .to.include('Caching has been disabled because NODE_MODULES_CACHE=false')
        .and.to.include('Installing node modules')
    })
  })

  inSoak(
    'keeps devDependencies where NPM_CONFIG_PRODUCTION is false or NODE_ENV is not production',
    async () => {
      const kept = await buildApp(
        platform,
        await platform.createApp('kept', { NPM_CONFIG_PRODUCTION: 'false' }),
        npmApp(),
      )
      expect(kept.text).to.include("Skipping because NPM_CONFIG_PRODUCTION is 'false'")
      expect(existsSync(inSlug(kept, 'node_modules/tiny-tsc'))).to.equal(true)
      const staging = await buildApp(
        platform,
        await platform.createApp('staging', { NODE_ENV: 'staging' }),
        npmApp(),
      )
      expect(staging.text).to.include("Skipping because NODE_ENV is not 'production'")
    },
  )

  it("runs heroku-prebuild, heroku-postbuild instead of build, and heroku-cleanup, in Heroku's order", async () => {
    const built = await buildApp(
      platform,
      await platform.createApp('scripts', { GREETING: 'hello from a config var' }),
      {
        'package.json': manifest({
          scripts: {
            'heroku-prebuild': 'echo step 1',
            'heroku-postbuild': 'echo step 2 $GREETING',
            build: 'echo never',
            'heroku-cleanup': 'echo step 3',
            start: 'node x',
          },
        }),
      },
    )
    expect(built.text).to.match(
      /step 1[^]*-----> Installing dependencies[^]*step 2 hello from a config var[^]*-----> Pruning devDependencies[^]*step 3/,
    )
    expect(built.text)
      .to.include('Detected both "build" and "heroku-postbuild" scripts')
      .and.not.match(/^ +never$/m)
  })

  inSoak('prefers an empty heroku-postbuild to build, with npm and with yarn', async () => {
    const scripts = { build: 'echo never', 'heroku-postbuild': '', start: 'node x' }
    for (const files of [{}, { 'yarn.lock': '# yarn lockfile v1\n' }] as Tree[]) {
      const built = await buildApp(
        platform,
        await platform.createApp(`empty-postbuild-${Object.keys(files).length}`),
        { 'package.json': manifest({ scripts }), ...files },
      )
      expect(built.build.status, built.text).to.equal('succeeded')
      expect(built.text)
        .to.include('Detected both "build" and "heroku-postbuild" scripts')
        .and.match(/Running heroku-postbuild/)
        .and.not.match(/^ +never$/m)
    }
  })

  inSoak("gives a build Heroku's heap and locale, and its flags as one argument", async () => {
    const app = await platform.createApp('environment', {
      LANG: 'tr_TR.UTF-8',
      SAFE: 'safe',
      NODE_BUILD_FLAGS: '--prod --optimize',
    })
    const built = await buildApp(platform, app, {
      'package.json': manifest({ scripts: { build: 'echo got "$NODE_OPTIONS" $LANG $SAFE' } }),
    })
    expect(built.text)
      .to.include('got --max_old_space_size=2560 C.UTF-8 safe --prod --optimize\n')
      .and.to.include('Running with --prod --optimize flags')
  })

  inSoak(
    'installs with npm install in spite of a lockfile if USE_NPM_INSTALL says so',
    async () => {
      const built = await buildApp(
        platform,
        await platform.createApp('npm-install', { USE_NPM_INSTALL: 'true' }),
        npmApp(),
      )
      expect(built.build.status, built.text).to.equal('succeeded')
      expect(built.text)
        .to.include('USE_NPM_INSTALL=true')
        .and.to.include('Installing node modules (package.json + package-lock)')
      expect(existsSync(inSlug(built, 'node_modules/tiny-tsc'))).to.equal(false)
    },
  )

  it('keeps what cacheDirectories names from build to build, and nothing outside of the app', async () => {
    const app = await platform.createApp('cache-directories')
    const tree = {
      'package.json': manifest({
        cacheDirectories: ['made', 'non/existent', '../../x'],
        scripts: { build: 'mkdir -p made && date +%s%N >> made/builds && wc -l < made/builds' },
      }),
      'server.js': '',
    }
    const first = await buildApp(platform, app, tree)
    expect(first.text)
      .to.include('       - made\n')
      .and.to.include('- non/existent (nothing to cache)')
      .and.to.include('- ../../x (outside of the app - skipping)')
    const second = await buildApp(platform, app, tree)
    expect(second.text)
      .to.include('Loading from cacheDirectories (package.json):\n       - made\n')
      .and.to.include('- non/existent (not cached - skipping)')
      .and.to.match(/^ +2$/m)
  })

  it('installs without a lockfile by npm install, and restores what it has', async () => {
    const app = await platform.createApp('unlocked')
    const tree = {
      'package.json': manifest({ dependencies: { 'tiny-dep': dep.spec } }),
      'server.js': '',
      ...vendored(dep),
    }
    const first = await buildApp(platform, app, tree)
    expect(first.build.status, first.text).to.equal('succeeded')
    expect(first.slug?.process_types).to.deep.equal({ web: 'npm start' })
    const second = await buildApp(platform, app, tree)
    expect(second.text)
      .to.include('- node_modules\n')
      .and.to.include('Installing node modules (package.json)')
    expect(existsSync(inSlug(second, 'node_modules/tiny-dep/index.js'))).to.equal(true)
  })

  it('installs with yarn where its lockfile is, and leaves it to the dyno', async () => {
    const lock = `# yarn lockfile v1\n\n\n"tiny-dep@${dep.spec}":\n  version "1.0.0"\n  resolved "${dep.spec}#${dep.sha1}"\n\n"tiny-tsc@${tool.spec}":\n  version "1.0.0"\n  resolved "${tool.spec}#${tool.sha1}"\n`
    const { 'package-lock.json': _, ...tree } = npmApp({ 'yarn.lock': lock })
    const built = await buildApp(platform, await platform.createApp('yarned'), tree)
    expect(built.build.status, built.text).to.equal('succeeded')
    expect(built.text)
      .to.match(/Using yarn 1\.\d+/)
      .and.to.include('Installing node modules (yarn.lock)')
      .and.to.include('compiled 1 file')
    expect(existsSync(inSlug(built, 'node_modules/tiny-dep/index.js'))).to.equal(true)
    expect(existsSync(inSlug(built, 'node_modules/tiny-tsc'))).to.equal(false)
    expect(existsSync(inSlug(built, '.heroku/node/bin/yarn'))).to.equal(true)
  })

  inSoak('installs with pnpm where its lockfile is', async () => {
    const one = (packed: Packed) =>
      `      ${packed.name}:\n        specifier: ${packed.spec}\n        version: ${packed.spec}\n`
    const resolution = (packed: Packed, more = '') =>
      `  ${packed.name}@${packed.spec}:\n    resolution: {integrity: ${packed.sha512}, tarball: ${packed.spec}}\n    version: 1.0.0\n${more}\n`
    const lock = `lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n  excludeLinksFromLockfile: false\n\nimporters:\n\n  .:\n    dependencies:\n${one(dep)}    devDependencies:\n${one(tool)}\npackages:\n\n${resolution(dep)}${resolution(tool, '    hasBin: true\n')}snapshots:\n\n  tiny-dep@${dep.spec}: {}\n\n  tiny-tsc@${tool.spec}: {}\n`
    const { 'package-lock.json': _, ...tree } = npmApp({
      'pnpm-lock.yaml': lock,
      'package.json': manifest({ ...npmFields(), engines: { pnpm: '9.x' } }),
    })
    const built = await buildApp(platform, await platform.createApp('pnpmed'), tree)
    expect(built.build.status, built.text).to.equal('succeeded')
    expect(built.text)
      .to.match(/Using pnpm 9\.\d+/)
      .and.to.include('compiled 1 file')
    expect(existsSync(inSlug(built, 'node_modules/tiny-dep/index.js'))).to.equal(true)
    expect(existsSync(inSlug(built, 'node_modules/tiny-tsc'))).to.equal(false)
  })

  describe('fails with a reason', () => {
    const cases: [string, Tree, string][] = [
      [
        'two lockfiles',
        { 'package.json': manifest(), 'package-lock.json': '{}', 'yarn.lock': '' },
        'Error: Multiple lockfiles found.',
      ],
      [
        'a shrinkwrap beside a lockfile',
        { 'package.json': manifest(), 'package-lock.json': '{}', 'npm-shrinkwrap.json': '{}' },
        'Error: Multiple lockfiles conflicting with npm-shrinkwrap.json.',
      ],
      [
        'several package managers',
        {
          'package.json': manifest({ engines: { yarn: '1.x' }, packageManager: 'pnpm@9.1.0' }),
          'yarn.lock': '',
        },
        'Multiple package managers declared in package.json',
      ],
      [
        'a package.json that is not JSON',
        { 'package.json': '{ "name": ' },
        'Error: Unable to parse your package.json.',
      ],
      [
        'engines that are no range',
        { 'package.json': manifest({ engines: { node: 'newest' } }) },
        'Error: Invalid Node.js version requirement.',
      ],
      [
        'engines of io.js',
        { 'package.json': manifest({ engines: { iojs: '1.0.x' } }) },
        'Error: io.js is no longer supported.',
      ],
      [
        'a .heroku that is a file',
        { 'package.json': manifest(), '.heroku': '' },
        'Error: The directory .heroku could not be created.',
      ],
      [
        'a .heroku/node that is a file',
        { 'package.json': manifest(), '.heroku/node': '' },
        'Error: The directory .heroku/node could not be created.',
      ],
      [
        'a package.json that git ignores',
        { '.gitignore': 'node_modules\npackage.json\n', 'index.js': '' },
        "'package.json' listed in '.gitignore' file",
      ],
      [
        'no package.json',
        { 'index.js': '', 'src/a.js': '' },
        "Application not supported by 'heroku/nodejs' buildpack",
      ],
      [
        'a script that fails',
        { 'package.json': manifest({ scripts: { build: 'exit 3' } }) },
        'Error: A build script exited with a non-zero exit code.',
      ],
      [
        'a script that has too little heap',
        {
          'package.json': manifest({
            scripts: {
              'heroku-postbuild': 'echo "FATAL ERROR: JavaScript heap out of memory" >&2; exit 134',
            },
          }),
        },
        'Node.js Out-Of-Memory (OOM)',
      ],
      [
        'newer yarn without its settings',
        { 'package.json': manifest(), 'yarn.lock': BERRY_LOCK },
        "The 'yarnrc.yml' file is not found",
      ],
      [
        'newer yarn without a release',
        {
          'package.json': manifest(),
          'yarn.lock': BERRY_LOCK,
          '.yarnrc.yml': 'nodeLinker: node-modules\n',
        },
        "The 'yarnPath' could not be read from the 'yarnrc.yml' file",
      ],
      [
        'newer yarn whose release is not there',
        {
          'package.json': manifest(),
          'yarn.lock': BERRY_LOCK,
          '.yarnrc.yml': 'yarnPath: .yarn/releases/yarn.cjs\n',
        },
        'Yarn was not found',
      ],
      [
        'a Procfile line that says nothing',
        { 'package.json': manifest(), Procfile: 'web node index.js' },
        'Procfile, line 1',
      ],
      [
        'a lockfile that lags behind',
        {
          'package.json': manifest({ dependencies: { own: 'file:own' } }),
          'own/package.json': { name: 'own', version: '1.0.0' },
          'package-lock.json': npmLock([]),
        },
        'Error: npm lockfile is not in sync.',
      ],
    ]
    for (const [what, tree, words] of cases) {
      it(`for ${what}`, async () => {
        const app = await platform.createApp(`fails-${cases.findIndex(([one]) => one === what)}`)
        const { build, text } = await buildApp(platform, app, tree)
        expect(build.status).to.equal('failed')
        expect(text)
          .to.include('-----> Build failed\n')
          .and.to.include(words)
          .and.to.include(' !     Push failed')
        expect(platform.store.find(app.id)?.slugs).to.deep.equal([])
      })
    }
  })

  it('leaves out what .slugignore names', async () => {
    const built = await buildApp(platform, await platform.createApp('ignoring'), {
      'package.json': manifest({ scripts: { start: 'node a' } }),
      '.slugignore': '*.psd\n/docs\ntest\n!keep.psd\n',
      'a.psd': '',
      'keep.psd': '',
      'docs/x.md': '',
      'src/docs/y.md': '',
      'src/test/z.js': '',
      'b.js': '',
    })
    expect(built.text)
      .to.include('lines that begin with ! have no effect')
      .and.to.include('matched by .slugignore')
    const kept = ['b.js', 'src/docs/y.md'].filter((name) => existsSync(inSlug(built, name)))
    const left = ['a.psd', 'keep.psd', 'docs', 'src/test'].filter((name) =>
      existsSync(inSlug(built, name)),
    )
    expect({ kept, left }).to.deep.equal({ kept: ['b.js', 'src/docs/y.md'], left: [] })
  })
})
