import { expect } from 'chai'
import { Interruption } from '../../../src/deploy/rollback/interrupt.js'
import { stopOnSignals } from '../../../src/deploy/rollback/stop-signals.js'

/** Thrown in place of the process's end. */
class Ended extends Error {
  constructor(readonly status: number) {
    super(`ended with ${status}`)
  }
}

describe('the signals that stop a deploy', () => {
  const { exit } = process
  let seconds: number
  let stop: ReturnType<typeof stopOnSignals>
  /** What `stopOnSignals` does at a signal; mocha has listeners of its own, which must not hear of it. */
  let take: (by: NodeJS.Signals) => void

  beforeEach(() => {
    seconds = 0
    process.exit = ((status: number) => {
      throw new Ended(status)
    }) as typeof process.exit
    const before = process.listeners('SIGHUP')
    stop = stopOnSignals(() => void seconds++)
    take = process.listeners('SIGHUP').find((one) => !before.includes(one))!
  })
  afterEach(() => {
    stop.release()
    process.exit = exit
  })
  const statusOf = (by: NodeJS.Signals): number | undefined => {
    try {
      take(by)
      return undefined
    } catch (error) {
      if (error instanceof Ended) return error.status
      throw error
    }
  }

  for (const first of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`are told by name: ${first} stops it, and ends nothing`, () => {
      expect(statusOf(first)).to.equal(undefined)
      expect(stop.signal.aborted).to.equal(true)
      expect((stop.signal.reason as Interruption).by).to.equal(first)
      expect(seconds).to.equal(0)
    })

    it(`let it go on undoing where the terminal closes after ${first}`, () => {
      take(first)
      expect(statusOf('SIGHUP')).to.equal(undefined)
      expect(seconds).to.equal(0)
      expect((stop.signal.reason as Interruption).by).to.equal(first)
    })
  }

  it('end it at once when a second one is typed or sent', () => {
    take('SIGINT')
    expect(statusOf('SIGINT')).to.equal(130)
    expect(statusOf('SIGTERM')).to.equal(143)
    expect(seconds).to.equal(2)
  })

  it('are heard of all three kinds, and of none any more afterwards', () => {
    const heard = () =>
      (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) =>
        process.listeners(name).includes(take),
      )
    expect(heard()).to.deep.equal([true, true, true])
    stop.release()
    expect(heard()).to.deep.equal([false, false, false])
  })

  it('leave output whose reader has gone away alone until they are released', () => {
    const broken = (code: string) =>
      process.stdout.emit('error', Object.assign(new Error(code), { code }))
    broken('EPIPE')
    broken('EIO')
    expect(() => broken('ENOSPC')).to.throw('ENOSPC')
    const during = process.stdout.listeners('error')
    stop.release()
    expect(process.stdout.listeners('error')).to.not.include.members(during)
  })

  it('leave it alone for good where the terminal has closed', () => {
    take('SIGHUP')
    const during = process.stdout.listeners('error')
    stop.release()
    expect(process.stdout.listeners('error')).to.include.members(during)
    for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error')
  })
})
