import { expect } from 'chai'
import { browserProject } from '../../src/init/detect/browser.js'
import { developmentServer } from '../../src/init/detect/development.js'
import { readPackageJson } from '../../src/init/detect/package-json.js'
import { whySingle } from '../../src/init/detect/single.js'
import type { Project } from '../../src/init/detect/target.js'
import { readTsconfig, tscOutput } from '../../src/init/detect/tsconfig.js'
import {
  keptVariables,
  launchWarnings,
  needsShell,
  portWarning,
} from '../../src/init/detect/warnings.js'
import { plainLaunch } from '../../src/init/types.js'
import { memoryFolder } from './memory-folder.js'

type Files = Record<string, string | object>

const project = (manifest: object = {}, files: Files = {}): Project => {
  const folder = memoryFolder({ 'package.json': manifest, ...files })
  return { folder, pkg: readPackageJson(folder), build: undefined }
}
const using = (...names: string[]) => ({
  dependencies: Object.fromEntries(names.map((name) => [name, '1'])),
})

describe('what a tsconfig says', () => {
  const sources = { 'src/a.ts': '', 'src/b/c.tsx': '', 'src/d.d.ts': '', 'test/e.mts': '' }
  const all = { ...sources, 'x.js': '', 'ab.cts': '', 'srcs/f.d.cts': '' }
  /** The outputs of its sources, in order, and whether it makes any. */
  const made = (config: object | string, more: Files = {}, file?: string) => {
    const text = typeof config === 'string' ? config : JSON.stringify(config)
    const read = readTsconfig(memoryFolder({ ...all, 'tsconfig.json': text, ...more }), file)
    if (!read) return undefined
    const outputs = read.sources.map((source) => tscOutput(read, source)).sort()
    return [...outputs, ...(read.emits ? [] : ['emits nothing'])].join(' ')
  }
  const options = (compilerOptions: object, more: object = {}) => ({ compilerOptions, ...more })
  const plain = 'ab.cjs src/a.js src/b/c.js test/e.mjs'
  const rows: [config: object | string, made: string | undefined, more?: Files][] = [
    [{}, plain],
    [options({ outDir: 'o', rootDir: 'src' }), 'o/a.js o/ab.cjs o/b/c.js o/test/e.mjs'],
    [options({ outDir: './o/' }, { include: ['src'] }), 'o/a.js o/b/c.js'],
    [options({ outDir: 'o', composite: true }, { include: ['src'] }), 'o/src/a.js o/src/b/c.js'],
    [options({ outDir: 'o', composite: 1 }, { include: ['src'] }), 'o/a.js o/b/c.js'],
    [options({ outDir: 'src' }, { include: ['.'] }), 'src/ab.cjs src/test/e.mjs'],
    [options({ outDir: 5, rootDir: '../x' }), plain],
    [options({ outDir: '../x' }), plain],
    [options({ emitDeclarationOnly: true }), `${plain} emits nothing`],
    [options({ noEmit: true }), `${plain} emits nothing`],
    [options({ noEmit: 'true' }), plain],
    [{ include: ['src'] }, 'src/a.js src/b/c.js'],
    [{ include: ['src/*'] }, 'src/a.js src/b/c.js'],
    [{ include: ['src/?.ts'] }, 'src/a.js'],
    [{ include: ['src/??.ts'] }, ''],
    [{ include: ['**/*.mts'] }, 'test/e.mjs'],
    [{ include: ['s*c/**/*'] }, 'src/a.js src/b/c.js'],
    [{ include: ['rc'] }, ''],
    [{ include: ['sr.'] }, ''],
    [{ include: ['src', 5] }, 'src/a.js src/b/c.js'],
    [{ include: 'src' }, plain],
    [{ include: [] }, ''],
    [{ exclude: ['src'] }, 'ab.cjs test/e.mjs'],
    [{ exclude: ['./test/'] }, 'ab.cjs src/a.js src/b/c.js'],
    [{ files: ['src/a.ts'] }, 'src/a.js'],
    [{ files: ['src/a.ts'], include: ['test'] }, 'src/a.js test/e.mjs'],
    ['[]', undefined],
    ['{ // mine\n "include": ["src",], }', 'src/a.js src/b/c.js'],
    [
      { extends: './base' },
      'q/e.mjs emits nothing',
      { 'base.json': options({ outDir: 'q', noEmit: true }, { include: ['test'] }) },
    ],
    [
      options({ noEmit: false }, { extends: ['./base.json', './other.json'], include: ['src'] }),
      'z/a.js z/b/c.js',
      {
        'base.json': options({ outDir: 'q', noEmit: true }),
        'other.json': options({ outDir: 'z' }),
      },
    ],
    [{ extends: 'pkg/base' }, plain, { 'pkg/base.json': options({ outDir: 'q' }) }],
    [
      { extends: './sub/base.json' },
      'sub/q/s.js',
      { 'sub/base.json': options({ outDir: 'q' }, { include: ['.'] }), 'sub/s.ts': '' },
    ],
    [
      options({ outDir: 'o' }, { extends: './sub/base.json', include: ['src'] }),
      'o/a.js o/b/c.js',
      { 'sub/base.json': options({ outDir: 'q' }) },
    ],
    [options({ outDir: 'o' }, { extends: './tsconfig.json', include: ['src'] }), 'o/a.js o/b/c.js'],
    [{ extends: './none', include: ['src'] }, 'src/a.js src/b/c.js'],
  ]
  for (const [config, expected, more] of rows)
    it(`makes ${expected || 'nothing'} by ${JSON.stringify(config)}`, () =>
      expect(made(config, more)).to.equal(expected))

  it('is that of another name, or of a folder', () => {
    const inFolder = { 'pk/tsconfig.json': options({ outDir: 'o' }), 'pk/a.ts': '' }
    expect(made({}, inFolder, 'pk')).to.equal('pk/o/a.js')
    expect(made({}, { 'other.json': { include: ['src'] } }, 'other.json')).to.equal(
      'src/a.js src/b/c.js',
    )
    expect(readTsconfig(memoryFolder({}))).to.equal(undefined)
  })

  it('puts a source that it does not name among those that it does', () => {
    const config = { emits: true, outDir: 'o', sources: ['src/a.ts', 'src/b/c.ts'] }
    expect(tscOutput(config, 'src/b/d.tsx')).to.equal('o/b/d.js')
    expect(tscOutput(config, 'lib/d.ts')).to.equal('o/lib/d.js')
    expect(tscOutput({ ...config, rootDir: 'src/b' }, 'src/a.ts')).to.equal('o/src/a.js')
    expect(tscOutput({ ...config, sources: ['a/b/c/x.ts', 'a/b/y.ts'] }, 'a/b/c/x.ts')).to.equal(
      'o/c/x.js',
    )
    expect(tscOutput({ ...config, sources: [] }, 'a/x.tsx.ts')).to.equal('o/x.tsx.js')
    expect(tscOutput({ emits: true, sources: [] }, 'a/x.ts.js')).to.equal('a/x.ts.js')
  })
})

describe('what of a launch a file of PM2 holds', () => {
  it('is nothing that only a shell fills in', () => {
    const shell = (more: object) => needsShell({ launch: { ...plainLaunch(), ...more } })
    for (const [more, word] of [
      [{ env: { A: '$B' } }, '$B'],
      [{ args: ['x${Y:-1}z'] }, '${Y:-1}'],
      [{ nodeArgs: ['$Z'] }, '$Z'],
      [{ args: ['$R'], env: { A: '$Q' } }, '$R'],
      [{ args: ['a', '$1'] }, '$1'],
    ] as const)
      expect(shell(more)).to.equal(
        `only a shell fills in \`${word}\`, and PM2 starts the file without one`,
      )
    for (const more of [{}, { env: { PORT: '$B', A: 'a$' } }, { args: ['$(x)', '$-'] }])
      expect(shell(more)).to.equal(undefined)
  })

  it('is no port and no secret, which are told of', () => {
    const env = { PORT: '80', API_TOKEN: 'x', TOKEN: 'true', SECRET_KEY: '1', A: 'b' }
    const secret = (name: string) =>
      `${name} looks like a secret, and is left out of the ecosystem file: set it with ` +
      `\`shipit config set ${name}\`.`
    expect(launchWarnings({ ...plainLaunch(), env })).to.deep.equal([
      'PORT=80 is left out: Heroku sets PORT, and the app must listen there.',
      secret('API_TOKEN'),
    ])
    for (const value of ['truex', 'xfalse', '10', '2', 'x'])
      expect(launchWarnings({ ...plainLaunch(), env: { PASSWORD: value } }), value).to.deep.equal([
        secret('PASSWORD'),
      ])
    for (const value of ['true', 'false', '0', '1'])
      expect(launchWarnings({ ...plainLaunch(), env: { PASSWORD: value } })).to.deep.equal([])
    expect(
      keptVariables({
        ...{ PORT: '1', NODE_OPTIONS: 'x', NODE_ENV: 'production', A: '$B', B: '${C}', E: '$1' },
        ...{ C: 'a$', D: 'ok', API_TOKEN: 's', TOKEN: 'true', F: 'production' },
      }),
    ).to.deep.equal({ C: 'a$', D: 'ok', TOKEN: 'true', F: 'production' })
    expect(keptVariables({ NODE_ENV: 'test' })).to.deep.equal({ NODE_ENV: 'test' })
  })

  it('is a port that stands in the source, unless PORT does too', () => {
    for (const text of [
      'app.listen(3000)',
      'a.listen({ port: 80',
      'x.listen( 81)',
      'x.listen(90) // XPORT',
    ])
      expect(portWarning(text, 'f'), text).to.have.length(1)
    for (const text of [
      'x.listen(8)',
      'x.listen(123456)',
      'x.listen(PORT)',
      'listen(3000)',
      undefined,
    ])
      expect(portWarning(text, 'f'), text).to.deep.equal([])
    expect(portWarning('a.listen(80) // or process.env.PORT', 'f')).to.deep.equal([])
    expect(portWarning('app.listen(3000)', 'a.js')).to.deep.equal([
      'a.js listens on 3000. On Heroku it must listen on process.env.PORT, or it will not be ' +
        'reached.',
    ])
  })
})

describe('a project of one process', () => {
  const why = (names: string[], files: Files = {}) => whySingle(project(using(...names), files))
  for (const [words, names] of Object.entries({
    'Socket.IO starts with long polling': 'socket.io',
    'a bot logs in once':
      'discord.js eris oceanic.js telegraf grammy node-telegram-bot-api whatsapp-web.js ' +
      '@whiskeysockets/baileys tmi.js matrix-bot-sdk',
    'it runs jobs by the clock':
      'node-cron cron node-schedule croner bree toad-scheduler agenda @nestjs/schedule',
    "its data is a file on the dyno's disk":
      'better-sqlite3 sqlite3 sqlite libsql lowdb nedb @seald-io/nedb node-persist',
  }))
    for (const name of names.split(' '))
      it(`is one with ${name}, and none with a longer name`, () => {
        expect(why(['express', name])?.startsWith(words)).to.equal(true)
        for (const other of [`${name}x`, `x${name}`])
          expect(why([other]), other).to.equal(undefined)
      })

  it('is none of Socket.IO with sessions that stick', () => {
    for (const name of ['@socket.io/sticky', '@socket.io/cluster-adapter']) {
      expect(why(['socket.io', name])).to.equal(undefined)
      expect(why(['socket.io', name, 'cron'])).to.match(/^it runs jobs/)
    }
    expect(why(['sqlite3', 'cron'])).to.match(/^it runs jobs/)
  })

  it('is one with a database in a file that no dependency tells of', () => {
    const sqlite = 'datasource db {\n provider = "sqlite"\n}'
    for (const files of [
      { 'prisma/schema.prisma': sqlite },
      { 'schema.prisma': 'datasource db { provider="sqlite" }' },
      { 'a.js': "import 'node:sqlite'" },
      { 'src/a.ts': 'require("node:sqlite")' },
    ] as Files[])
      expect(why([], files), Object.keys(files)[0]).to.match(/^its data is a file/)
    for (const files of [
      { 'prisma/schema.prisma': 'generator x { provider = "sqlite" }' },
      { 'prisma/schema.prisma': 'datasource db { provider = "mysql" }', 'schema.prisma': sqlite },
      { 'a.js': 'node:sqlite' },
      { 'a.txt': "'node:sqlite'" },
    ] as Files[])
      expect(why([], files), JSON.stringify(files)).to.equal(undefined)
  })

  it('is looked for in so many sources', () => {
    const many = (count: number) => ({
      ...Object.fromEntries(
        Array.from({ length: count }, (_, n) => [`a${String(n).padStart(4, '0')}.js`, '']),
      ),
      'z.js': "import 'node:sqlite'",
    })
    expect(why([], many(299))).to.match(/^its data/)
    expect(why([], many(300))).to.equal(undefined)
  })
})

describe('a page for the browser', () => {
  const page = (manifest: object, files: Files = {}) => {
    const target = browserProject(project(manifest, files))
    return target?.kind === 'refused' ? target.reason.split(' makes a page')[0] : undefined
  }

  it('is what a tool for pages builds, and no server serves', () => {
    for (const [name, words, build, output] of [
      ['react-scripts', 'Create React App', 'react-scripts build', 'build'],
      ['@vue/cli-service', 'Vue CLI', 'vue-cli-service build', 'dist'],
      ['@angular/core', 'Angular', 'ng build', 'dist/<project>/browser'],
      ['gatsby', 'Gatsby', 'gatsby build', 'public'],
      ['parcel', 'Parcel', 'parcel build index.html', 'dist'],
    ] as const) {
      expect(page(using(name))).to.equal(words)
      expect(page({ devDependencies: { [name]: '1' } })).to.equal(words)
      expect(browserProject(project(using(name))))
        .to.have.property('next')
        .that.contains(`"build": "${build}", "start": "serve -s ${output}"`)
    }
    expect(page(using('vite'), { 'index.html': '' })).to.equal('Vite')
    expect(page(using('vite'))).to.equal(undefined)
    expect(page(using('express'))).to.equal(undefined)
    expect(page(using('react-scripts', 'vite'), { 'index.html': '' })).to.equal('Create React App')
  })

  it('is none beside a server', () => {
    const servers =
      'express fastify koa @hapi/hapi hono @hono/node-server h3 polka restify @nestjs/core ' +
      '@angular/ssr @sveltejs/kit astro nuxt next @remix-run/node @react-router/node ' +
      '@react-router/serve @react-router/express @tanstack/react-start @tanstack/solid-start ' +
      'vike vinxi @redwoodjs/core socket.io ws'
    for (const name of servers.split(' ')) {
      expect(page(using('gatsby', name)), name).to.equal(undefined)
      for (const other of [`x${name}`, `${name}-x`])
        expect(page(using('gatsby', other)), other).to.equal('Gatsby')
    }
  })

  it('is what Next.js writes if it is told to', () => {
    const exported = "Next.js with `output: 'export'`"
    for (const [file, text] of [
      ['next.config.js', "module.exports = {\n output: 'export' }"],
      ['next.config.mjs', 'x = { output: "export" }'],
      ['next.config.ts', 'x = { output : `export` }'],
      ['next.config.cjs', "x = { output: 'export' }"],
    ] as const) {
      expect(page(using('next'), { [file]: text }), file).to.equal(exported)
      expect(page({}, { [file]: text })).to.equal(undefined)
    }
    for (const text of ["// output: 'export'", "x = { output: 'standalone' }", "xoutput: 'export'"])
      expect(page(using('next'), { 'next.config.js': text }), text).to.equal(undefined)
    const first = { 'next.config.js': '', 'next.config.mjs': 'x = { output: "export" }' }
    expect(page(using('next'), first)).to.equal(undefined)
  })
})

describe('a server for development', () => {
  const [served, built] = ['Build it and serve the result', 'Build it, and serve what it builds']
  const next = (line: string) => {
    const [program, ...words] = line.split(' ')
    const target = developmentServer(program!, words, project())
    return target?.kind === 'refused' ? target.next : undefined
  }
  for (const [words, lines] of Object.entries({
    'Let Heroku build it once': 'tsc --watch',
    [`${served}: \`npm install serve\`, "build": "react-scripts build"`]:
      'react-scripts start|react-app-rewired start|craco start',
    [`${served}: \`npm install serve\`, "build": "vue-cli-service build"`]: 'vue-cli-service serve',
    [`${served}: \`npm install serve\`, "build": "vite build"`]:
      'vite|vite preview|vite dev|vite serve|vite -x',
    [`${served}: \`npm install serve\`, "build": "webpack"`]: 'webpack serve|webpack-dev-server',
    [`${served}: \`npm install serve\`, "build": "ng build"`]: 'ng serve',
    'Build it and start the result: "build": "next build", "start": "next start"':
      'next|next dev|next develop',
    'Build it and start the result: "build": "nuxt build"': 'nuxt|nuxt dev|nuxi develop',
    'Build it and start the result: "build": "astro build"': 'astro|astro dev',
    'Build it and start the result: "build": "remix vite:build"': 'remix|remix dev',
    'Build it and start the result: "build": "react-router build"': 'react-router|react-router dev',
    'Build it and start the result: "build": "gatsby build"': 'gatsby|gatsby develop',
    [built]:
      'storybook dev|start-storybook|expo start|docusaurus start|docusaurus serve|vitepress dev|' +
      'vitepress preview|vitepress serve|vuepress dev|rsbuild dev|rsbuild preview|rspack serve|' +
      'ember s|ember serve|quasar dev|quasar serve|umi dev|snowpack dev|vinxi dev|' +
      'eleventy --serve|electron|browser-sync|live-server',
    'Build it and start what it builds': 'nx serve|nx run api:serve',
    'Start a server that serves what it builds': 'vike|vike dev|vike preview',
    'Start the built server, or serve': 'astro preview|gatsby serve|parcel|parcel serve',
  }))
    for (const line of lines.split('|'))
      it(`is ${line}`, () => {
        expect(next(line)?.startsWith(words)).to.equal(true)
        expect(next(`x${line}`)).to.equal(undefined)
      })

  it('is none that builds, or serves what is built', () => {
    for (const line of [
      ...['craco starts', 'vue-cli-service serves', 'vite build', 'webpack', 'webpack-dev-serverx'],
      ...['ng serves', 'ng build', 'next start', 'next build', 'nextx', 'docusaurus build'],
      ...['ember se', 'electronx', 'nx run api:build', 'vike build', 'nx serves', 'parcels'],
    ])
      expect(next(line), line).to.equal(undefined)
  })
})
