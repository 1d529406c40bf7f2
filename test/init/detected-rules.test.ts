import { expect } from 'chai'
import { detect } from '../../src/init/detect/index.js'
import { memoryFolder } from './memory-folder.js'
import { told, type Files } from './told.js'

type Options = Parameters<typeof detect>[1]

const start = (line: string, files: Files = {}, more: object = {}, options: Options = {}) =>
  told({ 'package.json': { name: 'shop', scripts: { start: line }, ...more }, ...files }, options)
const named = 'If it comes to a single file, name it with --entry.'
const unknown = (name: string) => `keeps: shipit does not know what \`${name}\` starts -> ${named}`

describe('what init goes by before it looks for a start', () => {
  const two = { 'server.js': '', 'other.js': '' }
  const old = (script: string, more: object = {}): Options => ({
    ignoreEcosystemFile: true,
    ecosystemFile: 'e.json',
    ecosystemApp: { script, ...more },
  })

  it('is the app of the old ecosystem file where a new one is written, and nobody says other', () => {
    const words = { args: ['a'], nodeArgs: ['-r', 'x'] }
    expect(told({ 'package.json': {}, ...two }, old('other.js', words))).to.equal(
      'other.js a | node -r x',
    )
    const main = { 'package.json': { main: 'server.js' }, ...two }
    expect(told(main, old('other.js'))).to.equal('other.js')
    expect(start('node server.js', two, {}, old('other.js'))).to.equal('server.js')
    expect(told({ 'package.json': {}, ...two }, old('gone.js'))).to.equal(
      'server.js | Passed over script in e.json: `gone.js` does not exist.',
    )
    const found = (options: Options) =>
      detect(memoryFolder({ 'package.json': {}, ...two }), options)
    expect(found(old('other.js'))).to.deep.include({
      chosenBecause: 'other.js starts the app: script in e.json is `other.js`.',
    })
    expect(found({ ...old('other.js'), ecosystemFile: undefined } as Options)).to.include({
      chosenBecause: 'other.js starts the app: script in the ecosystem file is `other.js`.',
    })
    expect(found(old('other.js')).candidates.map(({ entry }) => entry)).to.deep.equal([
      ...['other.js', 'server.js'],
    ])
  })

  it('is that app too where the start names the file', () => {
    const files = { ...two, 'e.json': '' }
    const scripts = { start: 'npm run m && pm2-runtime e.json', m: 'node m' }
    expect(start('', files, { scripts }, old('other.js'))).to.equal('other.js | first npm run m')
    expect(start('pm2-runtime e.json', files, {}, old('gone.js'))).to.equal('server.js')
    const none = { ...old(''), ecosystemApp: undefined } as Options
    expect(start('pm2-runtime e.json', files, {}, none)).to.equal('server.js')
    const found = detect(
      memoryFolder({ 'package.json': { scripts: { start: 'pm2-runtime e.json' } }, ...files }),
      old('other.js'),
    )
    expect(found.chosenBecause).to.equal(
      'e.json, which starts other.js, starts the app: scripts.start is `pm2-runtime e.json`.',
    )
  })

  it('is an ecosystem file that lies there, with what ran before', () => {
    const scripts = { start: 'npm run m && node server.js', m: 'node m' }
    const lying = { ecosystemFile: 'e.json' }
    expect(start('', two, { scripts }, lying)).to.equal('uses e.json | first npm run m')
    expect(told({ 'package.json': {} }, lying)).to.equal('uses e.json')
    const found = (options: Options) => detect(memoryFolder({ 'package.json': {} }), options)
    expect(found({ ...lying, ecosystemApp: { script: 'x.js' } }).entry).to.equal('x.js')
    expect(found(lying)).to.not.have.property('entry')
    expect(found(lying)).to.not.have.property('start')
  })

  it('is a worker where the start script only prints, whatever else lies there', () => {
    const files = { Procfile: 'worker: node jobs.js\n', 'jobs.js': '', 'server.js': '' }
    expect(start('echo no web', files)).to.equal('jobs.js')
    expect(start('node server.js', files)).to.equal('server.js')
  })

  it('is the word of --entry', () => {
    expect(start('node server.js', two, {}, { entry: 'other.js' })).to.equal('other.js')
    expect(told({ 'package.json': {} }, { entry: 'o.js' })).to.equal(
      'stops: --entry: `o.js` does not exist. -> Name a file of the app, such as --entry server.js.',
    )
    expect(told({ 'package.json': {}, 'o.ts': '' }, { entry: 'o.ts' })).to.equal(
      'stops: --entry: `o.ts` is TypeScript, and no build script makes JavaScript of it. -> ' +
        'Add a script called `build` that compiles it, such as "build": "tsc".',
    )
  })
})

describe('an app in another folder', () => {
  const api = (...names: string[]): Files => ({
    'api/package.json': {
      scripts: { start: 'node s.js' },
      dependencies: Object.fromEntries(names.map((name) => [name, '1'])),
    },
    'api/s.js': '',
  })
  const note = (names: string) =>
    `s.js | in api | api/package.json has dependencies of its own (${names}), which Heroku does ` +
    'not install: add "heroku-postbuild": "npm --prefix api install" to package.json, or make api ' +
    'a workspace.'
  const line = 'cd api && npm start'

  it('has its dependencies only if something installs them', () => {
    expect(start(line, api('a', 'b', 'c'))).to.equal(note('a, b, c'))
    expect(start(line, api('a', 'b', 'c', 'd'))).to.equal(note('a, b, c, …'))
    expect(start(line, api('a', 'b'), { dependencies: { a: '1' } })).to.equal(note('b'))
    for (const more of [{ workspaces: ['api'] }, { dependencies: { a: '1' } }])
      expect(start(line, api('a'), more)).to.equal('s.js | in api')
    expect(start(line, api())).to.equal('s.js | in api')
  })

  it('has them by each script that Heroku runs, and by each tool', () => {
    const by = (name: string, command: string) =>
      start('', api('a'), { scripts: { start: line, [name]: command } })
    for (const name of [
      ...['heroku-prebuild', 'preinstall', 'install', 'postinstall', 'prepare', 'build'],
      'heroku-postbuild',
    ])
      expect(by(name, 'cd api && npm ci'), name).to.equal('s.js | in api')
    expect(by('other', 'cd api && npm ci')).to.equal(note('a'))
    for (const command of [
      ...['lerna bootstrap', 'npm i', 'yarn install', 'pnpm i', 'npm --prefix x ci', './in api'],
    ])
      expect(by('postinstall', command), command).to.equal('s.js | in api')
    for (const command of ['npm run x', 'xnpm ci', 'npm cix', 'make', 'ci npm'])
      expect(by('postinstall', command), command).to.equal(note('a'))
    const hop = { start: line, postinstall: 'npm run deps', deps: 'npm ci' }
    expect(start('', api('a'), { scripts: hop })).to.equal('s.js | in api')
  })

  const stop = (reason: string) =>
    `stops: scripts.start: ${reason}. -> Name its file: shipit init --entry FILE`
  const unseen = (tool: string) =>
    `a.js does not exist yet, and shipit cannot see from \`${tool}\` what it is built from. Run ` +
    'the build once and look.'
  const rows: [line: string, files: Files, build: string | undefined, told: string][] = [
    ['cd ../x && node a', {}, undefined, `keeps: \`../x\` lies outside the folder -> ${named}`],
    ['cd . && node a.js', { 'a.js': '' }, undefined, 'a.js'],
    ['cd ./ && node a.js', { 'a.js': '' }, undefined, 'a.js'],
    ['cd none && node a.js', {}, undefined, stop('the folder `none` does not exist')],
    ['cd dist && node a.js', {}, undefined, stop('the folder `dist` does not exist')],
    ['cd zz && node a.js', {}, 'tsc', stop('the folder `zz` does not exist')],
    ['cd zz && node a.js', {}, 'my-tool', `a.js | in zz | ${unseen('my-tool')}`],
    ['cd out && node a.js', {}, 'tsc', `a.js | in out | ${unseen('tsc')}`],
    ['cd dist && ./x.sh', {}, 'tsc', `keeps: only the build makes \`dist\` -> ${named}`],
    ['cd api && node gone.js', { 'api/a.js': '' }, undefined, stop('`gone.js` does not exist')],
    ['cd api/sub && node a.js', { 'api/sub/a.js': '' }, undefined, 'a.js | in api/sub'],
    [
      'cd api && cd sub && npm run m && node a.js',
      { 'api/sub/a.js': '', 'api/sub/package.json': { scripts: { m: 'x' } } },
      undefined,
      'a.js | in api/sub | first cd api && cd sub && npm run m',
    ],
    [
      'cd api && pm2-runtime e.json',
      { 'api/e.json': '', 'api/a.js': '' },
      undefined,
      'keeps: `api/e.json` is an ecosystem file in another folder -> Run shipit init there: ' +
        'shipit init api',
    ],
    ['cd api && node dist/s.js', { 'api/s.ts': '' }, 'tsc --outDir api/dist', 'dist/s.js | in api'],
    [
      'cd $DIR && node a.js',
      {},
      undefined,
      `keeps: \`cd $DIR && node a.js\` starts the app in a folder that only the shell knows -> ${named}`,
    ],
    [
      'cd ~ && node a.js',
      {},
      undefined,
      `keeps: \`cd ~ && node a.js\` starts the app in a folder that only the shell knows -> ${named}`,
    ],
  ]
  for (const [command, files, build, expected] of rows)
    it(`${command}, built by ${build ?? 'nothing'}: ${expected}`, () => {
      const scripts = { start: command, ...(build === undefined ? {} : { build }) }
      expect(start('', files, { scripts })).to.equal(expected)
    })
})

describe('a workspace that is set up from the root', () => {
  const asked: Options = { workspace: { workspace: 'packages/api', siblings: ['shared', 'lib'] } }
  const repository = (more: Files = {}, root: object = {}): Files => ({
    'package.json': { workspaces: ['packages/*'], ...root },
    'packages/api/package.json': { name: 'api', scripts: { start: 'node s.js' } },
    'packages/api/s.js': '',
    'packages/shared/package.json': { name: 'shared' },
    ...more,
  })
  const root = (line: string) => ({ scripts: { start: line } })
  const other = (command: string, how: string) =>
    `stops: scripts.start is \`${command}\`, which starts ${how}. -> Set up what the root starts: ` +
    'shipit init .. (its folder). Or let the root start packages/api: take the start script of ' +
    'its package.json out, and run shipit init packages/api again.'

  it('is started as its own package.json says', () => {
    expect(told(repository(), asked)).to.equal('s.js | in packages/api')
    const by = (manifest: object, more: Files = {}) =>
      told(
        repository({ 'packages/api/package.json': { name: 'api', ...manifest }, ...more }),
        asked,
      )
    const files = { 'packages/api/m.js': '', 'packages/api/server.js': '' }
    expect(by({ main: 'm.js' }, files)).to.equal('m.js | in packages/api')
    expect(by({ main: 'gone.js' }, files)).to.equal('server.js | in packages/api')
    expect(by({ main: 'm.js', ...root('node s.js') }, files)).to.equal('s.js | in packages/api')
    expect(by({})).to.equal(
      'stops: the workspace packages/api: nothing in packages/api says what starts it. -> Give ' +
        'packages/api/package.json a start script.',
    )
    const found = detect(memoryFolder(repository()), asked)
    expect(found.chosenBecause).to.equal(
      's.js in packages/api starts the workspace packages/api, which needs shared, lib beside ' +
        'it, so that the root is set up.',
    )
  })

  it('is what the root starts, or the root has to be asked about', () => {
    expect(told(repository({}, root('npm start -w api')), asked)).to.equal('s.js | in packages/api')
    const line = { Procfile: 'web: cd packages/api && node s.js\n' }
    expect(told(repository(line), asked)).to.equal('s.js | in packages/api')
    expect(told(repository({ 'x.js': '' }, root('node x.js')), asked)).to.equal(
      other('node x.js', 'x.js'),
    )
    const near = { 'packages/api2/package.json': {}, 'packages/api2/s.js': '' }
    const command = 'cd packages/api2 && node s.js'
    expect(told(repository(near, root(command)), asked)).to.equal(
      other(command, 's.js in packages/api2'),
    )
    const below = { 'packages/api/sub/s.js': '' }
    expect(told(repository(below, root('cd packages/api/sub && node s.js')), asked)).to.equal(
      's.js | in packages/api/sub',
    )
    expect(told(repository({}, root('node gone.js')), asked)).to.equal(
      'stops: scripts.start: `gone.js` does not exist. -> Name its file: shipit init --entry FILE',
    )
  })
})

describe("a server of a package's own", () => {
  const by = (line: string, name: string, files: Files = {}, more: object = {}) =>
    start(line, files, { dependencies: { [name]: '1' }, ...more })
  const built = { '.output/server/index.mjs': '' }
  const unbuilt = (name: string, command: string) =>
    `stops: scripts.start: ${name} has not been built, and Heroku has no build script to run. -> ` +
    `Add a script called \`build\` to package.json, such as "build": "${command}".`

  it('is that which Nitro has built', () => {
    const nuxt = (version: string) => start('nuxt start', {}, { dependencies: { nuxt: version } })
    for (const version of ['3', '^3.1', '20', '12', 'x2'])
      expect(nuxt(version), version).to.equal(unbuilt('Nuxt', 'nuxt build'))
    for (const version of ['2', '^2.0.0', '~2'])
      expect(nuxt(version), version).to.equal('node_modules/nuxt/bin/nuxt.js start')
    expect(start('nuxi preview')).to.equal(unbuilt('Nuxt', 'nuxt build'))
    expect(start('nuxi preview', built)).to.equal('.output/server/index.mjs')
    expect(start('xnuxt start', built)).to.equal(unknown('xnuxt'))
    expect(start('vinxi start', built)).to.equal('.output/server/index.mjs')
    expect(start('vinxi start')).to.equal(unbuilt('Vinxi', 'vinxi build'))
    expect(start('vinxi x', built)).to.equal(unknown('vinxi'))
    const scripts = { start: 'vinxi start', build: 'my-tool' }
    expect(start('', {}, { scripts })).to.equal('.output/server/index.mjs')
  })

  it('is known of some packages that are not installed yet', () => {
    for (const [line, name, file] of [
      ['next start', 'next', 'next/dist/bin/next start'],
      ['serve dist', 'serve', 'serve/build/main.js dist'],
      ['http-server', 'http-server', 'http-server/bin/http-server'],
      ['remix-serve b', '@remix-run/serve', '@remix-run/serve/dist/cli.js b'],
      ['react-router-serve b', '@react-router/serve', '@react-router/serve/bin.cjs b'],
      ['strapi start', '@strapi/strapi', '@strapi/strapi/bin/strapi.js start'],
    ] as const) {
      expect(by(line, name)).to.equal(`node_modules/${file}`)
      expect(start(line, {}, { devDependencies: { [name]: '1' } })).to.equal(`node_modules/${file}`)
      expect(start(line)).to.equal(unknown(line.split(' ')[0]!))
    }
    expect(start('toString')).to.equal(unknown('toString'))
  })

  it('is not told of its port, which it has from PORT', () => {
    const left = (dropped: string, name: string) =>
      `\`${dropped}\` is left out: ${name} takes the port from PORT, which Heroku sets.`
    const next = (words: string) =>
      by(`next start ${words}`, 'next').replace('node_modules/next/dist/bin/next start', 'next')
    for (const [words, rest, dropped] of [
      ['-p $PORT', '', '-p $PORT'],
      ['-H 0 --port $PORT', ' -H 0', '--port $PORT'],
      ['-p ${PORT:-3000} -H 0', ' -H 0', '-p ${PORT:-3000}'],
      ['--port=$PORT x', ' x', '--port=$PORT'],
      ['-p$PORT', '', '-p$PORT'],
      ['-l tcp://0:$PORT', '', '-l tcp://0:$PORT'],
      ['-l$PORT', '', '-l$PORT'],
      ['--listen $PORT x', ' x', '--listen $PORT'],
      ['--listen=$PORT', '', '--listen=$PORT'],
    ] as const)
      expect(next(words), words).to.equal(`next${rest} | ${left(dropped, 'next')}`)
    for (const words of ['$PORT', '--ports $PORT', '--x-p $PORT', 'x--port=$PORT', '--portx=$PORT'])
      expect(next(words), words).to.match(/^keeps: only a shell fills in/)
    expect(next('-p 80')).to.equal('next -p 80')
  })

  it('listens for all where it would only for this machine', () => {
    const fastify = (words: string) =>
      by(`fastify start ${words}`, 'fastify-cli').split(' | ').slice(1)
    expect(fastify('a.js')).to.deep.equal(['env FASTIFY_ADDRESS=0.0.0.0'])
    for (const words of ['a.js --addressx', 'a.js x-a', 'a.js -ax'])
      expect(fastify(words), words).to.deep.equal(['env FASTIFY_ADDRESS=0.0.0.0'])
    for (const words of ['-a 1 a.js', '--address 1 a.js', '--address=1 a.js'])
      expect(fastify(words), words).to.deep.equal([])
  })

  it('is the program that an installed package brings, if Node runs it', () => {
    const installed = (bin: unknown, file = 'x.js', text = ''): Files => ({
      'node_modules/@s/tool/package.json': { bin },
      [`node_modules/@s/tool/${file}`]: text,
    })
    const tool = (line: string, files: Files) => by(line, '@s/tool', files)
    expect(tool('tool a', installed('x.js'))).to.equal('node_modules/@s/tool/x.js a')
    expect(tool('tools', installed('x.js'))).to.equal(unknown('tools'))
    for (const file of ['x.cjs', 'x.mjs', 'x.js'])
      expect(tool('other', installed({ other: file }))).to.equal(`node_modules/@s/tool/${file}`)
    const shebang = (text: string) => tool('other', installed({ other: 'x' }, 'x', text))
    expect(shebang('#!/usr/bin/env node\n')).to.equal('node_modules/@s/tool/x')
    for (const text of ['#!/bin/sh\n', ' #!/usr/bin/env node', '#!/usr/bin/env nodes', ''])
      expect(shebang(text), text).to.equal(unknown('other'))
    for (const bin of [{ other: 5 }, [], { others: 'x.js' }, 5])
      expect(tool('other', installed(bin)), JSON.stringify(bin)).to.equal(unknown('other'))
    expect(tool('other', installed({ other: 'x.jsx' }))).to.equal(unknown('other'))
    expect(tool('other', { 'node_modules/@s/tool/package.json': '[]' })).to.equal(unknown('other'))
  })
})
