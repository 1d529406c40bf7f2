import { expect } from 'chai'
import { EventEmitter } from 'node:events'
import type { App } from '../../src/runtime/app.js'
import type { God, Keeper } from '../../src/runtime/god.js'
import { Instances, type Instance } from '../../src/runtime/instances.js'
import { dynoOutput } from '../../src/runtime/outlet.js'
import { Reloads, tellOfPort } from '../../src/runtime/reloading.js'
import { monotonic } from '../../src/lib/monotonic.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const API = { name: 'api', isCluster: true } as App

const keeperOf = (pm_id: number | string, more: object = {}): Keeper =>
  Object.assign(new EventEmitter(), {
    pm2_env: { pm_id, instance_var: 'N', N: pm_id, ...more },
  }) as unknown as Keeper

describe('a reload', () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  let printed = ''
  const { write } = dynoOutput.err
  beforeEach(() => {
    printed = ''
    dynoOutput.err.write = (text) => void (printed += text)
  })
  afterEach(() => {
    dynoOutput.err.write = write
  })

  /** God takes 100 ms for each; a restarted instance listens so many ms after it. */
  const setUp = ({ hasRoom = true, listensAfter = 500, fails = '' as unknown, app = API } = {}) => {
    const instances = new Instances()
    const calls: string[] = []
    const state = { isStopping: false }
    const change =
      (what: string): God['restartProcessId'] =>
      ({ id }, done) => {
        calls.push(`${what} ${id}`)
        setTimeout(() => {
          if (what === 'restart' && !fails) {
            const old = instances.all.find(({ keeper }) => keeper.pm2_env.pm_id === id)!
            instances.end(old)
            const next = instances.add(app, old.keeper, 1, 'mark')
            setTimeout(() => (next.isListening = true), listensAfter)
          }
          done(fails)
        }, 100)
      }
    const reloads = new Reloads(
      {
        god: { reloadProcessId: change('reload'), restartProcessId: change('restart') } as God,
        instances,
        hasRoom: () => hasRoom,
        isStopping: () => state.isStopping,
      },
      (work) => work(),
    )
    const begin = (id: number, isListening = true): Instance =>
      Object.assign(instances.add(app, keeperOf(id), 1, 'mark'), { isListening })
    return { reloads, instances, calls, state, begin }
  }

  it('replaces one instance after the other, but for those that have ended', async () => {
    const { reloads, calls, instances, begin } = setUp()
    const all = [begin(0), begin(1), begin(2)]
    instances.end(all[1]!)
    expect(await reloads.reload(all)).to.equal(undefined)
    expect(calls).to.deep.equal(['reload 0', 'reload 2'])
  })

  it('goes on alone, and says that it does', async () => {
    const { reloads, calls, begin } = setUp()
    const all = [begin(0)]
    const first = reloads.reload(all)
    expect(reloads.isRunning).to.equal(true)
    expect(await reloads.reload(all)).to.equal(undefined)
    await first
    expect(reloads.isRunning).to.equal(false)
    expect(calls).to.deep.equal(['reload 0'])
    await reloads.reload(all)
    expect(calls).to.have.lengthOf(2)
  })

  it('is not begun once the dyno stops', async () => {
    const { reloads, calls, state, begin } = setUp()
    state.isStopping = true
    await reloads.reload([begin(0)])
    expect(calls).to.deep.equal([])
  })

  it('ends with the first error, which is a warning but where the dyno stops', async () => {
    for (const [fails, text] of [
      [new Error('no memory'), 'no memory'],
      ['no port', 'no port'],
    ] as const) {
      printed = ''
      const { reloads, calls, begin } = setUp({ fails })
      expect(await reloads.reload([begin(0), begin(1)])).to.equal(fails)
      expect(calls).to.deep.equal(['reload 0'])
      expect(printed).to.equal(`shipit: warning: the reload was not finished: ${text}\n`)
      expect(reloads.isRunning).to.equal(false)
    }
    printed = ''
    const stopping = setUp({ fails: 'killed' })
    const over = stopping.reloads.reload([stopping.begin(0)])
    stopping.state.isStopping = true
    await over
    expect(printed).to.equal('')
  })

  describe('without room for a successor', () => {
    it('restarts one where others listen, and waits until it does so too', async () => {
      const { reloads, calls, begin } = setUp({ hasRoom: false, listensAfter: 5000 })
      const all = [begin(0), begin(1)]
      const over = reloads.reload(all)
      await pass(5050)
      expect(calls).to.deep.equal(['restart 0'])
      await over
      expect(calls).to.deep.equal(['restart 0', 'restart 1'])
    })

    it('asks none of those that listen whether they all do', async () => {
      const { reloads, calls, begin } = setUp({ hasRoom: false, listensAfter: 1000 })
      begin(9, false)
      begin(8)
      const begun = monotonic()
      await reloads.reload([begin(0)])
      expect(calls).to.deep.equal(['restart 0'])
      // God's 100 ms, the second until it listens, and the rest of a look.
      expect(monotonic() - begun).to.equal(1100)
    })

    it('waits a minute at most, and not at all for one that never listened', async () => {
      const never = setUp({ hasRoom: false, listensAfter: 3_600_000 })
      never.begin(9)
      const begun = monotonic()
      await never.reloads.reload([never.begin(0, false)])
      expect(monotonic() - begun).to.equal(100)
      await never.reloads.reload([never.begin(1)])
      expect(monotonic() - begun).to.be.within(60_200, 60_225)
    })

    it('waits no longer once the dyno stops, or after an error', async () => {
      const stopping = setUp({ hasRoom: false, listensAfter: 3_600_000 })
      stopping.begin(9)
      const begun = monotonic()
      const over = stopping.reloads.reload([stopping.begin(0)])
      await pass(1000)
      stopping.state.isStopping = true
      await over
      const failing = setUp({ hasRoom: false, fails: 'no' })
      failing.begin(9)
      expect(await failing.reloads.reload([failing.begin(0)])).to.equal('no')
      expect(monotonic() - begun).to.be.below(1200)
    })

    it('lets one go first neither if no other listens, nor in fork mode', async () => {
      const only = setUp({ hasRoom: false })
      only.begin(1, false)
      await only.reloads.reload([only.begin(0)])
      expect(only.calls).to.deep.equal(['reload 0'])
      const fork = setUp({ hasRoom: false, app: { ...API, isCluster: false } })
      fork.begin(1)
      await fork.reloads.reload([fork.begin(0)])
      expect(fork.calls).to.deep.equal(['reload 0'])
    })
  })
})

describe('a successor', () => {
  const begin = (more: object = {}, ports = [1, 2], old?: number[]) => {
    const instances = new Instances()
    const of = (keeper: Keeper, held: number[]) =>
      Object.assign(instances.add(API, keeper, 1, 'mark'), { ports: new Set(held) })
    if (old) of(keeperOf('_old_3'), old)
    of(keeperOf('_old_4'), [1, 2, 3, 4])
    const keeper = keeperOf(3, more)
    let heard = 0
    keeper.on('listening', () => (heard += 1))
    tellOfPort(of(keeper, ports), instances)
    return { heard, timeout: keeper.pm2_env.listen_timeout }
  }

  it('serves once it listens on as many ports as the one that it replaces', () => {
    expect(begin({}, [1]).heard).to.equal(1)
    expect(begin({}, [1], [1, 2]).heard).to.equal(0)
    expect(begin({}, [1, 2], [1, 2]).heard).to.equal(1)
    expect(begin({}, [1, 2, 3], [1, 2]).heard).to.equal(1)
  })

  it('has a minute for it, unless the file says otherwise or it has to say `ready`', () => {
    expect(begin().timeout).to.equal(60_000)
    expect(begin({ listen_timeout: 4000 }).timeout).to.equal(4000)
    expect(begin({ wait_ready: true }).timeout).to.equal(undefined)
  })
})
