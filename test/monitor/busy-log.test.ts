import { expect } from 'chai'
import {
  takeSnapshot,
  reportDynos,
  watchFormation,
  type Snapshot,
} from '../../src/monitor/index.js'
import { apiFor } from '../support/platform.js'
import { SimulatedApp } from '../support/simulated-app.js'

const DYNOS = 100
const INSTANCES = 8
/**
 * A log in which figures are seldom: as busy, beside their interval, as one of 500 lines a second
 * beside 20 s.
 */
const LOUD = { dynos: DYNOS, instances: INSTANCES, foreign: 2500, figuresEvery: 4000 }

describe('a busy log', () => {
  let app: SimulatedApp
  afterEach(() => app.close())
  const shown = ({ dynos, model }: Pick<Snapshot, 'dynos' | 'model'>): number =>
    reportDynos(dynos, model, Date.now()).reduce(
      (sum, { instances }) => sum + instances.filter(({ memoryMb }) => memoryMb !== null).length,
      0,
    )

  it('is followed until every instance has told its figures', async () => {
    app = await SimulatedApp.start(LOUD)
    let missing = 0
    const seen = await takeSnapshot(apiFor(app.url), 'a1', {
      onFollow: (dynos) => {
        missing = dynos.length
      },
    })
    expect(missing).to.be.above(DYNOS / 2)
    expect(seen.problem).to.equal(undefined)
    expect(shown(seen)).to.equal(DYNOS * INSTANCES)
  })
  it('is followed for the dyno alone that was asked for', async () => {
    app = await SimulatedApp.start(LOUD)
    const seen = await takeSnapshot(apiFor(app.url), 'a1', {
      selection: { name: 'web.100' },
      onFollow: () => undefined,
    })
    expect(
      reportDynos(
        seen.dynos.filter(({ name }) => name === 'web.100'),
        seen.model,
        Date.now(),
      )[0]!.instances,
    ).to.have.length(INSTANCES)
    expect(shown(seen)).to.be.below(DYNOS * INSTANCES)
  })
  it('is given up in time, and known to hold no figures', async () => {
    app = await SimulatedApp.start({ ...LOUD, figuresEvery: 0 })
    const seen = await takeSnapshot(apiFor(app.url), 'a1', {
      onFollow: () => undefined,
      within: 300,
    })
    expect(shown(seen)).to.equal(0)
    expect(seen.watched).to.be.within(300, 20_000)
  })
  it('that is not followed is known to reach back no further than it does', async () => {
    app = await SimulatedApp.start(LOUD)
    expect((await takeSnapshot(apiFor(app.url), 'a1')).watched).to.be.below(20_000)
  })
  it('is shown whole by a watch, with a call for the log and one list of dynos', async () => {
    app = await SimulatedApp.start(LOUD)
    const stop = new AbortController()
    for await (const seen of watchFormation(apiFor(app.url), 'a1', {
      every: 50,
      signal: stop.signal,
    }))
      if (shown(seen) === DYNOS * INSTANCES) stop.abort()
    expect(app.calls).to.deep.equal({ 'POST /log-sessions': 1, 'GET /dynos': 1 })
  })
})
