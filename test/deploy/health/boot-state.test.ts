import { expect } from 'chai'
import { bootState } from '../../../src/deploy/health/boot-state.js'
import type { Dyno, DynoState, Formation } from '../../../src/heroku/index.js'

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
