import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { BuildFailure } from '../../../src/embedded/build/failure.js'
import { readManifest } from '../../../src/embedded/build/manifest.js'
import type { PackageManager } from '../../../src/embedded/build/package-manager.js'
import {
  restoreTree,
  runtimeOf,
  saveTree,
  sweepTrees,
  treeKey,
} from '../../../src/embedded/build/tree-cache.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { rejection } from '../../support/platform.js'
import { writeTree, type Tree } from './build-app.js'
import { standIns, type StandIns } from './stand-ins.js'

const NPM: PackageManager = { name: 'npm', lockfile: 'package-lock.json' }
const YARN: PackageManager = { name: 'yarn', lockfile: 'yarn.lock' }

describe('an installed tree', () => {
  let build: StandIns
  let root: string
  let dir: string
  beforeEach(async () => {
    build = await standIns()
    ;({ root, dir } = build)
  })
  afterEach(() => build.end())

  it('is of a Node.js, a machine and a tool', () =>
    expect(runtimeOf(YARN, '1.22.0', '20.1.0')).to.equal(
      `v20.1.0 ${process.platform}-${process.arch} yarn 1.22.0`,
    ))

  describe('has a key', () => {
    const key = async (
      tree: Tree = {},
      { manager = NPM, runtime = 'r', configVars = {} as Record<string, string> } = {},
    ) => {
      await removeFolder(dir)
      await build.tree({ 'package.json': {}, 'package-lock.json': '{}', 'yarn.lock': '', ...tree })
      const of = build.context({}, { configVars })
      return treeKey(of, await readManifest(dir), manager, runtime)
    }

    it('that is the same for the same', async () => {
      const one = await key({ a: '1', 'package.json': { name: 'a', scripts: { build: 'x' } } })
      expect(one).to.match(/^[0-9a-f]{64}$/)
      expect(await key({ b: '2', 'package.json': { version: '2', description: 'x' } })).to.equal(
        one,
      )
      const vars = { A: '1', B: '2' }
      expect(await key({}, { configVars: vars })).to.equal(
        await key({}, { configVars: Object.fromEntries(Object.entries(vars).reverse()) }),
      )
    })
    it('that is another one for all that npm or Yarn reads', async () => {
      const seen = new Set<string | null>([await key()])
      const isNew = async (what: string, ...of: Parameters<typeof key>) => {
        const one = await key(...of)
        expect(seen.has(one), what).to.equal(false)
        expect(one, what).to.be.a('string')
        seen.add(one)
      }
      for (const name of [
        ...['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'],
        ...[
          'peerDependenciesMeta',
          'dependenciesMeta',
          'bundleDependencies',
          'bundledDependencies',
        ],
        ...['overrides', 'resolutions', 'pnpm', 'packageManager', 'os', 'cpu', 'engines'],
      ])
        await isNew(name, { 'package.json': { [name]: { a: '1' } } })
      await isNew('the lockfile', { 'package-lock.json': '{ }' })
      await isNew('.npmrc', { '.npmrc': 'a=1' })
      await isNew('.yarnrc', { '.yarnrc': 'a=1' })
      await isNew('an empty .npmrc', { '.npmrc': '' })
      await isNew('the runtime', {}, { runtime: 's' })
      await isNew('a config var', {}, { configVars: { A: '1' } })
      await isNew('the other tool', { 'yarn.lock': 'x' }, { manager: YARN })
    })
    it('by the packages that lie in the app, in any order', async () => {
      const tree = (
        content: string,
        lock = 'file:a.tgz, link:b.tgz "portal:c.tgz" file:gone.tgz',
      ) => ({
        'package-lock.json': lock,
        'a.tgz': content,
        'b.tgz': content,
        'c.tgz': content,
      })
      const one = await key(tree('1'))
      expect(one).to.be.a('string')
      expect(await key(tree('2'))).to.not.equal(one)
      for (const name of ['a.tgz', 'b.tgz', 'c.tgz'])
        expect(await key({ ...tree('1'), [name]: '2' }), name).to.not.equal(one)
      // Of package.json, too.
      const named = (content: string) =>
        key({ 'package.json': { dependencies: { a: 'file:a.tgz' } }, 'a.tgz': content })
      expect(await named('1')).to.not.equal(await named('2'))
    })
    it('that is none where files of the app take part', async () => {
      expect(await key({}, { manager: { name: 'npm', lockfile: null } })).to.equal(null)
      for (const name of ['pnpm', 'berry'] as const)
        expect(await key({}, { manager: { name, lockfile: 'yarn.lock' } }), name).to.equal(null)
      expect(await key({ 'package.json': { scripts: { prepare: 'x' } } })).to.equal(null)
      expect(await key({ 'package.json': { workspaces: [] } })).to.equal(null)
      expect(await key({ 'binding.gyp': '' })).to.equal(null)
      expect(await key({ 'package-lock.json': 'file:own', 'own/x': '' })).to.equal(null)
    })
  })

  describe('that is kept', () => {
    const KEY = 'k'
    const modules = () => path.join(dir, 'node_modules')
    const install = () => build.tree({ 'node_modules/a': '1' })
    const record = () => path.join(root, 'cache/tree.json')
    const trees = () => readdir(path.join(root, 'cache/trees'))
    const kept = async (keeping: 'copied' | 'shared', key: string | null = KEY) => {
      await install()
      const of = build.context()
      await saveTree(of, 'r', key, keeping)
      await removeFolder(modules())
      return of
    }
    const restored = async (
      key: string | null = KEY,
      { runtime = 'r', keeping = 'copied' as 'copied' | 'shared', of = build.context() } = {},
    ) => {
      await removeFolder(modules())
      return restoreTree(of, runtime, key, keeping)
    }

    it('as a copy is put back as a copy', async () => {
      await install()
      const of = build.context()
      await saveTree(of, 'r', KEY, 'copied')
      expect(existsSync(modules())).to.equal(true)
      expect(of).to.not.have.property('modules')
      expect(await restored(KEY, { of })).to.equal('identical')
      expect(await readFile(path.join(modules(), 'a'), 'utf8')).to.equal('1')
      expect(of).to.not.have.property('modules')
    })
    it('as a shared one is nowhere else', async () => {
      const { modules: own } = await kept('shared')
      expect(existsSync(modules())).to.equal(false)
      expect(path.dirname(path.dirname(own!.dir))).to.equal(path.join(root, 'cache/trees'))
      expect(own!.size).to.be.greaterThan(0)
      const of = build.context()
      expect(await restored(KEY, { of, keeping: 'shared' })).to.equal('identical')
      expect(of).to.deep.include({ modules: own })
      expect(existsSync(modules())).to.equal(false)
    })
    it('is none for another key, runtime, or where there is none', async () => {
      expect(await restored()).to.equal('none')
      await kept('copied')
      expect(await restored('other')).to.equal('none')
      expect(await restored(KEY, { runtime: 's' })).to.equal('changed')
      expect(await restored('other', { runtime: 's' })).to.equal('changed')
      expect(existsSync(modules())).to.equal(false)
      // Without a key any will do, to begin with.
      expect(await restored(null)).to.equal('restored')
      expect(existsSync(modules())).to.equal(true)
      await removeFolder(path.join(root, 'cache/trees'))
      expect(await restored()).to.equal('none')
    })
    it('is not once something has been written into it', async () => {
      await kept('copied')
      const [tree] = await trees()
      const file = path.join(root, 'cache/trees', tree!, 'node_modules/a')
      await utimes(file, 1, 1)
      expect(await restored()).to.equal('identical')
      const later = Date.now() / 1000 + 60
      await utimes(path.dirname(file), later, later)
      expect(await restored()).to.equal('identical')
      await utimes(file, later, later)
      expect(await restored()).to.equal('written')
      expect(existsSync(modules())).to.equal(false)
    })
    it('is not if it cannot be told', async () => {
      await kept('copied')
      await build.tool('find', 'exit 1')
      expect(await restored()).to.equal('written')
      expect((await build.calls())[0]).to.match(
        /^find \S+\/node_modules -type f -newer \S+tree\.json$/,
      )
    })
    it('is an error if it cannot be copied', async () => {
      await install()
      const message = async (script: string) => {
        await build.tool('cp', script)
        return (await rejection<BuildFailure>(saveTree(build.context(), 'r', KEY, 'copied')))
          .message
      }
      expect(await message('echo one; echo no room; exit 1')).to.equal(
        'The node_modules could not be copied: no room',
      )
      expect(await message('exit 7')).to.equal(
        'The node_modules could not be copied: cp ended with 7',
      )
      expect((await build.calls())[0]).to.match(/^cp -a \S+ \S+$/)
      expect(await restored()).to.equal('none')
    })
    it('is none if its record cannot be understood', async () => {
      await kept('copied')
      const good = JSON.parse(await readFile(record(), 'utf8')) as object
      for (const text of ['{"tree":', 'null', '{}', JSON.stringify({ ...good, tree: 7 })]) {
        await writeFile(record(), text)
        expect(await restored(), text).to.equal('none')
      }
      await removeFolder(record())
      await mkdir(record())
      expect(await rejection<NodeJS.ErrnoException>(restored())).to.include({ code: 'EISDIR' })
    })
  })

  describe('that is swept', () => {
    const cache = () => path.join(root, 'cache')
    const at = (name: string) => path.join(cache(), 'trees', name, 'node_modules')
    const left = async () => (await readdir(path.join(cache(), 'trees'))).sort()

    it('is of no slug, and not the newest', async () => {
      for (const name of ['t1', 't2', 't3']) await writeTree(at(name), { a: '' })
      await writeFile(path.join(cache(), 'tree.json'), JSON.stringify({ tree: 't1' }))
      await sweepTrees(cache(), [undefined, at('t3')])
      expect(await left()).to.deep.equal(['t1', 't3'])
      await removeFolder(path.join(cache(), 'tree.json'))
      await sweepTrees(cache(), [])
      expect(await left()).to.deep.equal([])
    })
    it('may be none', async () => {
      await sweepTrees(cache(), [])
      await writeFile(path.join(cache(), 'trees'), '')
      expect(await rejection<NodeJS.ErrnoException>(sweepTrees(cache(), []))).to.include({
        code: 'ENOTDIR',
      })
    })
  })
})
