import { expect } from 'chai'
import type { App } from '../../src/runtime/app.js'
import type { God, Keeper } from '../../src/runtime/god.js'
import { Instances, type Instance } from '../../src/runtime/instances.js'
import { Scaling, type Room } from '../../src/runtime/scaling.js'
import { UNMEASURED_INSTANCE } from '../../src/runtime/sizing.js'

const api = { name: 'api' } as App
const keeper = (pm_id: number | string, index: number, status = 'online', name = 'api') =>
  ({
    pm2_env: { name, pm_id, status, instance_var: 'NODE_APP_INSTANCE', NODE_APP_INSTANCE: index },
  }) as unknown as Keeper

/** God's list, with deletions that take until `finish` is called. */
function setUp(keepers: Keeper[], room?: Room) {
  const clusters = Object.fromEntries(keepers.map((one) => [String(one.pm2_env.pm_id), one]))
  const calls: string[] = []
  const waiting: Array<() => void> = []
  const god = {
    clusters_db: clusters,
    deleteProcessId: (id: number | string, done: () => void) => {
      calls.push(`delete ${id}`)
      waiting.push(() => {
        delete clusters[String(id)]
        done()
      })
    },
  } as unknown as God
  const instances = new Instances()
  const running = new Map<Keeper, Instance>(
    keepers.map((one) => [one, instances.add(api, one, process.pid, 'mark')]),
  )
  let isStopping = false
  const scaling = new Scaling({
    god,
    instances,
    start: (app) => {
      calls.push(`start ${app.name}`)
      return Promise.resolve()
    },
    room: () => room,
    isStopping: () => isStopping,
    onRemove: (instance) => calls.push(`told ${instance.index}`),
  })
  const finish = async () => {
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve))
    waiting.shift()?.()
  }
  return { scaling, calls, running, instances, finish, stop: () => void (isStopping = true) }
}

describe('scaling', () => {
  it('counts what runs, starts or waits for a restart, and neither what has ended nor what a reload replaces', () => {
    const keepers = [
      keeper(0, 0),
      keeper(1, 1, 'waiting restart'),
      keeper(2, 2, 'launching'),
      keeper(3, 3, 'stopped'),
      keeper(4, 4, 'errored'),
      keeper('_old_0', 0),
      keeper(5, 0, 'online', 'web'),
    ]
    expect(setUp(keepers).scaling.count(api)).to.equal(3)
  })

  it('takes out the highest number, marks it as asked for, and starts the next only when it has gone', async () => {
    const keepers = [keeper(0, 0), keeper(7, 2), keeper(1, 1)]
    const { scaling, calls, running, finish } = setUp(keepers)
    const done = Promise.all([scaling.remove(api), scaling.add(api)])
    await finish()
    await done
    expect(calls).to.deep.equal(['told 2', 'delete 7', 'start api'])
    expect(running.get(keepers[1]!)?.isRemoved).to.equal(true)
  })

  it('starts nothing once the dyno stops', async () => {
    const { scaling, calls, stop } = setUp([keeper(0, 0)])
    stop()
    await scaling.add(api)
    expect(calls).to.deep.equal([])
  })

  it('refuses what does not fit beside what runs, and nothing if nobody states the memory', () => {
    const { scaling } = setUp([keeper(0, 0)], { memory: 100_000, overhead: 50 })
    const size = scaling.sizeOf(api)
    expect(scaling.refusal(api)).to.equal(undefined)
    expect(setUp([keeper(0, 0)], { memory: 2 * size, overhead: 50 }).scaling.refusal(api)).to.match(
      /^an instance of api takes \d+ MB, and \d+ of the dyno's \d+(\.\d+)? MB are free$/,
    )
    expect(setUp([keeper(0, 0)]).scaling.refusal(api, 1000)).to.equal(undefined)
  })

  it('goes on with the next change after one that failed', async () => {
    const { scaling, calls } = setUp([keeper(0, 0)])
    const failed = scaling.inTurn(() => Promise.reject(new Error('no')))
    await scaling.add(api)
    expect(calls).to.deep.equal(['start api'])
    expect(await failed.catch((error: Error) => error.message)).to.equal('no')
  })

  it('takes nothing out where nothing is, and what waits for its restart without a word to it', async () => {
    const none = setUp([keeper(0, 0, 'stopped')])
    await none.scaling.remove(api)
    expect(none.calls).to.deep.equal([])
    const waiting = keeper(3, 1, 'waiting restart')
    const { scaling, calls, finish, instances, running } = setUp([keeper(0, 0), waiting])
    instances.end(running.get(waiting)!)
    const done = scaling.remove(api)
    await finish()
    await done
    expect(calls).to.deep.equal(['delete 3'])
  })

  it('numbers the next as God does, and the one that goes first', () => {
    const indexesOf = (...keepers: Keeper[]) => setUp(keepers).scaling.indexes(api)
    const web = keeper(9, 0, 'online', 'web')
    expect(indexesOf()).to.deep.equal({ next: 0, last: 0 })
    expect(indexesOf(web, keeper(0, 1))).to.deep.equal({ next: 0, last: 1 })
    expect(indexesOf(keeper(0, 0), keeper(1, 1))).to.deep.equal({ next: 2, last: 1 })
    expect(indexesOf(keeper(0, 0), keeper(1, 1, 'stopped'), keeper(2, 3))).to.deep.equal({
      next: 2,
      last: 3,
    })
    expect(indexesOf(keeper(0, 0), keeper(1, 2, 'stopped'))).to.deep.equal({ next: 1, last: 0 })
    const unnumbered = keeper(0, 0)
    delete unnumbered.pm2_env.NODE_APP_INSTANCE
    expect(indexesOf(unnumbered)).to.deep.equal({ next: 1, last: 0 })
  })

  describe('by what instances take', () => {
    before(function () {
      if (process.platform !== 'linux') this.skip()
    })
    /** This process stands for the first instance; no process is there for the others. */
    const sized = (room?: (size: number) => Room, keepers = [keeper(0, 0)]) => {
      const measured = setUp(keepers)
      const size = measured.scaling.sizeOf(api)
      return { ...setUp(keepers, room?.(size)), size }
    }

    it('takes the largest for its size, and an assumption where none runs', () => {
      const { size, scaling, running, instances } = sized()
      expect(size).to.be.above(20).and.not.equal(UNMEASURED_INSTANCE)
      for (const one of running.values()) instances.end(one)
      expect(scaling.sizeOf(api)).to.equal(UNMEASURED_INSTANCE)
      const gone = instances.add(api, keeper(1, 1), 2 ** 30, 'no process has it')
      expect(scaling.sizeOf(api)).to.equal(UNMEASURED_INSTANCE)
      expect(gone.hasEnded).to.equal(false)
    })

    it('knows whether a successor fits beside for a moment: the smallest, or an assumption if that is less', () => {
      const fits = (memory: (size: number) => number) =>
        sized((size) => ({ memory: memory(size), overhead: 50 })).scaling.hasRoomBeside(api)
      // This process is larger than the assumption.
      expect(fits((size) => 50 + size + UNMEASURED_INSTANCE + 5)).to.equal(true)
      expect(fits((size) => 50 + size + UNMEASURED_INSTANCE - 5)).to.equal(false)
      expect(sized().scaling.hasRoomBeside(api)).to.equal(true)
      const gone = sized((size) => ({ memory: 50 + size, overhead: 50 }))
      gone.instances.add(api, keeper(1, 1), 2 ** 30, 'no process has it')
      expect(gone.scaling.hasRoomBeside(api)).to.equal(true)
    })

    it('refuses by all that is planned, and tells what is free', () => {
      const room = (free: number) => (size: number) => ({
        memory: 1000 + 2 * size + free,
        overhead: 1000,
      })
      const two = [keeper(0, 0), keeper(1, 1, 'waiting restart')]
      const refusal = (free: (size: number) => number, more?: number) => {
        const { scaling } = sized((size) => room(free(size))(size), two)
        return scaling.refusal(api, more)
      }
      expect(refusal((size) => size + 5)).to.equal(undefined)
      expect(refusal((size) => size + 5, 2)).to.match(/^an instance of api takes/)
      expect(refusal((size) => size - 5)).to.match(/^an instance of api takes/)
      expect(refusal(() => 20.7)).to.match(/, and (?:19|20|21) of the dyno's/)
      expect(refusal(() => -500)).to.include(', and 0 of the dyno')
      const none = setUp([], { memory: 50 + 3 * UNMEASURED_INSTANCE + 0.5, overhead: 50 }).scaling
      expect(none.refusal(api, 3)).to.equal(undefined)
      expect(none.refusal(api, 4)).to.equal(
        `an instance of api takes ${UNMEASURED_INSTANCE} MB, and 300 of the dyno's 350.5 MB are free`,
      )
      const exact = setUp([], { memory: 50 + UNMEASURED_INSTANCE, overhead: 50 }).scaling
      expect(exact.refusal(api)).to.equal(undefined)
    })
  })
})
