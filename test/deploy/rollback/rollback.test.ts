import { expect } from 'chai'
import { StepRunner, type DeployEvent } from '../../../src/deploy/events.js'
import { Journal, type Entry } from '../../../src/deploy/journal.js'
import type { Platform } from '../../../src/deploy/platform.js'
import { bringBack } from '../../../src/deploy/rollback/rollback.js'
import { ShipitError } from '../../../src/errors.js'
import type { Release } from '../../../src/heroku/index.js'
import { failureOf } from '../../support/failures.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { deploymentOf, dynoOf, entryOf, releaseOf } from '../scripted.js'

const BEFORE = { id: 'release-3', version: 3 }
const V4: Entry = { did: 'release', release: releaseOf(4) }

describe('the way back to the release before', () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const broken = () => Promise.reject(new ShipitError('network', { message: 'It broke.' }))

  /** v4 of this deploy serves in place of v3; one dyno of v9 is up as soon as it is asked for. */
  const back = async ({
    answers = {},
    plan = {},
    did = [V4],
    wait = 60_000,
    app,
  }: {
    answers?: Partial<Platform>
    plan?: object
    did?: Entry[]
    wait?: number
    app?: object
  } = {}) => {
    const journal = new Journal()
    for (const entry of did) journal.record(entry)
    const events: DeployEvent[] = []
    let isLogLeft = false
    const { deployment, asked } = deploymentOf(
      {
        currentRelease: () => Promise.resolve(releaseOf(4)),
        release: (_app, id) => Promise.resolve(releaseOf(Number(id.split('-')[1]))),
        rollbackTo: () => Promise.resolve(releaseOf(5)),
        dynos: () => Promise.resolve([dynoOf('worker.1', 9)]),
        formation: () => Promise.resolve([entryOf('worker', 1)]),
        async *logs(_app, { signal }) {
          signal.addEventListener('abort', () => (isLogLeft = true))
          await pass(10_000_000)
          yield* []
        },
        ...answers,
      },
      journal,
    )
    Object.assign(deployment.plan, {
      current: { release: BEFORE, slug: 'slug-3', commit: 'old' },
      formation: [],
      rollback: true,
      preboot: null,
      health: { path: '/', status: null, isNamed: false, headers: [], timeout: null },
      ...plan,
    })
    Object.assign(deployment, {
      bare: deployment.platform,
      ...(app ? { app } : {}),
      steps: new StepRunner((event) => events.push(event)),
    })
    const outcome = await bringBack(deployment, wait)
    const tries = asked.filter((call) => call.startsWith('rollbackTo'))
    return { ...outcome, tries, events, asked, journal, isLogLeft }
  }
  const current = (release: Release | undefined) => ({
    currentRelease: () => Promise.resolve(release),
  })

  it('is not taken if it is not needed, not known or not wished', async () => {
    const serving = { id: 'release-4', version: 4 }
    for (const [given, sentence, serves] of [
      [
        { answers: current(undefined) },
        'Nothing serves yet: this app has never had a release with code.',
        null,
      ],
      [
        { answers: current(releaseOf(1, { slug: null })) },
        'Nothing serves yet: this app has never had a release with code.',
        null,
      ],
      [{ answers: current(releaseOf(3)) }, 'v3 serves, as before.', BEFORE],
      [
        { answers: current(releaseOf(6)) },
        'v6 serves, which this deploy did not make, so nothing was rolled back.',
        { id: 'release-6', version: 6 },
      ],
      [
        { plan: { current: null } },
        'v4 stays: it is the first release, so there is none to go back to.',
        serving,
      ],
      [
        { plan: { rollback: false } },
        'v4 stays, as --no-rollback asks. `shipit rollback v3 --app a1` brings the one before back.',
        serving,
      ],
    ] as const) {
      const outcome = await back(given)
      expect(outcome).to.deep.include({
        release: serving,
        rolledBackTo: null,
        serving: serves,
        sentence,
        tries: [],
        events: [],
      })
    }
    expect((await back({ answers: current(releaseOf(3)), did: [] })).release).to.equal(null)
  })

  it('is taken, and its end is waited for', async () => {
    const { tries, journal, ...outcome } = await back()
    expect(outcome).to.deep.include({
      release: { id: 'release-4', version: 4 },
      rolledBackTo: BEFORE,
      serving: { id: 'release-5', version: 5 },
      sentence: 'Rolled back: v3 serves again, as v5.',
    })
    expect(tries).to.deep.equal(['rollbackTo release-3'])
    expect(outcome.isLogLeft).to.equal(true)
    expect(journal.rollback?.version).to.equal(5)
    expect(outcome.events.at(-1)).to.include({ type: 'finished', step: 'rollback', detail: 'v5' })
  })

  it('takes the dynos back with it, and leaves them if nothing is undone', async () => {
    const change = {
      type: 'worker',
      before: { quantity: 1, size: 'Basic' },
      after: { quantity: 2, size: 'Basic' },
    }
    const updates: object[] = []
    const given = (more: object, release: Release) => ({
      did: [V4, { did: 'scale', before: [entryOf('worker', 1)] } satisfies Entry],
      plan: { formation: [change], ...more },
      answers: {
        ...current(release),
        updateFormation: (_app: string, made: object[]) =>
          Promise.resolve(updates.push(...made)) as never,
      },
    })
    const scaled = await back(given({}, releaseOf(4)))
    expect(scaled.sentence).to.equal(
      'Rolled back: v3 serves again, as v5. Scaled back to worker=1:Basic.',
    )
    expect((await back(given({}, releaseOf(3)))).sentence).to.equal(
      'v3 serves, as before. Scaled back to worker=1:Basic.',
    )
    expect(updates).to.have.lengthOf(2)
    expect((await back(given({ rollback: false }, releaseOf(3)))).sentence).to.equal(
      'v3 serves, as before.',
    )
    expect(updates).to.have.lengthOf(2)
  })

  describe('whose answer was lost', () => {
    const slug = (id: string) => ({ slug: { id } as never })
    const lost = (...releases: Release[]) => {
      let calls = 0
      return back({
        answers: {
          rollbackTo: () => (++calls === 1 ? broken() : Promise.resolve(releaseOf(7))),
          releases: (_app, most) => Promise.resolve(releases.slice(0, most)),
        },
      })
    }
    const rollback = { description: 'Rollback to v3', ...slug('slug-3') }

    it('is not taken twice if the platform has made it', async () => {
      const { tries, sentence } = await lost(releaseOf(5, rollback), releaseOf(4))
      expect(tries).to.have.lengthOf(1)
      expect(sentence).to.equal('Rolled back: v3 serves again, as v5.')
    })

    it('is taken again if it has not', async () => {
      for (const releases of [
        [],
        [releaseOf(4)],
        [releaseOf(4, rollback)],
        [releaseOf(5, { ...rollback, ...slug('slug-2') }), releaseOf(4)],
        [releaseOf(5, { ...rollback, description: 'Set A config vars' }), releaseOf(4)],
        [releaseOf(5, { ...rollback, description: 'Undo a rollback' }), releaseOf(4)],
        [releaseOf(5, { ...rollback, slug: null }), releaseOf(4)],
        [releaseOf(6), releaseOf(5, rollback)],
      ]) {
        const { tries, sentence } = await lost(...releases)
        expect(tries).to.have.lengthOf(2)
        expect(sentence).to.equal('Rolled back: v3 serves again, as v7.')
      }
    })

    it('is given up at its time', async () => {
      const begun = Date.now()
      const error = await failureOf(back({ answers: { rollbackTo: broken }, wait: 20_000 }))
      expect(error).to.include({ code: 'timeout' })
      expect(Date.now() - begun).to.be.within(20_000, 26_000)
    })
  })

  it('is told as not verified if its dynos cannot be asked for', async () => {
    const { sentence, serving, rolledBackTo, events } = await back({
      answers: { dynos: broken },
      wait: 20_000,
    })
    expect(sentence).to.match(
      /^The rollback to v3 was made, as v5, and could not be verified: .*It broke\./,
    )
    expect([serving, rolledBackTo]).to.deep.equal([null, BEFORE])
    expect(events.at(-1)).to.include({ type: 'finished', detail: 'v5, not verified' })
  })

  it('asks the app for as long as its health check may take', async () => {
    const answers = {
      dynos: () => Promise.resolve([dynoOf('web.1', 9)]),
      formation: () => Promise.resolve([entryOf('web', 1)]),
    }
    const check = { path: '/', status: null, isNamed: false, headers: [] }
    // Nobody listens there.
    const app = { web_url: 'http://127.0.0.1:1/', maintenance: false }
    for (const [timeout, least] of [
      [5000, 5000],
      [null, 60_000],
    ] as const) {
      const begun = Date.now()
      const { sentence } = await back({
        answers,
        app,
        plan: { health: { ...check, timeout } },
        wait: 300_000,
      })
      expect(sentence).to.match(
        /was made, as v5, and could not be verified: .*its health is not known/,
      )
      expect(Date.now() - begun).to.be.within(least, least + 15_000)
    }
  })

  it('waits for the switch of preboot if there are web dynos', async () => {
    const plan = { preboot: { switchesAfter: 180_000, dynos: 1 } }
    const begun = Date.now()
    const worker = await back({ plan, wait: 300_000 })
    expect([worker.serving?.version, Date.now() - begun < 60_000]).to.deep.equal([5, true])
    const answers = {
      dynos: () => Promise.resolve([dynoOf('web.1', 9)]),
      formation: () => Promise.resolve([entryOf('web', 1)]),
    }
    const web = await back({ plan, wait: 300_000, answers })
    expect(web.serving?.version).to.equal(5)
    expect(Date.now() - begun).to.be.within(195_000, 260_000)
    const lines = web.events.filter(({ type }) => type === 'line')
    expect(lines).to.deep.include({
      type: 'line',
      step: 'rollback',
      text:
        'Preboot is on: what served before v5 goes on answering, unjudged, until requests ' +
        'switch, about 3 min after the release. Waiting 3 min 15 s at most.',
    })
  })

  it('fails if what comes back does not come up', async () => {
    const crashed = () => Promise.resolve([dynoOf('worker.1', 9, { state: 'crashed' })])
    const error = await failureOf(back({ answers: { dynos: crashed } }))
    expect(error).to.include({ code: 'boot', message: 'worker.1 of v5 crashed.' })
  })
})
