import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { expect } from 'chai'
import { create } from 'tar'
import { sizeOf } from '../../../src/embedded/build/context.js'
import type { BuildFailure } from '../../../src/embedded/build/failure.js'
import { applySlugignore, SLUG_LIMIT, weighSlug } from '../../../src/embedded/build/slug.js'
import { rejection } from '../../support/platform.js'
import { standIns, type StandIns } from './stand-ins.js'

describe('a slug', () => {
  let build: StandIns
  let root: string
  let dir: string
  beforeEach(async () => {
    build = await standIns()
    ;({ root, dir } = build)
  })
  afterEach(() => build.end())

  describe('is without what .slugignore names', () => {
    const left = async () =>
      (await readdir(dir, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile() && entry.name !== '.slugignore')
        .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
        .sort()

    it('by the patterns of .gitignore, whatever the names hold', async () => {
      await build.tree({
        '.slugignore': '*.psd\r\n/docs\n# words\n\ntest/\n',
        '.gitignore': '*.js\n',
        'a.psd': '',
        'c\nd.psd': '',
        'docs/x/y.md': '',
        'src/docs/y.md': '',
        'src/test/z.js': '',
        'b.js': '',
        test: '',
      })
      await applySlugignore(build.context())
      expect(await left()).to.deep.equal(['.gitignore', 'b.js', 'src/docs/y.md', 'test'])
      expect(build.printed).to.equal('-----> Removing 4 paths matched by .slugignore\n')
      expect(await readdir(path.join(root, 'work/tmp'))).to.deep.equal(['slugignore'])
      expect(existsSync(path.join(dir, '.git'))).to.equal(false)
    })
    it('though not by those that begin with !', async () => {
      await build.tree({ '.slugignore': '*.psd\n!keep.psd\n', 'keep.psd': '' })
      await applySlugignore(build.context())
      expect(await left()).to.deep.equal([])
      expect(build.printed).to.equal(
        ' !     .slugignore: lines that begin with ! have no effect\n' +
          '-----> Removing 1 path matched by .slugignore\n',
      )
    })
    it('which may be nothing, or not there', async () => {
      await build.tree({ '.slugignore': 'none\n', a: '' })
      await applySlugignore(build.context())
      expect(build.printed).to.equal('-----> Removing 0 paths matched by .slugignore\n')
      await build.tool('git', 'exit 1')
      const other = await standIns()
      await applySlugignore(other.context())
      expect(other.printed).to.equal('')
      await other.end()
    })
    it('or the build fails', async () => {
      await build.tree({ '.slugignore': 'a\n', a: '' })
      await build.tool('git', 'echo no room; exit 1')
      const error = await rejection<BuildFailure>(applySlugignore(build.context()))
      expect([error.message, ...error.details]).to.deep.equal([
        '.slugignore could not be applied.',
        'no room',
      ])
      expect(await build.calls()).to.deep.equal([
        'git init --quiet --template=',
        `git ls-files -z --others --ignored --directory --exclude-from=${path.join(root, 'work/tmp/slugignore')}`,
      ])
      expect(await left()).to.deep.equal(['a'])
    })
  })

  describe('has a limit', () => {
    const noise = (bytes: number) => randomBytes(bytes)
    const failure = async (limit: number, of = build.context()) =>
      (await rejection<BuildFailure>(weighSlug(of, limit))).message

    it('of 500 MB, as on Heroku', () => expect(SLUG_LIMIT).to.equal(524_288_000))
    it('that counts once it is compressed', async () => {
      await build.tree({ a: 'lorem ipsum '.repeat(20_000), b: noise(20_000) })
      for (const name of ['a', 'b', '.']) await utimes(path.join(dir, name), 1, 1)
      let compressed = 0
      await pipeline(
        create({ cwd: dir, portable: true }, ['.']),
        createGzip({ level: 6 }),
        async (chunks) => {
          for await (const chunk of chunks) compressed += (chunk as Buffer).length
        },
      )
      const size = await sizeOf(build.context(), dir)
      expect(await weighSlug(build.context(), compressed)).to.equal(size)
      expect(build.printed).to.equal('-----> Compressing...\n       Done: 0.3M\n')
      expect(await failure(compressed - 1)).to.contain('is too large')
    })
    it('and names it in megabytes', async () => {
      await build.tree({ a: noise(1_600_000) })
      expect(await failure(1_048_576)).to.equal(
        'Compiled slug size: 1.5M is too large (max is 1.0M).',
      )
      await weighSlug(build.context(), 2_097_152)
      expect(build.printed).to.contain('Done: 1.5M\n')
    })
    it('of all that it has, also what lies elsewhere', async () => {
      const modules = path.join(root, 'modules')
      await mkdir(modules)
      await writeFile(path.join(modules, 'a'), noise(60_000))
      const of = build.context({}, { modules: { dir: modules, size: 7_000 } })
      const size = (await sizeOf(of, dir)) + 7_000
      // What is not more than the limit is not compressed.
      expect(await weighSlug(of, size)).to.equal(size)
      expect(await failure(size - 1, of)).to.contain('is too large')
    })
    it('and is not compressed beyond the end of its build', async () => {
      build.stop.abort(new Error('stopped'))
      expect(await failure(1)).to.equal('stopped')
    })
  })
})
