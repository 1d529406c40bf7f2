import { expect } from 'chai'
import { choosePackageManager, isPlugAndPlay } from '../../src/init/detect/package-manager.js'
import { readPackageJson } from '../../src/init/detect/package-json.js'
import { insideFolder, resolveFile } from '../../src/init/detect/resolve-file.js'
import { sourceFiles } from '../../src/init/detect/source-files.js'
import {
  isOutside,
  outsideDependencies,
  workspaceDir,
  workspacesOf,
} from '../../src/init/detect/workspaces.js'
import { refusal } from '../support/failures.js'
import { memoryFolder } from './memory-folder.js'

type Files = Record<string, string | object>

describe('workspaces', () => {
  const tree = {
    a: { name: 'a' },
    'p/a': { name: '@x/a' },
    'p/b': {},
    'p/b/c': { name: 'c' },
    'p/b/c/d/e/f': { name: 'deep' },
    'p/.h': { name: 'hidden' },
    'p/h.': { name: 'dotted' },
    'p/node_modules/n': { name: 'n' },
    'q.r/s': { name: 's' },
    z: { name: 5 },
  }
  const listed = (root: object, more: Files = {}) => {
    const packages = Object.entries(tree).map(([dir, manifest]) => [
      `${dir}/package.json`,
      manifest,
    ])
    const folder = memoryFolder({
      'package.json': root,
      ...(Object.fromEntries(packages) as Files),
      ...more,
    })
    return workspacesOf(folder, readPackageJson(folder))
      .map(({ name, dir }) => (name === dir ? dir : `${name} in ${dir}`))
      .join(', ')
  }
  const rows: [workspaces: unknown, listed: string][] = [
    [['p/*'], '@x/a in p/a, p/b, dotted in p/h.'],
    [['p/**'], '@x/a in p/a, p/b, c in p/b/c, dotted in p/h.'],
    [['./p/a/'], '@x/a in p/a'],
    [['**'], 'a, @x/a in p/a, p/b, c in p/b/c, dotted in p/h., s in q.r/s, z'],
    [['*'], 'a, z'],
    [['!p/a', 'p/a', 'p/a'], '@x/a in p/a'],
    [['q.r/*'], 's in q.r/s'],
    [['qxr/*'], ''],
    [['p/b*'], 'p/b'],
    [['/b'], ''],
    [['.'], ''],
    [['p/./a'], '@x/a in p/a'],
    [['p/*/c', '**/c'], 'c in p/b/c'],
    [{ packages: ['a'] }, 'a'],
    [{ packages: 'a' }, ''],
    ['a', ''],
    [[], ''],
  ]
  for (const [workspaces, expected] of rows)
    it(`are ${expected || 'none'} of ${JSON.stringify(workspaces)}`, () =>
      expect(listed({ workspaces })).to.equal(expected))

  it('are named by pnpm, and by lerna where neither does', () => {
    const lerna = { 'lerna.json': '{"packages": ["a"]}' }
    const pnpm = (text: string) => listed({}, { ...lerna, 'pnpm-workspace.yaml': text })
    expect(pnpm('packages:\n  - p/*\n')).to.equal('@x/a in p/a, p/b, dotted in p/h.')
    for (const odd of ['- p\n', 'packages: p/*\n', '']) expect(pnpm(odd), odd).to.equal('')
    expect(listed({}, lerna)).to.equal('a')
    expect(listed({}, { 'lerna.json': '[]' })).to.equal('')
    expect(listed({ workspaces: ['z'] }, lerna)).to.equal('z')
    expect(listed({})).to.equal('')
  })

  it('are found by name, by path, and by a part of either that is no other', () => {
    const folder = memoryFolder({
      'package.json': { workspaces: ['p/*', 'q/*'] },
      'p/api/package.json': { name: '@x/api' },
      'q/api/package.json': { name: 'other' },
      'p/web/package.json': { name: '@y/web' },
      'p/lib/package.json': { name: '@z/tool' },
      'q/site/package.json': {},
    })
    const dir = (name: string) => workspaceDir(folder, readPackageJson(folder), name)
    for (const name of ['@x/api', 'p/api', './p/api', 'p/api/', '{p/api}', './p/api/'])
      expect(dir(name), name).to.equal('p/api')
    for (const [name, found] of Object.entries({
      ...{ other: 'q/api', web: 'p/web', '@y/web': 'p/web', lib: 'p/lib', tool: 'p/lib' },
      ...{ site: 'q/site', 'q/site': 'q/site' },
    }))
      expect(dir(name), name).to.equal(found)
    for (const name of ['api', '{p/api', 'x{p/api}', 'p/api}', 'none', 'y/web', 'x./p/api', ''])
      expect(dir(name), name).to.equal(undefined)
  })

  it('lie outside of a package that depends on them', () => {
    const dependencies = {
      ...{ a: 'workspace:*', b: 'file:../b', c: 'file:./c', d: 'link:../d', e: 'portal:../e' },
      ...{ f: '1', g: 'npm:g@1', h: 'https://x', i: 'git+ssh://x', j: 'git:x', k: 'github:x/y' },
      ...{ l: 'file:vendor/l', m: '*', n: 'http://x', o: 'xfile:../o', p: 'x-npm:1', q: 'link:q' },
    }
    const names = ['f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'p', 'q', 'z']
    const devDependencies = { z: '*', m: 'npm:m' }
    expect(outsideDependencies({ dependencies, devDependencies }, names).sort()).to.deep.equal([
      ...['a', 'b', 'd', 'e', 'f', 'm', 'p', 'z'],
    ])
    expect(
      ['workspace:', 'xworkspace:*', 'a workspace:', 5, 'file:..', 'file:a/../..', 'link:a'].map(
        isOutside,
      ),
    ).to.deep.equal([true, false, false, false, true, true, false])
  })
})

describe('the file that a path means', () => {
  it('lies in the folder, without dots and doubled slashes', () => {
    const inside = [
      ...['a', './a', 'a/', './a/', 'a//b', 'a\\b', 'x/../a', 'a./b'].map(insideFolder),
      ...['.', './', ''].map(insideFolder),
    ]
    expect(inside).to.deep.equal(['a', 'a', 'a', 'a', 'a/b', 'a/b', 'a', 'a./b', '', '', ''])
    for (const out of ['..', '../a', 'a/..//..', '/a', '\\a'])
      expect(insideFolder(out), out).to.equal(undefined)
  })

  const folder = memoryFolder({
    ...{ 'a.js': '', 'a.ts': '', 'b.cjs': '', 'b.mjs': '', 'c.ts': '', 'd.mts': '', 'e.cts': '' },
    ...{ 'e.tsx': '', 'f.json': '', 'g/index.mjs': '', 'g/index.js': '', 'm/x': '', o: '' },
    ...{ 'h/package.json': '{"main":"lib/x"}', 'h/lib/x.js': '', 'h/index.js': '' },
    ...{ 'i/package.json': '{"main":"gone"}', 'i/index.cjs': '' },
    ...{ 'j/package.json': '{oops', 'j/index.js': '' },
    ...{ 'k/package.json': '{"main":"."}', 'k/index.js': '' },
    ...{ 'l/package.json': '{"main":5}', 'l/index.ts': '' },
    ...{ 'n/package.json': '{"main":"./"}', 'n/index.js': '', 'index.js': '', 'o.js': '' },
    ...{ 'p/package.json': '[]', 'p/index.json': '', 'r/index.cjs': '', 'r/index.mjs': '' },
    ...{ 'q/package.json': '{"main":"s"}', 'q/s.ts': '' },
  })
  const rows: [path: string, plain: string | undefined, typed: string | undefined][] = [
    ...['a.js', 'b.cjs', 'f.json', 'o'].map((file): [string, string, string] => [file, file, file]),
    ['a', 'a.js', 'a.js'],
    ['b', 'b.cjs', 'b.cjs'],
    ['c', undefined, 'c.ts'],
    ['d', undefined, 'd.mts'],
    ['e', undefined, 'e.cts'],
    ['f', 'f.json', 'f.json'],
    ['g', 'g/index.js', 'g/index.js'],
    ['./g/', 'g/index.js', 'g/index.js'],
    ['h', 'h/lib/x.js', 'h/lib/x.js'],
    ['i', 'i/index.cjs', 'i/index.cjs'],
    ['j', 'j/index.js', 'j/index.js'],
    ['k', 'k/index.js', 'k/index.js'],
    ['l', undefined, 'l/index.ts'],
    ['m', undefined, undefined],
    ['n', 'n/index.js', 'n/index.js'],
    ['p', 'p/index.json', 'p/index.json'],
    ['q', undefined, 'q/s.ts'],
    ['r', 'r/index.cjs', 'r/index.cjs'],
    ['.', 'index.js', 'index.js'],
    ['', 'index.js', 'index.js'],
    ['../a', undefined, undefined],
    ['none', undefined, undefined],
  ]
  for (const [file, plain, typed] of rows)
    it(`is ${plain} for node and ${typed} for ts-node, of '${file}'`, () =>
      expect([resolveFile(folder, file), resolveFile(folder, file, true)]).to.deep.equal([
        plain,
        typed,
      ]))

  it('is one of the sources, which are no packages and not hidden', () => {
    const skipped = ['node_modules', 'bower_components', 'vendor', 'coverage', '.git', '.x']
    const kept = ['a.js', 'b.cts', 'c.mjsx', 'd.tsx', 'x/y/z.ts', 'x./y.js', '.eslintrc.cjs']
    const files = [
      ...kept,
      ...skipped.map((dir) => `${dir}/a.js`),
      ...['a.json', 'a.jsx.txt', 'js', 'a.cjsy'],
    ]
    const view = memoryFolder(Object.fromEntries(files.map((file) => [file, ''])))
    expect([...sourceFiles(view)].sort()).to.deep.equal(kept.toSorted())
    expect(sourceFiles(view)).to.equal(sourceFiles(view))
  })
})

describe('the package manager', () => {
  const chosen = (manifest: object, files: Files = {}) => {
    const folder = memoryFolder({ 'package.json': manifest, ...files })
    const { packageManager, lockfile, warnings } = choosePackageManager(
      folder,
      readPackageJson(folder),
    )
    return [
      packageManager,
      ...(lockfile ? [lockfile] : []),
      ...(isPlugAndPlay(folder, packageManager) ? ['pnp'] : []),
      ...warnings,
    ].join(' | ')
  }
  const lock = { 'yarn.lock': '__metadata:\n' }
  const linker = (text: string) => ({ ...lock, '.yarnrc.yml': text })
  const named = (packageManager: string) => ({ packageManager })
  const rows: [manifest: object, files: Files, chosen: string][] = [
    [{}, {}, 'npm'],
    [named('npm@10'), {}, 'npm'],
    [named('yarn@1.22'), {}, 'yarn'],
    [named('yarn@2.0'), {}, 'yarn-berry | pnp'],
    [named('yarn@4'), {}, 'yarn-berry | pnp'],
    [named('pnpm@9'), {}, 'pnpm'],
    [named('bun@1'), {}, 'npm'],
    [named('xyarn@2'), {}, 'npm'],
    [named('yarn'), {}, 'npm'],
    [
      named('pnpm@9'),
      { 'yarn.lock': '', '.yarnrc.yml': '' },
      'yarn-berry | yarn.lock | pnp | package.json names pnpm@9 as its package manager, but the lockfile is yarn.lock: shipit goes by the lockfile.',
    ],
    [{}, { 'yarn.lock': '' }, 'yarn | yarn.lock'],
    [{}, { 'yarn.lock': ' \n', '.yarnrc.yml': '' }, 'yarn-berry | yarn.lock | pnp'],
    [named('yarn@1.0'), { 'yarn.lock': '', '.yarnrc.yml': '' }, 'yarn | yarn.lock'],
    [{}, lock, 'yarn-berry | yarn.lock | pnp'],
    [named('yarn@4'), { 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn | yarn.lock'],
    [named('npm@9'), { 'package-lock.json': '' }, 'npm | package-lock.json'],
    [{}, { 'pnpm-lock.yaml': '' }, 'pnpm | pnpm-lock.yaml'],
    [
      {},
      { 'bun.lock': '' },
      'npm | bun.lock is not read on Heroku, which has no Bun: shipit uses npm.',
    ],
    [
      named('yarn@1.0'),
      { 'bun.lockb': '' },
      'yarn | bun.lockb is not read on Heroku, which has no Bun: shipit uses yarn.',
    ],
    [{}, { 'bun.lockb': '', 'yarn.lock': '' }, 'yarn | yarn.lock'],
    [{}, linker('nodeLinker: node-modules'), 'yarn-berry | yarn.lock'],
    [{}, linker('a: b\nnodeLinker:  "pnpm"'), 'yarn-berry | yarn.lock'],
    [{}, linker('xnodeLinker: pnpm'), 'yarn-berry | yarn.lock | pnp'],
    [{}, linker('nodeLinker: pnp'), 'yarn-berry | yarn.lock | pnp'],
    [{}, linker('nodeLinker: pnpms'), 'yarn-berry | yarn.lock | pnp'],
  ]
  for (const [manifest, files, expected] of rows)
    it(`is ${expected} by ${JSON.stringify(manifest)} and ${Object.keys(files).join() || 'no file'}`, () =>
      expect(chosen(manifest, files)).to.equal(expected))

  it('is one alone', () => {
    const two = { 'yarn.lock': '', 'pnpm-lock.yaml': '' }
    expect(refusal(() => chosen({}, two))).to.include({
      code: 'project',
      message: 'There are two lockfiles: yarn.lock and pnpm-lock.yaml.',
    })
    expect(refusal(() => chosen({}, { ...two, 'package-lock.json': '' })).message).to.match(
      /^There are 3 lockfiles: package-lock\.json and yarn\.lock and pnpm-lock\.yaml\.$/,
    )
  })
})

describe('package.json', () => {
  const read = (text: string) => readPackageJson(memoryFolder({ 'package.json': text }, 'shop'))
  const none = { scripts: {}, dependencies: {}, devDependencies: {}, engines: {} }
  const own = (text: string) => {
    const found = Object.entries(JSON.parse(JSON.stringify(read(text))) as object)
    return Object.fromEntries(
      found.filter(([name, value]) => !(name in none && Object.keys(value as object).length === 0)),
    )
  }

  it('is read as far as it is of use, and is of the right kind', () => {
    const rows: [text: string, read: object][] = [
      ['{}', {}],
      ['{"bin":"x"}', { bin: 'x' }],
      ['{"bin":{"a":"b","c":5}}', { bin: { a: 'b' } }],
      ['{"bin":[],"config":[],"scripts":[],"engines":"x"}', {}],
      ['{"bin":5,"name":5,"main":null}', {}],
      [
        '{"name":"n","type":"module","main":"m","packageManager":"p"}',
        { name: 'n', type: 'module', main: 'm', packageManager: 'p' },
      ],
      ['{"config":{"a":"b","c":1}}', { config: { a: 'b' } }],
      [
        '{"scripts":{"a":5,"b":"c"},"engines":{"node":"20"}}',
        { scripts: { b: 'c' }, engines: { node: '20' } },
      ],
      [
        '{"workspaces":["a"],"devDependencies":{"x":"1"}}',
        { workspaces: ['a'], devDependencies: { x: '1' } },
      ],
      ['\ufeff{"name":"a"}', { name: 'a' }],
    ]
    for (const [text, expected] of rows) expect(own(text), text).to.deep.equal(expected)
    expect(read('{"scripts":{}}').scripts['constructor']).to.equal(undefined)
  })

  it('is told of by line and column where it is not valid JSON', () => {
    const rows: [text: string, line: number, column: number, why: string][] = [
      ['', 1, 1, 'JSON: value expected.'],
      ['{', 1, 2, 'JSON: close brace expected.'],
      ['{\n "a": 1,\n}', 3, 1, 'JSON: property name expected.'],
      ['{\r\n "a": oops}', 2, 7, 'JSON: invalid symbol.'],
      ['{\r "a": oops}', 2, 7, 'JSON: invalid symbol.'],
      ['// x\n{}', 1, 1, 'JSON: invalid comment token.'],
      ['{"a":1} x', 1, 9, 'JSON: invalid symbol.'],
      ['['.repeat(100_000), 1, 1, 'it is nested too deeply.'],
    ]
    for (const [text, line, column, why] of rows) {
      const error = refusal(() => read(text))
      expect(error, text.slice(0, 20)).to.include({
        code: 'project',
        message: `package.json is not valid JSON: line ${line}, column ${column}.`,
        why,
      })
      expect(error.details).to.deep.equal({ file: 'package.json', line, column })
    }
    for (const text of ['[]', '5', 'null', '"x"'])
      expect(refusal(() => read(text)).message).to.equal('package.json does not hold an object.')
  })

  it('is there, and of a size that one can have', () => {
    expect(refusal(() => readPackageJson(memoryFolder({}, 'shop')))).to.include({
      code: 'project',
      message: 'There is no package.json in shop.',
    })
    const ofSize = (size: number) => `{"a":"${'x'.repeat(size - 8)}"}`
    expect(own(ofSize(10_000_000))).to.deep.equal({})
    expect(refusal(() => read(ofSize(10_000_001)))).to.include({
      code: 'project',
      message: 'package.json is larger than 10 MB.',
    })
  })
})
