import { expect } from 'chai'
import { findBuild, isBuildLine, isCleanLine } from '../../src/init/detect/build-output.js'
import { readPackageJson } from '../../src/init/detect/package-json.js'
import { memoryFolder } from './memory-folder.js'

type Files = Record<string, string | object>

/** What Heroku's build makes of each source; undefined if it builds nothing. */
function built(manifest: object, files: Files, ...sources: string[]) {
  const empty = Object.fromEntries(sources.map((source) => [source, '']))
  const folder = memoryFolder({ 'package.json': manifest, ...files, ...empty })
  const build = findBuild(folder, readPackageJson(folder))
  if (!build) return undefined
  const made = sources.map((source) => build.outputOf(source) ?? '-').join(' ')
  return [build.script, build.isOpaque ? 'opaque' : 'known', made].join(' ').trim()
}

describe('what a build makes', () => {
  /** The build script, the sources, and what it makes of each; files beside them. */
  const rows: [build: string, sources: string, made: string, files?: Files][] = [
    ['tsc', 'src/a.ts b.js c.mts', 'known src/a.js - c.mjs'],
    ['tsc --noEmit', 'src/a.ts', 'known -'],
    ['tspc --outDir lib', 'a.ts', 'known lib/a.js'],
    ['ttsc --outDir lib', 'a.ts', 'known lib/a.js'],
    [
      'tsc -p src',
      'src/a.ts',
      'known out/a.js',
      { 'src/tsconfig.json': '{"compilerOptions":{"outDir":"../out"}}' },
    ],
    ['tsc --outDir lib', 'src/a.ts a.tsx x.cts y.tsxx', 'known lib/a.js lib/a.js lib/x.cjs -'],
    ['tsc --outDir ./lib --rootDir .', 'src/a.ts', 'known lib/src/a.js'],
    ['tsc', 'a.ts', 'known -', { 'tsconfig.json': '{"compilerOptions":{"noEmit":true}}' }],
    [
      'tsc --outDir q',
      'a.ts',
      'known q/a.js',
      { 'tsconfig.json': '{"compilerOptions":{"noEmit":true}}' },
    ],
    ['nest build', 'src/main.ts src/a.js', 'known dist/main.js -'],
    [
      'nest build',
      'src/main.ts src/x.tsx',
      'known dist/main.js -',
      { 'nest-cli.json': '{"compilerOptions":{"webpack":true}}', 'other.ts': '' },
    ],
    [
      'nest build',
      'src/main.ts other.ts',
      'known dist/main.js dist/other.js',
      { 'nest-cli.json': '{"compilerOptions":{"builder":"webpack"}}', 'tsconfig.json': '{}' },
    ],
    [
      'nest build',
      'src/main.ts other.ts',
      'known dist/src/main.js dist/other.js',
      { 'nest-cli.json': '[]', 'tsconfig.json': '{}' },
    ],
    [
      'nest build',
      'src/main.ts',
      'known o1/main.js',
      {
        'tsconfig.build.json': '{"compilerOptions":{"outDir":"o1"}}',
        'tsconfig.json': '{"compilerOptions":{"outDir":"o2"}}',
      },
    ],
    [
      'babel src -d lib',
      'src/a.ts src/b/c.jsx other/a.js src/d.d.ts',
      'known lib/a.js lib/b/c.js - -',
    ],
    ['babel src/ --out-dir=lib', 'src/a.js srcs/a.js', 'known lib/a.js -'],
    ['babel . -d lib', 'src/a.js', 'known lib/src/a.js'],
    ['babel src/a.js -o out.js', 'src/a.js src/b.js', 'known out.js -'],
    ['babel src', 'src/a.js', 'opaque -'],
    ['babel -d lib', 'src/a.js', 'opaque -'],
    ['babel -x .ts src -d lib', 'src/a.ts', 'known lib/a.js'],
    ['babel --extensions=.ts src -d lib', 'src/a.ts', 'known lib/a.js'],
    ['babel --config-file c src -d lib', 'src/a.mts src/b.cjs', 'known lib/a.mjs lib/b.cjs'],
    ['swc src -d dist', 'src/a.ts', 'known dist/src/a.js'],
    ['swc src -d dist', 'src/a.ts', 'known dist/a.js', { 'dist/a.js': '' }],
    ['swc src -d dist --strip-leading-paths', 'src/a.ts', 'known dist/a.js'],
    ['esbuild ./src/a.ts --outfile=./o/x.js', 'src/a.ts src/b.ts', 'known o/x.js -'],
    [
      'esbuild ./src/a.ts src/b/c.ts --format esm --outdir=./o',
      'src/a.ts src/b/c.ts src/d.ts',
      'known o/a.js o/b/c.js -',
    ],
    ['esbuild src/a.ts --outdir=o --out-extension:.js=.mjs', 'src/a.ts', 'known o/a.mjs'],
    ['esbuild src/*.ts --outdir=o', 'src/a.ts', 'opaque -'],
    ['esbuild src/a.ts', 'src/a.ts', 'opaque -'],
    ['tsup', 'src/index.ts src/a.ts', 'known dist/index.js -'],
    [
      'tsup src/a.ts ./src/b.ts --format esm -d o',
      'src/a.ts src/b.ts src/index.ts',
      'known o/a.mjs o/b.mjs -',
    ],
    ['tsup --format esm', 'src/index.ts', 'known dist/index.mjs'],
    ['tsup', 'src/index.ts', 'opaque -', { 'tsup.config.ts': '' }],
    ['tsup', 'src/index.ts', 'opaque -', { 'tsup.config.json': '' }],
    ['tsup', 'src/index.ts', 'known dist/index.js', { 'my.tsup.config.': '' }],
    ['tsup src/index.ts', 'src/index.ts', 'known dist/index.js', { 'tsup.config.ts': '' }],
    ['ncc build src/a.ts', 'src/a.ts src/b.ts', 'known dist/index.js -'],
    ['ncc build src/a -o q', 'src/a.ts', 'known q/index.js'],
    ['ncc build --target es2020 src/a --out q', 'src/a.ts', 'known q/index.js'],
    ['ncc build', 'src/a.ts', 'known -'],
    ['node ace build', 'app/a.ts b.js c.tsx', 'known build/app/a.js - -'],
    ['node ace.js build', 'app/a.ts', 'known build/app/a.js'],
    ['node ace serve', 'app/a.ts', 'opaque -'],
    ['node acex build', 'app/a.ts', 'opaque -'],
    ['node x/ace build', 'app/a.ts', 'opaque -'],
    ['make', 'a.ts', 'opaque -'],
    ['echo hi', 'a.ts', 'known -'],
    ['cd x && tsc', 'x/a.ts', 'opaque -'],
    ['cd . && tsc --outDir d', 'a.ts', 'known d/a.js'],
    ['rimraf dist && tsc --outDir dist && cp a b', 'a.ts', 'known dist/a.js'],
    ['tsc --outDir dist && my-tool', 'a.ts', 'opaque dist/a.js'],
    ['my-tool && tsc --outDir dist', 'a.ts', 'opaque dist/a.js'],
    ['npm run build', 'a.ts', 'known -'],
    ['node_modules/.bin/tsc --outDir d', 'a.ts', 'known d/a.js'],
    ['rms', '', 'opaque'],
    ['xecho', '', 'opaque'],
    ['true && : && mkdirp x && tsc-alias', '', 'known'],
  ]
  for (const [build, sources, made, files = {}] of rows)
    it(`is ${made} for ${build} of ${sources || 'nothing'}${Object.keys(files).length > 0 ? `, with ${Object.keys(files).join()}` : ''}`, () =>
      expect(built({ scripts: { build } }, files, ...sources.split(' ').filter(Boolean))).to.equal(
        `build ${made}`,
      ))

  it('has the extension of the format that is not the package own', () => {
    const module = (build: string) =>
      built({ type: 'module', scripts: { build } }, {}, 'src/index.ts')
    expect(module('tsup')).to.equal('build known dist/index.cjs')
    expect(module('tsup --format esm')).to.equal('build known dist/index.js')
    expect(module('tsup --format iife')).to.equal('build known dist/index.js')
  })

  it('is that of the scripts which Heroku runs, in their order', () => {
    const of = (scripts: Record<string, string>) => built({ scripts }, {}, 'a.ts')
    for (const name of ['heroku-prebuild', 'postinstall', 'prepare', 'prestart']) {
      expect(of({ [name]: 'tsc --outDir d' })).to.equal(`${name} known d/a.js`)
      expect(of({ [name]: 'my-tool' }), name).to.equal(undefined)
    }
    expect(of({ 'heroku-postbuild': 'my-tool' })).to.equal('heroku-postbuild opaque -')
    expect(of({ other: 'tsc --outDir d' })).to.equal(undefined)
    expect(of({ build: '' })).to.equal(undefined)
    const post = { build: 'tsc --outDir d', 'heroku-postbuild': 'tsc --outDir e' }
    expect(of(post)).to.equal('heroku-postbuild known e/a.js')
    expect(of({ ...post, 'heroku-postbuild': '', prepare: 'tsc --outDir f' })).to.equal(
      'prepare known f/a.js',
    )
    expect(of({ prepare: 'tsc --outDir f', postinstall: 'tsc --outDir g' })).to.equal(
      'postinstall known g/a.js',
    )
    expect(of({ build: 'tsc --outDir d && npm run more', more: 'babel . -d e' })).to.equal(
      'build known d/a.js',
    )
  })

  it('knows the source of what it makes, and where the app then starts', () => {
    const folder = memoryFolder({
      'package.json': { scripts: { build: 'node ace build' } },
      'bin/server.ts': '',
      'bin/b.ts': '',
    })
    const build = findBuild(folder, readPackageJson(folder))!
    expect(build.sourceOf('build/bin/server.js')).to.equal('bin/server.ts')
    expect(build.sourceOf('bin/server.js')).to.equal(undefined)
    expect(build.startsIn).to.equal('build')
    const plain = memoryFolder({
      'package.json': { scripts: { build: 'tsc' } },
      'a.ts': '',
      'b.js': '',
    })
    const own = findBuild(plain, readPackageJson(plain))!
    expect(own).to.not.have.property('startsIn')
    expect([own.sourceOf('a.js'), own.sourceOf('b.js'), own.sourceOf('a.ts')]).to.deep.equal([
      ...['a.ts', undefined, undefined],
    ])
  })
})

describe('a line that builds, or only takes away', () => {
  const pkg = readPackageJson(
    memoryFolder({
      'package.json': {
        scripts: { build: 'tsc', clean: 'rimraf dist', all: 'npm run clean && npm run build' },
      },
    }),
  )

  it('builds by a tool that is known, and with what tidies up', () => {
    const tools =
      'tsc tspc ttsc nest babel swc esbuild tsup tsdown webpack webpack-cli rollup vite ncc ' +
      'parcel next nuxt nuxi remix react-router gulp grunt make turbo nx unbuild pkgroll astro ' +
      'svelte-kit rspack react-scripts vue-cli-service ng strapi bunchee microbundle'
    for (const tool of tools.split(' ')) {
      expect(isBuildLine(tool, pkg), tool).to.equal(true)
      for (const other of [`x${tool}`, `${tool}x`])
        if (!tools.split(' ').includes(other))
          expect(isBuildLine(other, pkg), other).to.equal(false)
    }
    for (const line of [
      ...['npx tsc', 'a/tsc', 'next build', 'next starting', 'npm run build', 'npm run all'],
      ...['tsc && rm -rf x', 'shx cp a && tsc', 'eslint . && tsc', 'tsc && tsc-alias'],
      ...['mkdirp d && tsc', 'del-cli d && tsc', 'tsc && a/cpx x y', 'prettier . && tsc'],
    ])
      expect(isBuildLine(line, pkg), line).to.equal(true)
    for (const line of [
      ...['next start', 'next dev', 'vite preview', 'vite serve', 'rimraf x', 'tsc && node a'],
      ...['node a && tsc', 'cd x && tsc', 'cd . && tsc', 'echo', 'tsc && mkdirs', 'tsc && xrm'],
      ...['', 'npm run none', 'npm run clean'],
    ])
      expect(isBuildLine(line, pkg), line).to.equal(false)
  })

  it('takes away by what does nothing else', () => {
    for (const line of ['rimraf x', 'rm -rf a && del-cli b', 'npm run clean', 'a/rm x'])
      expect(isCleanLine(line, pkg), line).to.equal(true)
    for (const line of ['tsc', 'rimraf x && tsc', 'xrm a', 'rms a', 'mkdir x'])
      expect(isCleanLine(line, pkg), line).to.equal(false)
  })
})
