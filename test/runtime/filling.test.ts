import { expect } from 'chai'
import type { App } from '../../src/runtime/app.js'
import { Filling, numberOf } from '../../src/runtime/filling.js'
import type { Instance } from '../../src/runtime/instances.js'
import { monotonic } from '../../src/lib/monotonic.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const API = { name: 'api' } as App
const sized = [
  { name: 'jobs', instances: 9, why: '', isEstimate: false },
  { name: 'api', instances: 3, why: '', isEstimate: false },
]

describe('the filling of a dyno', () => {
  useVirtualClock()

  const setUp = () => {
    const state = { isStopping: false, isIdle: false, there: [] as Instance[] }
    const said: string[] = []
    const filling = new Filling({
      god: {
        prepare: ({ name, instances }: { name: string; instances: number }, done: () => void) => {
          said.push(`${name} × ${instances}`)
          setTimeout(done, 100)
        },
      } as never,
      instances: { of: () => state.there } as never,
      exits: {
        filled: ({ name }: App) => void said.push(`${name} is filled`),
        isIdle: () => state.isIdle,
      } as never,
      conf: ({ name }) => ({ name, instances: 7 }),
      isStopping: () => state.isStopping,
    })
    return { filling, state, said }
  }

  it('adds one instance after the other to the first, as many as were decided', async () => {
    const { filling, said } = setUp()
    expect(numberOf(API, sized).instances).to.equal(3)
    const begun = monotonic()
    await filling.fill(API, sized)
    expect(said).to.deep.equal(['api × 1', 'api × 1', 'api is filled'])
    expect(monotonic() - begun).to.equal(200)
  })

  it('adds no more once the dyno stops', async () => {
    const { filling, state, said } = setUp()
    setTimeout(() => (state.isStopping = true), 50)
    await filling.fill(API, sized)
    expect(said).to.deep.equal(['api × 1', 'api is filled'])
  })

  describe('waits for a first instance', () => {
    const wait = async (change: (state: ReturnType<typeof setUp>['state']) => void) => {
      const { filling, state } = setUp()
      const begun = monotonic()
      setTimeout(() => change(state), 1001)
      await filling.untilFirst(API, ({ isListening }) => isListening)
      return monotonic() - begun
    }

    it('until it is as far as is asked, to a fortieth of a second', async () => {
      expect(await wait((state) => (state.there = [{ isListening: true } as Instance]))).to.equal(
        1025,
      )
    })

    it('until its app has ended, or the dyno stops', async () => {
      expect(await wait((state) => (state.isIdle = true))).to.equal(1025)
      expect(await wait((state) => (state.isStopping = true))).to.equal(1025)
    })
  })
})
