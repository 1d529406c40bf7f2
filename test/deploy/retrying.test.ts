import { expect } from 'chai'
import { StepRunner, type DeployEvent } from '../../src/deploy/events.js'
import { retrying } from '../../src/deploy/retrying.js'
import type { Platform } from '../../src/deploy/platform.js'
import { TIMING } from '../../src/deploy/timing.js'
import { isEvidence, isUnverified, keepAsking, unverified } from '../../src/deploy/unverified.js'
import { ShipitError, type ErrorCode } from '../../src/errors.js'
import { monotonic } from '../../src/lib/monotonic.js'
import { failureOf } from '../support/failures.js'
import { rejection } from '../support/platform.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const limited = new ShipitError('network', { message: 'Later.', details: { status: 429 } })
const broken = new ShipitError('network', { message: 'The connection broke.' })

const READS =
  'findApp dynos formation buildpacks configVars currentRelease releases release slug builds build feature domains promotionTarget addons attachments addon'
const CHANGES =
  'createApp updateFormation updateConfigVars releaseSlug promote setBuildpacks createAddon enableFeature addToPipeline'
const OTHERS = 'rollbackTo cancelBuild'

describe('the platform of a deploy under way', () => {
  useVirtualClock()

  /** Fails once with that error, then answers with what it was asked for. */
  const ask = (name: string, error: Error, isUnderWay: boolean): Promise<unknown> => {
    let isFailing = true
    const platform = {
      label: 'Heroku',
      [name](this: unknown, app: string) {
        if (!isFailing) return Promise.resolve([this === platform, app])
        isFailing = false
        return Promise.reject(error)
      },
    } as unknown as Platform
    const called = retrying(platform, { time: 60_000, pause: 1000, isUnderWay: () => isUnderWay })
    expect(called.label).to.equal('Heroku')
    return (called as unknown as Record<string, (app: string) => Promise<unknown>>)[name]!('a1')
  }

  for (const name of READS.split(' '))
    it(`asks for ${name} again after a refusal, and once something is under way after a break`, async () => {
      expect(await ask(name, limited, false)).to.deep.equal([true, 'a1'])
      expect(await ask(name, broken, true)).to.deep.equal([true, 'a1'])
      expect(await failureOf(ask(name, broken, false))).to.equal(broken)
      const missing = new ShipitError('not_found', { message: 'None.' })
      expect(await failureOf(ask(name, missing, true))).to.equal(missing)
    })

  for (const name of CHANGES.split(' '))
    it(`asks for ${name} again after a refusal, and not after a break, which may have done it`, async () => {
      expect(await ask(name, limited, false)).to.deep.equal([true, 'a1'])
      expect(await failureOf(ask(name, broken, true))).to.equal(broken)
    })

  for (const name of OTHERS.split(' '))
    it(`asks for ${name} once`, async () => {
      expect(await failureOf(ask(name, limited, true))).to.equal(limited)
    })
})

describe('a look that the platform does not answer', () => {
  useVirtualClock()

  const plan = { platform: 'Heroku' }
  const keep = async (failures: unknown[], time = 10_000, signal?: AbortSignal) => {
    const lines: string[] = []
    const begun = Date.now()
    const deployment = {
      plan,
      timing: TIMING,
      signal: signal ?? new AbortController().signal,
    } as unknown as Parameters<typeof keepAsking>[0]
    const left = [...failures]
    const answer = await keepAsking(
      deployment,
      monotonic() + time,
      { line: (text) => void lines.push(text), detail: () => undefined },
      () => (left.length > 0 ? Promise.reject(left.shift() as Error) : Promise.resolve('seen')),
    ).catch((error: unknown) => error)
    return { answer, lines, took: Date.now() - begun, left: left.length }
  }

  it('is tried again, which is said once, and so is that it answers', async () => {
    expect(await keep([])).to.deep.include({ answer: 'seen', lines: [] })
    const { answer, lines, took } = await keep([broken, broken, limited])
    expect(answer).to.equal('seen')
    expect(lines).to.have.lengthOf(3)
    expect(lines[0]).to.equal('The connection broke. Trying on, for 10 s at most.')
    expect(lines[1]).to.match(/^Later\. Trying on/)
    expect(lines[2]).to.equal('Heroku answers again.')
    expect(took).to.be.within(2300, 2500)
    expect((await keep(['odd'])).lines[0]).to.match(/^odd Trying on/)
    expect((await keep([broken])).took).to.be.within(500, 510)
    expect((await keep([broken], 1)).answer).to.equal('seen')
  })

  it('is unverified once the time is over, or at once for a bug', async () => {
    const over = await keep(Array<Error>(99).fill(broken), 1000)
    expect(over.answer).to.include({ code: 'timeout' })
    expect(isUnverified(over.answer)).to.equal(true)
    expect((over.answer as ShipitError).message).to.equal(
      'Heroku could not be asked: The connection broke.',
    )
    expect(over.took).to.equal(1000)
    for (const bug of [new TypeError('x'), new ReferenceError('x'), new RangeError('x')]) {
      const { answer, left, lines } = await keep([bug, bug])
      expect([isUnverified(answer), left, lines]).to.deep.equal([true, 1, []])
    }
  })

  it('is no failure if it is evidence, unverified already, or the deploy is stopped', async () => {
    const evidence = new ShipitError('refused', { message: 'No.' })
    expect((await keep([evidence])).answer).to.equal(evidence)
    const doubt = unverified('It could not be looked at')
    expect((await keep([doubt])).answer).to.equal(doubt)
    const stopped = AbortSignal.abort(new Error('stopped'))
    expect(await keep([broken], 10_000, stopped)).to.deep.include({ answer: broken, lines: [] })
  })
})

describe('a failure', () => {
  it('tells against the release by its code', () => {
    const isOne = (code: ErrorCode) => isEvidence(new ShipitError(code, { message: 'x' }))
    for (const code of [
      'boot',
      'health',
      'release',
      'build',
      'push',
      'project',
      'git',
      'usage',
      'refused',
      'rollback',
    ] as const)
      expect(isOne(code), code).to.equal(true)
    for (const code of ['network', 'timeout', 'auth'] as const)
      expect(isOne(code), code).to.equal(false)
    expect(isEvidence(Object.assign(new Error('x'), { code: 'boot' }))).to.equal(false)
  })

  it('is unverified if it says so', () => {
    const timeout = (details: object) =>
      new ShipitError('timeout', { message: 'x', details: { ...details } })
    expect(isUnverified(timeout({ unverified: true }))).to.equal(true)
    expect(isUnverified(timeout({}))).to.equal(false)
    expect(isUnverified({ details: { unverified: true } })).to.equal(false)
    const alone = unverified('It could not be looked at')
    expect(alone.message).to.equal('It could not be looked at')
    expect(alone.cause).to.equal(undefined)
    const reason = new ShipitError('auth', { message: 'Who?', why: 'No token.', next: 'Log in.' })
    expect(unverified('x', reason)).to.include({
      message: 'x: Who?',
      why: 'No token.',
      next: 'Log in.',
      cause: reason,
    })
  })
})

describe('the steps of a deploy', () => {
  useVirtualClock()

  it('are told as they begin, speak and end, with their times', async () => {
    const events: DeployEvent[] = []
    const steps = new StepRunner((event) => events.push(event))
    expect(steps.current).to.equal(undefined)
    const result = await steps.run('push', 'Pushing', async ({ line, detail }) => {
      expect(steps.current).to.equal('push')
      await new Promise((resolve) => setTimeout(resolve, 1500))
      line('one')
      detail('v4')
      return 7
    })
    await steps.run('boot', 'Starting', () => Promise.resolve())
    steps.skip('health', 'no web dyno')
    expect(result).to.equal(7)
    expect(events).to.deep.equal([
      { type: 'started', step: 'push', title: 'Pushing' },
      { type: 'line', step: 'push', text: 'one' },
      { type: 'finished', step: 'push', title: 'Pushing', ms: 1500, detail: 'v4' },
      { type: 'started', step: 'boot', title: 'Starting' },
      { type: 'finished', step: 'boot', title: 'Starting', ms: 0 },
      { type: 'skipped', step: 'health', reason: 'no web dyno' },
    ])
    expect(steps.times).to.deep.equal({ push: 1500, boot: 0 })
  })

  it('tell why they failed, of an abort its cause, and pass the failure on', async () => {
    const aborted = (cause?: unknown) =>
      Object.assign(new Error('This operation was aborted', { cause }), { name: 'AbortError' })
    for (const [error, message] of [
      [new Error('broken', { cause: new Error('deeper') }), 'broken'],
      [aborted(new Error('stopped by Ctrl-C')), 'stopped by Ctrl-C'],
      [aborted(), 'This operation was aborted'],
      ['odd', 'odd'],
    ] as const) {
      const events: DeployEvent[] = []
      const steps = new StepRunner((event) => events.push(event))
      const failure = await rejection<unknown>(
        steps.run('push', 'Pushing', async () => {
          await new Promise((resolve) => setTimeout(resolve, 200))
          throw error as Error
        }),
      )
      expect(failure).to.equal(error)
      expect(events[1]).to.deep.equal({
        type: 'failed',
        step: 'push',
        title: 'Pushing',
        message,
        ms: 200,
      })
      expect(steps.times).to.deep.equal({ push: 200 })
    }
  })
})
