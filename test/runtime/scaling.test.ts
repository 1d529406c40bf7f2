import { expect } from 'chai'
import type { App } from '../../src/runtime/app.js'
import type { God, Keeper } from '../../src/runtime/god.js'
import { Instances, type Instance } from '../../src/runtime/instances.js'
import { Scaling, type Room } from '../../src/runtime/scaling.js'

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
  return { scaling, calls, running, finish, stop: () => void (isStopping = true) }
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
})
