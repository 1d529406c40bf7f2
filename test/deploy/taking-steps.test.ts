import { expect } from 'chai'
import { setTimeout as delay } from 'node:timers/promises'
import { StepRunner } from '../../src/deploy/events.js'
import { Journal } from '../../src/deploy/journal.js'
import type { Platform } from '../../src/deploy/platform.js'
import { waitForRelease } from '../../src/deploy/steps/release.js'
import { STEPS } from '../../src/deploy/steps/index.js'
import type { Running } from '../../src/deploy/steps/step.js'
import type { Release } from '../../src/heroku/index.js'
import { monotonic } from '../../src/lib/monotonic.js'
import type { FormationChange } from '../../src/operate/formation-change.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'
import { deploymentOf, entryOf, releaseOf } from './scripted.js'

const APP = { name: 'a1', web_url: null }
const change = (type: string, before: number | null, after: number): FormationChange => ({
  type,
  before: before === null ? null : { quantity: before, size: 'Basic' },
  after: { quantity: after, size: 'Basic' },
  costClass: null,
  costs: null,
})

describe('a step that is taken', () => {
  useVirtualClock()

  const begin = (answers: Partial<Platform>, planned: object = {}, more: object = {}) => {
    const { deployment, asked, journal } = deploymentOf(answers, new Journal())
    const lines: string[] = []
    const details: string[] = []
    const { plan, platform } = deployment
    const running = {
      ...deployment,
      plan: {
        ...plan,
        appState: 'exists',
        place: {},
        addsRemote: false,
        formation: [],
        environment: 'production',
        configChanges: ['SHIPIT_ENV'],
        shipitEnv: 'homolog',
        current: { release: { id: 'release-3', version: 3 } },
        ...planned,
      },
      bare: platform,
      steps: new StepRunner(() => undefined),
      deadline: Infinity,
      ...more,
    } as unknown as Running
    const report = {
      line: (text: string) => void lines.push(text),
      detail: (text: string) => void details.push(text),
    }
    const take = (name: string) => STEPS.find((step) => step.name === name)!.run(running, report)
    const undo = (name: string) => STEPS.find((step) => step.name === name)!.undo!(running)
    return { running, report, take, undo, asked, journal, lines, details }
  }
  const given =
    <T>(value: T) =>
    (): Promise<T> =>
      Promise.resolve(value)

  it('sees that the platform is as it was planned', async () => {
    const answers = {
      findApp: given(APP as never),
      currentRelease: given<Release | undefined>(releaseOf(3)),
    }
    const { running, take } = begin(answers)
    await take('preflight')
    expect([running.app, running.release]).to.deep.equal([APP, releaseOf(3)])

    const replaced = begin({ ...answers, currentRelease: given(releaseOf(5)) })
    const error = await failureOf(replaced.take('preflight'))
    expect(error.message).to.include('Someone else has released v5 since')
    const none = begin({ ...answers, currentRelease: given(undefined) })
    expect((await failureOf(none.take('preflight'))).message).to.include('released v? since')
    const first = begin({ ...answers, currentRelease: given(undefined) }, { current: null })
    await first.take('preflight')
    expect(first.running.release).to.equal(undefined)
  })

  it('sees that the app is there, unless it is to be made', async () => {
    const gone = begin({ findApp: given(undefined) })
    expect(await failureOf(gone.take('preflight'))).to.include({
      code: 'not_found',
      message: 'a1 is not there any more.',
    })
    const fresh = begin({ findApp: given(undefined) }, { appState: 'to-be-created', current: null })
    await fresh.take('preflight')
    expect([fresh.running.app, fresh.asked]).to.deep.equal([undefined, ['findApp']])
  })

  it('makes the app, and the remote if it is to', async () => {
    const remotes: string[] = []
    const made: object[] = []
    const git = { addRemote: (app: string) => Promise.resolve(remotes.push(app)) }
    const create = {
      createApp: (_name: string, options: object) => {
        made.push(options)
        return Promise.resolve(APP as never)
      },
    }
    const alone = begin(create, {}, { git })
    await alone.take('create')
    expect([alone.running.app, remotes, alone.journal.isOfCreationAlone]).to.deep.equal([
      APP,
      [],
      true,
    ])
    expect(alone.journal.has('create app')).to.equal(true)
    const place = { region: 'eu' }
    for (const stack of [null, 'heroku-24'])
      await begin(create, { addsRemote: true, place, setUp: { stack } }, { git }).take('create')
    expect(remotes).to.deep.equal(['a1', 'a1'])
    expect(made).to.deep.equal([{}, place, { ...place, stack: 'heroku-24' }])
  })

  it('sets config vars, and knows the release that this makes', async () => {
    const set: object[] = []
    const answers = (releases: Release[]) => ({
      updateConfigVars: (_app: string, changes: object) => {
        set.push(changes)
        return Promise.resolve({})
      },
      releases: given(releases),
    })
    const { running, take, details, journal, asked } = begin(answers([releaseOf(4)]))
    await take('config')
    expect(asked).to.include('releases 1')
    expect(set).to.deep.equal([{ SHIPIT_ENV: 'homolog' }])
    expect([running.release, details]).to.deep.equal([releaseOf(4), ['SHIPIT_ENV']])
    expect([journal.has('set config'), journal.releases]).to.deep.equal([true, [releaseOf(4)]])
    for (const releases of [[releaseOf(3)], []]) {
      const late = begin(answers(releases))
      await late.take('config')
      expect([late.running.release, late.journal.releases]).to.deep.equal([undefined, []])
    }
    const first = begin(answers([releaseOf(1)]), { current: null })
    await first.take('config')
    expect(first.running.release?.version).to.equal(1)
  })

  describe('scales', () => {
    const scaling = (formations: ReturnType<typeof entryOf>[][], planned: object) => {
      const updates: object[] = []
      let looks = 0
      const parts = begin(
        {
          formation: () => Promise.resolve(formations[Math.min(looks++, formations.length - 1)]!),
          updateFormation: (_app, made) => Promise.resolve(updates.push(...made)),
        },
        planned,
      )
      return { ...parts, updates, looks: () => looks }
    }
    const formation = [change('web', 1, 3), change('worker', 2, 1), change('clock', null, 1)]

    it('up what grows, once its types are listed', async () => {
      const before = [entryOf('web', 1), entryOf('worker', 2)]
      const all = [...before, entryOf('clock', 0)]
      const { take, updates, journal, details, looks } = scaling([before, before, all], {
        formation,
      })
      await take('scale_up')
      expect(updates).to.deep.equal([
        { type: 'web', quantity: 3, size: 'Basic' },
        { type: 'clock', quantity: 1, size: 'Basic' },
      ])
      expect([details, looks(), journal.formation]).to.deep.equal([
        ['web=3:Basic clock=1:Basic'],
        3,
        all,
      ])
    })

    it('nothing if a type is not listed at the fourth look', async () => {
      const { take, updates, looks, journal } = scaling([[entryOf('web', 1)]], {
        formation: [change('wbe', null, 1)],
      })
      const begun = Date.now()
      const error = await failureOf(take('scale_up'))
      expect(Date.now() - begun, 'the pauses between them').to.be.within(700, 720)
      expect(error).to.include({ code: 'project', why: 'Did you mean web?' })
      expect(error.message).to.match(/^deploy\.production\.formation: There is no .* wbe\.$/)
      expect([updates, looks(), journal.has('scale')]).to.deep.equal([[], 4, false])
      const typed = scaling([[entryOf('web', 1)]], {
        formation: [change('wbe', null, 1)],
        environment: null,
      })
      expect((await failureOf(typed.take('scale_up'))).message).to.match(/^--scale: /)
      const both = scaling([[entryOf('web', 1)]], {
        formation: [change('one', null, 1), change('two', null, 1)],
      })
      expect((await failureOf(both.take('scale_up'))).message).to.match(/ one\.$/)
    })

    it('back to what there was, types that are new aside', async () => {
      const { undo, updates, journal } = scaling([], { formation })
      expect(await undo('scale_up')).to.equal(undefined)
      journal.record({ did: 'scale', before: [entryOf('web', 1), entryOf('clock', 0)] })
      expect(await undo('scale_up')).to.equal('Scaled back to web=1:Basic.')
      expect(updates).to.deep.equal([{ type: 'web', quantity: 1, size: 'Basic' }])
      expect(await undo('scale_down')).to.equal(undefined)
      const fresh = scaling([], { formation: [change('clock', null, 1)] })
      fresh.journal.record({ did: 'scale', before: [entryOf('clock', 0)] })
      expect([await fresh.undo('scale_up'), fresh.updates]).to.deep.equal([undefined, []])
    })
  })

  describe('waits for a release phase', () => {
    const phase = async (
      statuses: Release['status'][],
      printed: (string | number)[] = [],
      { time = 60_000, signal = new AbortController().signal } = {},
    ) => {
      let looks = 0
      let outputs = 0
      const begun = Date.now()
      /** Of pieces and of the ms between them, until it is given up. */
      async function* output(_url: string, limit: AbortSignal): AsyncGenerator<string> {
        outputs += 1
        for (const piece of printed)
          if (typeof piece === 'string') yield piece
          else await delay(piece, undefined, { signal: limit })
      }
      const more = { output_stream_url: printed.length > 0 ? 'https://output' : null }
      const answers: Partial<Platform> = {
        release: () =>
          Promise.resolve(
            releaseOf(4, { status: statuses[Math.min(++looks, statuses.length - 1)]!, ...more }),
          ),
        output,
      }
      const { running, report, lines } = begin(answers, {}, { signal })
      const release = releaseOf(4, { status: statuses[0]!, ...more })
      const result = await waitForRelease(running, release, monotonic() + time, report).catch(
        (error: unknown) => error as Error,
      )
      return { result, lines, outputs, looks, took: Date.now() - begun }
    }

    it('until it has succeeded, with its output on the way', async () => {
      const { result, lines, outputs } = await phase(
        ['pending', 'pending', 'pending', 'succeeded'],
        ['Migrating\nDo', 'ne\n'],
      )
      expect(result).to.include({ status: 'succeeded' })
      expect([lines, outputs]).to.deep.equal([['Migrating', 'Done'], 1])
      const over = await phase(['succeeded', 'succeeded'], ['x'])
      expect([over.lines, over.outputs]).to.deep.equal([[], 0])
      expect((await phase(['pending', 'succeeded'])).outputs).to.equal(0)
    })

    it('that fails, and shows its last lines', async () => {
      const early = await phase(['pending', 'failed'], [' \n', 'one\n', 'two\n'])
      expect(early.result).to.include({
        code: 'release',
        message: 'The release phase of v4 failed.',
        why: 'The last lines of its release command:\n  one\n  two',
      })
      expect(early.outputs).to.equal(1)
      // What ended before the push did is shown with the build.
      const late = await phase(['failed', 'failed'], ['one\n'])
      expect(late.result).to.have.property('why').that.includes('  one')
      expect([late.lines, late.outputs]).to.deep.equal([[], 1])
      const silent = await phase(['failed', 'failed'])
      expect(silent.result).to.include({ why: 'Its release command printed nothing.' })
      expect(silent.outputs).to.equal(0)
      const expired = await phase(['failed', 'expired' as never])
      expect(expired.result).to.include({ message: 'The release phase of v4 did not end in time.' })
      const long = await phase(
        ['failed', 'failed'],
        [Array.from({ length: 25 }, (_, i) => `l${i}`).join('\n')],
      )
      const { why } = long.result as unknown as { why: string }
      expect(why.split('\n')).to.have.lengthOf(21)
      expect(why).to.include('  l24').and.not.include('  l4\n')
    })

    it('whose output is slow, or has no end', async () => {
      const slow = await phase(['pending', 'succeeded'], ['one\n', 30_000, 'two\n'])
      expect([slow.lines, slow.result]).to.deep.equal([
        ['one', 'two'],
        releaseOf(4, { output_stream_url: 'https://output' }),
      ])
      const endless = await phase(['pending'], ['one\n', 600_000])
      expect(endless.result).to.include({ code: 'timeout' })
      expect(endless.lines[1]).to.include('the output of the release phase broke off')
      expect(endless.took).to.equal(60_000)
      const late = await phase(['failed', 'failed'], ['one\n', 600_000])
      expect(late.result).to.include({ code: 'release' })
      expect(late.took).to.equal(10_000)
    })

    it('until the deploy is stopped', async () => {
      const stop = new AbortController()
      setTimeout(() => stop.abort(new Error('stopped')), 5000)
      const { result, took } = await phase(['pending'], [600_000], stop)
      expect([result, took]).to.deep.equal([stop.signal.reason, 5000])
    })

    it('and knows the release as it is then, in the time of a deploy', async () => {
      const { running, take } = begin(
        { release: given(releaseOf(4, { current: true })) },
        { waitTimeout: 120_000 },
        { release: releaseOf(4) },
      )
      const begun = monotonic()
      await take('release')
      expect(running.release).to.deep.equal(releaseOf(4, { current: true }))
      expect(running.deadline).to.equal(begun + 120_000)
    })

    it('no longer than it may take', async () => {
      const { result } = await phase(['pending'])
      expect(result).to.include({
        code: 'timeout',
        message: 'The release phase of v4 had not ended after 5 min.',
        why: 'It goes on, and v4 serves once it has succeeded.',
      })
    })
  })
})
