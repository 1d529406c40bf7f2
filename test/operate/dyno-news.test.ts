import { expect } from 'chai'
import { DynoNews, dynoWord, WordCount } from '../../src/operate/dyno-news.js'
import { World } from '../support/embedded/index.js'
import { rejection } from '../support/platform.js'
import { until } from '../support/until.js'
import { useVirtualClock } from '../support/virtual-clock.js'
import { lineOf } from '../deploy/scripted.js'

describe('what a line of the platform says of a dyno', () => {
  for (const [message, word] of [
    ['State changed from starting to up', 'up'],
    ['State changed from up to crashed', 'crashed'],
    ['Process exited with status 143', 'gone'],
    ['State changed from up to starting', undefined],
    ['State changed from starting to upset', undefined],
    ['State changed from up to crashedly', undefined],
    ['It said: State changed from starting to up', undefined],
    ['It said: State changed from up to crashed', undefined],
    ['It said: Process exited with status 1', undefined],
    ['Process exited with status none', undefined],
  ] as const)
    it(`is ${word ?? 'nothing'}: ${message}`, () => {
      expect(dynoWord(lineOf(message))).to.equal(word)
      expect(dynoWord(lineOf(message, { source: 'app' }))).to.equal(undefined)
    })
})

describe('the words about dynos since the last poll', () => {
  const isWorth = (words: ['up' | 'crashed' | 'gone', string][], up: number, gone: number) => {
    const count = new WordCount()
    for (const [word, dyno] of words) count.add(word, dyno)
    const before = count.isWorthAPoll({ up, gone })
    count.clear()
    return [before, count.isWorthAPoll({ up, gone })]
  }

  it('are enough once as many dynos have come and gone as are waited for, by name', () => {
    const [one, two] = [
      ['up', 'web.1'],
      ['up', 'web.2'],
    ] as ['up', string][]
    expect(isWorth([one!, one!], 2, 0)).to.deep.equal([false, false])
    expect(isWorth([one!, two!], 2, 0)).to.deep.equal([true, false])
    expect(isWorth([one!], 1, 1)).to.deep.equal([false, false])
    expect(isWorth([one!, ['gone', 'web.3']], 1, 1)).to.deep.equal([true, false])
    expect(isWorth([['gone', 'web.3']], 0, 1)).to.deep.equal([true, false])
    expect(isWorth([['gone', 'web.3']], 1, 1)).to.deep.equal([false, false])
  })

  it('are enough at a crash, and never if nothing is waited for', () => {
    expect(isWorth([['crashed', 'web.1']], 5, 0)).to.deep.equal([true, false])
    expect(isWorth([['up', 'web.1']], 0, 0)).to.deep.equal([false, false])
  })
})

describe('the news of dynos', () => {
  useVirtualClock()

  let world: World
  let news: DynoNews
  beforeEach(async () => {
    world = await World.start()
  })
  afterEach(() => {
    news.stop()
    return world.stop()
  })
  const begin = async () => {
    news = new DynoNews(world.api, 'a1')
    await until('the log tells', () => news.isTelling)
    news.begin()
  }
  const waited = async (ms: number, pending = { up: 1, gone: 0 }, signal?: AbortSignal) => {
    const begun = Date.now()
    const isNews = await news.wait(pending, ms, signal)
    return { isNews, took: Date.now() - begun }
  }

  it('end a wait that they are worth, at once if they came before', async () => {
    await begin()
    setTimeout(() => void world.scale('web', 2), 3000)
    const { isNews, took } = await waited(60_000)
    expect(isNews).to.equal(true)
    expect(took).to.be.within(3000, 5000)
    expect(await waited(60_000)).to.deep.equal({ isNews: true, took: 0 })
    news.begin()
    expect(await waited(2000)).to.deep.equal({ isNews: false, took: 2000 })
  })

  it('are waited for no longer than asked, and not once it is stopped', async () => {
    await begin()
    expect(await waited(1234)).to.deep.equal({ isNews: false, took: 1234 })
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('stopped')), 500)
    const begun = Date.now()
    const error = await rejection(waited(60_000, undefined, stop.signal))
    expect([error.message, Date.now() - begun]).to.deep.equal(['stopped', 500])
    expect(await rejection(waited(60_000, undefined, stop.signal))).to.include({
      message: 'stopped',
    })
  })

  it('are told by nobody if the log cannot be read', async () => {
    const json = { id: 'forbidden', message: 'No.' }
    world.proxy.reply('POST', /\/log-sessions$/, { status: 403, json })
    news = new DynoNews(world.api, 'a1')
    expect(await waited(5000)).to.deep.equal({ isNews: false, took: 5000 })
    expect(news.isTelling).to.equal(false)
  })

  it('are left once they are stopped', async () => {
    await begin()
    expect(world.proxy.open).to.equal(1)
    news.stop()
    await until('the log is left', () => world.proxy.open === 0)
  })
})
