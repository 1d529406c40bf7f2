import { expect } from 'chai'
import { ShipitError } from '../../src/errors.js'
import { Budget, Pace, patience, retry, retryAfter, ridingOut } from '../../src/heroku/limits.js'
import { rejection } from '../support/platform.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const pass = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

describe('the pace of calls', () => {
  useVirtualClock()
  const takeAll = (pace: Pace) => {
    let taken = 0
    while (pace.take()) taken += 1
    return taken
  }

  it('is a few at once, then one every so often', async () => {
    const pace = new Pace(3, 1000)
    expect(takeAll(pace)).to.equal(3)
    await pass(999)
    expect(takeAll(pace)).to.equal(0)
    await pass(1)
    expect(takeAll(pace)).to.equal(1)
    await pass(2000)
    expect(takeAll(pace)).to.equal(2)
  })

  it('saves up no more than these few', async () => {
    const pace = new Pace(3, 1000)
    await pass(60_000)
    expect(takeAll(pace)).to.equal(3)
  })
})

describe('what is left of the calls of an account', () => {
  it('slows polling down below a third of the hour, to a tenth at most', () => {
    const budget = new Budget()
    expect([budget.remaining, budget.slowdown]).to.deep.equal([undefined, 1])
    const rows: [number, number][] = [
      [4500, 1],
      [1501, 1],
      [1500, 1],
      [750, 2],
      [300, 5],
      [149, 10],
      [1, 10],
      [0, 10],
    ]
    for (const [left, slowdown] of rows) {
      budget.note({ 'ratelimit-remaining': String(left) })
      expect([budget.remaining, budget.slowdown]).to.deep.equal([left, slowdown])
    }
  })

  it('stays as it was if an answer does not tell', () => {
    const budget = new Budget()
    budget.note({ 'ratelimit-remaining': '300' })
    for (const value of ['', 'x', '1x', 'x1', '-1', undefined])
      budget.note({ 'ratelimit-remaining': value })
    expect(budget.remaining).to.equal(300)
  })
})

describe('how long an answer asks to wait', () => {
  const NOW = Date.parse('2026-11-22T20:00:00Z')
  const rows: [string, Record<string, string>, number | undefined][] = [
    ['seconds', { 'retry-after': ' 90 ' }, 90_000],
    ['parts of a second', { 'retry-after': '0.5' }, 500],
    ['a date', { 'retry-after': 'Sun, 22 Nov 2026 20:00:07 GMT' }, 7000],
    ['a date that is past', { 'retry-after': 'Sun, 22 Nov 2026 19:00:00 GMT' }, 0],
    ['neither', { 'retry-after': 'soon' }, undefined],
    ['a date that ends in digits', { 'retry-after': 'Sun, 22 Nov 2026 20:00:07 +0000' }, 7000],
    ['seconds of RateLimit-Reset', { 'ratelimit-reset': ' 12 ' }, 12_000],
    ['its older name', { 'x-ratelimit-reset': '13' }, 13_000],
    ['a time since the epoch', { 'ratelimit-reset': String(NOW / 1000 + 3) }, 3000],
    ['one that is past', { 'ratelimit-reset': String(NOW / 1000 - 3) }, 0],
    ['the most that are seconds', { 'ratelimit-reset': '1000000000' }, 1e12],
    ['no number', { 'ratelimit-reset': '1x' }, undefined],
    ['a number at its end', { 'ratelimit-reset': 'x1' }, undefined],
    ['both', { 'retry-after': '1', 'ratelimit-reset': '2' }, 1000],
    ['a word, and seconds to the reset', { 'retry-after': 'x', 'ratelimit-reset': '2' }, 2000],
    ['nothing', {}, undefined],
  ]
  for (const [name, headers, ms] of rows)
    it(`${name}: ${ms ?? 'no time'}`, () => expect(retryAfter(headers, NOW)).to.equal(ms))
})

describe('a call that may be tried again', () => {
  useVirtualClock()
  const limit = () =>
    new ShipitError('network', { message: 'rate limit', details: { status: 429 } })
  const begun = () => performance.now()

  /** Fails as often as there are errors, and keeps the times of its calls. */
  const failing = (...errors: unknown[]) => {
    const from = begun()
    const times: number[] = []
    const call = async () => {
      times.push(Math.round(performance.now() - from))
      if (errors.length > 0) throw errors.shift()
      return 'done'
    }
    return { call, times }
  }
  const endless = () => failing(...Array.from({ length: 1000 }, limit))

  it('is tried after each pause until it succeeds, and each refusal is told', async () => {
    const { call, times } = failing(limit(), limit())
    const told: number[] = []
    const outcome = await retry(call, () => true, {
      time: 5000,
      pause: 100,
      onRefusal: (_error, left) => told.push(Math.round(left)),
    })
    expect(outcome).to.equal('done')
    expect(times).to.deep.equal([0, 100, 200])
    expect(told).to.deep.equal([5000, 4900])
  })

  it('is tried until its time is over', async () => {
    const { call, times } = endless()
    const error = await rejection(retry(call, () => true, { time: 300, pause: 100 }))
    expect(error.message).to.equal('rate limit')
    expect(times).to.deep.equal([0, 100, 200, 300])
  })

  it('waits longer each time, 15 s at most', async () => {
    const { call, times } = endless()
    await rejection(retry(call, () => true, { time: 50_000, pause: 1000, growth: 3 }))
    expect(times.slice(0, 6)).to.deep.equal([0, 1000, 4000, 13_000, 28_000, 43_000])
  })

  it('is not tried again after another error, or one that is none of the CLI', async () => {
    for (const error of [new Error('a bug'), limit()]) {
      const { call, times } = failing(error)
      const mayRetry = (): boolean => !(error instanceof ShipitError)
      expect(await rejection<Error>(retry(call, mayRetry, { time: 1000, pause: 1 }))).to.equal(
        error,
      )
      expect(times).to.deep.equal([0])
    }
  })

  it('ends with its signal, before a pause and within one', async () => {
    const stop = new AbortController()
    const waiting = endless()
    const outcome = rejection<Error>(
      retry(waiting.call, () => true, { time: 9000, pause: 5000, signal: stop.signal }),
    )
    await pass(100)
    stop.abort()
    expect((await outcome).name).to.equal('AbortError')
    expect(waiting.times).to.deep.equal([0])

    const error = limit()
    const late = retry(failing(error).call, () => true, {
      time: 9000,
      pause: 1,
      signal: stop.signal,
    })
    expect(await rejection(late)).to.equal(error)
  })

  it('of a change that is half done rides out the rate limit, and that alone, for two minutes', async () => {
    const { call, times } = failing(limit(), limit(), limit())
    expect(await ridingOut(call)).to.equal('done')
    expect(times).to.deep.equal([0, 1000, 3000, 7000])

    const all = endless()
    await rejection(ridingOut(all.call))
    expect(all.times.at(-1)).to.be.within(120_000, 135_000)

    const other = failing(new ShipitError('refused', { message: 'no', details: { status: 422 } }))
    await rejection(ridingOut(other.call))
    expect(other.times).to.deep.equal([0])
  })
})

describe('how long a platform is waited for', () => {
  it('is the defaults where nothing is said', () => {
    expect(patience({})).to.deep.equal({})
  })
  it('is what SHIPIT_HTTP_TIMEOUT and SHIPIT_HTTP_RETRIES say', () => {
    expect(patience({ SHIPIT_HTTP_TIMEOUT: '90s', SHIPIT_HTTP_RETRIES: '0' })).to.deep.equal({
      timeout: 90_000,
      silence: 30_000,
      retries: 0,
    })
  })
  for (const env of [
    { SHIPIT_HTTP_TIMEOUT: 'soon' },
    { SHIPIT_HTTP_TIMEOUT: '0' },
    { SHIPIT_HTTP_RETRIES: '-1' },
  ]) {
    it(`refuses ${JSON.stringify(env)}`, () => {
      expect(() => patience(env))
        .to.throw(ShipitError)
        .with.property('code', 'usage')
    })
  }
})
