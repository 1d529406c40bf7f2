import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { CompletionCache } from '../../src/completion/cache.js'

describe('what completion keeps', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'shipit-completion-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('is there again, for each question its own', async () => {
    const cache = new CompletionCache(folder)
    await cache.write('apps', ['shop'])
    expect(await cache.read('apps')).to.deep.equal({ values: ['shop'], isFresh: true })
    expect(await cache.read('dynos')).to.equal(undefined)
  })

  it('is asked for anew if it is spoiled', async () => {
    const cache = new CompletionCache(folder)
    await cache.write('apps', ['shop'])
    const kept = path.join(folder, 'completion')
    const [file] = await readdir(kept)
    await writeFile(path.join(kept, file!), '{"at":')
    expect(await cache.read('apps')).to.equal(undefined)
  })

  it('is gone once another account may be the one that asks', async () => {
    const cache = new CompletionCache(folder)
    await cache.clear()
    await cache.write('apps', ['shop'])
    await cache.take('apps')
    await cache.clear()
    expect(await cache.read('apps')).to.equal(undefined)
    expect(await cache.take('apps')).to.equal(true)
  })

  it('is asked for by one alone', async () => {
    const cache = new CompletionCache(folder)
    expect([
      await cache.take('apps'),
      await cache.take('apps'),
      await cache.take('dynos'),
    ]).to.deep.equal([true, false, true])
  })
})
