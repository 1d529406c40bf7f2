import { expect } from 'chai'
import { bootState } from '../../../src/deploy/health/boot-state.js'
import { LookCadence, pendingOf } from '../../../src/deploy/health/cadence.js'
import type { Dyno, DynoState, Formation, LogLine } from '../../../src/heroku/types.js'

const dyno = (name: string, version: number, state: DynoState = 'up', size = 'Standard-1X'): Dyno =>
  ({ name, type: name.split('.')[0], state, size, release: { version } }) as Dyno
const entry = (type: string, quantity: number, size = 'standard-1x') =>
  ({ type, quantity, size }) as Formation

const words = (all: Dyno[], formation: Formation[]) => {
  const state = bootState(all, formation, 4)
  return state.state === 'waiting' ? state.waitingFor : state.state
}

describe('how far a release has come', () => {
  const web2 = [entry('web', 2)]

  it('is up once every dyno of the formation runs it or a newer one', () => {
    expect(words([dyno('web.1', 4), dyno('web.2', 5)], web2)).to.equal('up')
    expect(bootState([dyno('web.1', 4), dyno('web.2', 5)], web2, 4).dynos).to.have.lengthOf(2)
    expect(words([], [])).to.equal('up')
    expect(words([], [entry('web', 0)])).to.equal('up')
  })

  it('takes a dyno that sleeps for one that is up', () => {
    expect(words([dyno('web.1', 4, 'idle', 'Eco')], [entry('web', 1, 'eco')])).to.equal('up')
  })

  it('waits for each dyno that starts, is down, or is not there', () => {
    expect(words([dyno('web.1', 4, 'starting'), dyno('web.2', 4, 'down')], web2)).to.deep.equal([
      'web.1 is starting',
      'web.2 is down',
    ])
    expect(words([dyno('web.1', 4)], web2)).to.deep.equal(['1 of 2 web dynos not started yet'])
    expect(words([], [entry('web', 1)])).to.deep.equal(['1 of 1 web dyno not started yet'])
    expect(words([dyno('worker.1', 4)], [entry('web', 1), entry('worker', 1)])).to.deep.equal([
      '1 of 1 web dyno not started yet',
    ])
    expect(words([dyno('web.1', 4), dyno('web.2', 4), dyno('web.3', 4)], web2)).to.equal('up')
  })

  it('waits for the dynos of older releases to go, of types that are scaled to none as well', () => {
    expect(
      words(
        [dyno('web.1', 4), dyno('web.1', 3), dyno('worker.1', 3)],
        [entry('web', 1), entry('worker', 0)],
      ),
    ).to.deep.equal(['web.1 of v3 has not gone yet', 'worker.1 of v3 has not gone yet'])
  })

  it('waits for a change of size, however it is spelt', () => {
    expect(words([dyno('web.1', 4, 'up', 'Basic')], [entry('web', 1)])).to.deep.equal([
      'web.1 has not changed its size yet',
    ])
    expect(
      words(
        [dyno('web.1', 4, 'up', 'Basic'), dyno('worker.1', 4)],
        [entry('web', 1), entry('worker', 1)],
      ),
    ).to.deep.equal(['web.1 has not changed its size yet'])
    expect(
      words(
        [dyno('web.1', 4), dyno('worker.1', 4, 'up', 'Basic')],
        [entry('web', 1), entry('worker', 1, 'BASIC')],
      ),
    ).to.equal('up')
  })

  it('takes no notice of one-off dynos and of the release phase', () => {
    const others = [dyno('run.7', 3, 'crashed'), dyno('release.4', 4, 'crashed')]
    expect(words([dyno('web.1', 4), ...others], [entry('web', 1)])).to.equal('up')
  })

  it('is crashed if one of its dynos is, and not if one of an older release is', () => {
    const state = bootState([dyno('web.2', 4), dyno('web.1', 4, 'crashed')], web2, 4)
    expect(state).to.deep.include({ state: 'crashed', dyno: dyno('web.1', 4, 'crashed') })
    expect(state.dynos).to.have.lengthOf(2)
    const both = [dyno('web.2', 4, 'crashed'), dyno('web.1', 4, 'crashed')]
    expect(bootState(both, web2, 4)).to.deep.include({ dyno: both[0] })
    expect(
      words([dyno('web.1', 4), dyno('web.2', 4), dyno('web.1', 3, 'crashed')], web2),
    ).to.deep.equal(['web.1 of v3 has not gone yet'])
  })
})

describe('the dynos that are still to come up and to go', () => {
  it('are those that start, are down or are missing, and those of an older release', () => {
    const all = [
      dyno('web.1', 4),
      dyno('web.2', 4, 'starting'),
      dyno('web.3', 5, 'down'),
      dyno('web.1', 3),
      dyno('run.1', 3),
    ]
    expect(pendingOf(all, [entry('web', 5), entry('worker', 2)], 4)).to.deep.equal({
      up: 6,
      gone: 1,
    })
    expect(pendingOf([dyno('web.1', 4), dyno('web.2', 4)], [entry('web', 1)], 4)).to.deep.equal({
      up: 0,
      gone: 0,
    })
  })
})

describe('when a release is looked at again', () => {
  const said = (message: string, name = 'web.1'): LogLine => ({
    timestamp: '2026-01-01T00:00:00Z',
    source: 'heroku',
    dyno: name,
    message,
  })
  const up = (name?: string) => said('State changed from starting to up', name)
  const gone = (name?: string) => said('Process exited with status 143', name)
  const poll = { poll: 5000 }

  it('is once the log has told of as many dynos as are waited for', () => {
    const cadence = new LookCadence()
    cadence.looked({ up: 2, gone: 1 }, false)
    const due = [up('web.1'), up('web.1'), gone('web.2'), up('web.2')].map((line) => {
      cadence.take(line)
      return cadence.isDue
    })
    expect(due).to.deep.equal([false, false, false, true])
    cadence.begin()
    expect(cadence.isDue).to.equal(false)
  })

  it('is at a crash, and with nothing to wait for at any word but an end', () => {
    const cadence = new LookCadence()
    cadence.looked({ up: 2, gone: 1 }, false)
    cadence.take(said('State changed from up to crashed'))
    expect(cadence.isDue).to.equal(true)

    const both = new LookCadence()
    both.looked({ up: 1, gone: 1 }, false)
    both.take(up())
    expect(both.isDue).to.equal(false)

    const idle = new LookCadence()
    idle.take(gone())
    idle.take(said('Starting process with command `npm start`'))
    expect(idle.isDue).to.equal(false)
    idle.take(up())
    idle.take(gone())
    expect(idle.isDue).to.equal(true)
    idle.begin()
    expect(idle.isDue).to.equal(false)
  })

  it('is after 10, 20 and then each 30 s if the log stays silent', () => {
    const cadence = new LookCadence()
    expect([1, 2, 3, 4].map(() => cadence.next(poll))).to.deep.equal([
      10_000, 20_000, 30_000, 30_000,
    ])
  })

  it('is soon, and then rarer, while the list lags behind the log', () => {
    const cadence = new LookCadence()
    const lag = () => {
      cadence.looked({ up: 1, gone: 0 }, true)
      return cadence.next(poll)
    }
    expect([1, 2, 3, 4, 5, 6].map(lag)).to.deep.equal([250, 500, 1000, 2000, 4000, 5000])
    cadence.looked({ up: 1, gone: 0 }, false)
    expect(cadence.next(poll)).to.equal(10_000)
    expect(lag()).to.equal(250)
  })

  it('knows whether the log tells anything', () => {
    const cadence = new LookCadence()
    expect(cadence.isTelling).to.equal(false)
    cadence.take(said('anything'))
    expect(cadence.isTelling).to.equal(true)
  })
})
