import { expect } from 'chai'
import cluster from 'node:cluster'
import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import net from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { App } from '../../src/runtime/app.js'
import { DynoEnd } from '../../src/runtime/dyno-end.js'
import type { God, Keeper } from '../../src/runtime/god.js'
import { Instances, type Instance } from '../../src/runtime/instances.js'
import { dynoOutput } from '../../src/runtime/outlet.js'
import { RuntimeError } from '../../src/runtime/runtime-error.js'
import { monotonic } from '../../src/lib/monotonic.js'
import { until } from '../support/until.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

describe('the end of a dyno', () => {
  const { out, err } = dynoOutput
  const before = {
    listen: net.Server.prototype.listen,
    exit: process.exit,
    writes: [out.write, err.write],
  }
  let printed = ''
  let exits: number[] = []
  let listeners: [string, (...args: never[]) => void][] = []

  beforeEach(() => {
    printed = ''
    exits = []
    out.write = err.write = ((text: string) => void (printed += text)) as typeof out.write
    process.exit = ((code: number) => void exits.push(code)) as typeof process.exit
    listeners = SIGNALS.flatMap((name) =>
      process.listeners(name).map((one) => [name, one as never] as never),
    )
  })
  afterEach(() => {
    net.Server.prototype.listen = before.listen
    process.exit = before.exit
    ;[out.write, err.write] = before.writes as [typeof out.write, typeof err.write]
    out.onBroken = err.onBroken = undefined
    cluster.removeAllListeners('fork')
    for (const name of SIGNALS)
      for (const one of process.listeners(name))
        if (!listeners.some(([known, listener]) => known === name && listener === (one as never)))
          process.off(name, one)
  })

  const setUp = () => {
    const instances = new Instances()
    const calls: string[] = []
    const restarted: string[] = []
    const waiting = setTimeout(() => restarted.push('one that waited'), 20)
    const god = {
      clusters_db: { 9: { pm2_env: { restart_task: waiting } } },
      Worker: { stop: () => calls.push('worker stops') },
    } as unknown as God
    const end = new DynoEnd({
      instances,
      god: () => god,
      onStop: ({ app }, signal) => void calls.push(`${app.name} ${signal}`),
    })
    /** It is told by a message, and ends then. */
    const begin = (name: string): Instance => {
      const keeper = Object.assign(new EventEmitter(), {
        pm2_env: { instance_var: 'N', status: 'online' },
        send: () => {
          calls.push(`${name} is told, ${instance.keeper.pm2_env.status}`)
          setImmediate(() => {
            instances.end(instance)
            keeper.emit('exit')
          })
        },
      })
      const app = {
        name,
        killTimeout: 1000,
        options: { treekill: false, shutdown_with_message: true },
        interpreter: { isNode: true },
      } as unknown as App
      const instance = instances.add(app, keeper as unknown as Keeper, 2 ** 30, 'no process has it')
      return instance
    }
    return { end, begin, calls, god, restarted, instances }
  }
  const ended = async () => {
    while (exits.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  it('stops all instances at once by a signal, then ends with 0, once', async () => {
    const { end, begin, calls, god, restarted } = setUp()
    begin('api')
    begin('jobs')
    expect(end.hasBegun).to.equal(false)
    const stopped = end.stop('SIGTERM')
    expect(end.hasBegun).to.equal(true)
    await end.stop('SIGINT')
    end.finish(3)
    end.fail(new RuntimeError('too late'))
    await stopped
    expect(calls).to.deep.equal([
      'api SIGTERM',
      'jobs SIGTERM',
      'worker stops',
      'api is told, stopping',
      'jobs is told, stopping',
    ])
    expect(exits).to.deep.equal([0])
    expect([god.pm2_being_killed, printed]).to.deep.equal([true, ''])
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(restarted).to.deep.equal([])
  })

  it('is that of an app that cannot stay up, with its status and the reason', async () => {
    const { end, begin, calls } = setUp()
    begin('jobs')
    end.fail(new RuntimeError('api cannot stay up', 'why', undefined, 7))
    end.fail(new RuntimeError('nor can jobs'))
    await ended()
    expect(printed).to.equal('shipit: api cannot stay up\n  why\n')
    expect(calls).to.deep.equal(['worker stops', 'jobs is told, stopping'])
    expect(exits).to.deep.equal([7])
  })

  it('is there when all apps have finished, once what was printed is out', async () => {
    const { end, instances } = setUp()
    let isSaid = false
    void instances.silenced(
      new Promise((resolve) => setTimeout(() => resolve((isSaid = true)), 20)),
    )
    end.finish(5)
    await ended()
    expect([exits, isSaid]).to.deep.equal([[5], true])
  })

  describe('leaves an instance the time that its app has', () => {
    let sleeper: ChildProcess
    let killedAt: number
    const { kill } = process
    beforeEach(() => {
      sleeper = spawn('sleep', ['600'], { stdio: 'ignore' })
      killedAt = NaN
      process.kill = (pid, name) => {
        if (pid === sleeper.pid && name === 'SIGKILL') killedAt ||= monotonic()
        return kill.call(process, pid, name)
      }
    })
    afterEach(() => {
      process.kill = kill
      sleeper.kill('SIGKILL')
    })
    // After the process, which is work that the clock would wait for.
    useVirtualClock()

    /** An instance that is told to end and does not: a process that has to be killed. */
    const deaf = ({ begin, instances, calls }: ReturnType<typeof setUp>, more: Partial<App>) => {
      const instance = Object.assign(begin('deaf'), { pid: sleeper.pid! })
      Object.assign(instance.app, more)
      instance.keeper.send = () => calls.push('deaf is told') > 0
      sleeper.once('exit', () => {
        instances.end(instance)
        ;(instance.keeper as unknown as EventEmitter).emit('exit')
      })
    }

    for (const killTimeout of [1000, 12_000])
      it(`and no more: ${killTimeout / 1000} s`, async () => {
        const all = setUp()
        deaf(all, { killTimeout })
        const begun = monotonic()
        await all.end.stop('SIGTERM')
        expect(killedAt - begun).to.equal(killTimeout)
      })

    it('of which the wait for the ports that instances share is a part', async () => {
      const all = setUp()
      deaf(all, { isCluster: true })
      all.begin('other')
      const server = net.createServer().listen(0)
      await once(server, 'listening')
      // As the cluster module does, which takes the socket for its workers.
      Object.assign(server, { _handle: null })
      await turn()
      const begun = monotonic()
      const stopped = all.end.stop('SIGTERM')
      await pass(100)
      expect(all.calls.slice(2)).to.deep.equal(['worker stops', 'other is told, stopping'])
      await stopped
      expect(all.calls.at(-1)).to.equal('deaf is told')
      expect(killedAt - begun).to.equal(1000)
    })
  })

  it('waits until both outlets are empty, and not long for a reader that has stalled', async () => {
    const { end } = setUp()
    const { hurry, emptied } = out
    const said: string[] = []
    const taken: (() => void)[] = []
    try {
      // Where both are one pipe they are one outlet.
      for (const outlet of new Set([out, err])) {
        outlet.hurry = () => void said.push('hurry')
        outlet.emptied = () => new Promise((resolve) => taken.push(resolve))
      }
      void end.stop('SIGTERM')
      await until('both to be waited for', () => taken.length === 2)
      expect(said).to.deep.equal(['hurry', 'hurry'])
      taken[0]!()
      await turn()
      expect(exits).to.deep.equal([])
      taken[1]!()
      await ended()
      expect(exits).to.deep.equal([0])
    } finally {
      for (const outlet of [out, err]) Object.assign(outlet, { hurry, emptied })
    }
  })

  it('comes with that of the program that has started it, in a dyno', async function () {
    if (process.platform !== 'linux') this.skip()
    // A shell of its own process group, which has started another: that one is taken for this.
    const shell = spawn('sh', ['-c', 'sleep 600 & echo $!; wait'], { detached: true })
    const [line] = (await once(shell.stdout, 'data')) as [Buffer]
    const own = process.pid
    const child = Number(String(line))
    const exit = once(shell, 'exit')
    try {
      Object.defineProperty(process, 'pid', { value: child })
      setUp().end.listen(false)
      setUp().end.listen(true)
      Object.defineProperty(process, 'pid', { value: own })
      process.kill(shell.pid!, 'SIGKILL')
      await exit
      await ended()
      await turn()
      expect(exits).to.deep.equal([0])
    } finally {
      Object.defineProperty(process, 'pid', { value: own })
      process.kill(child, 'SIGKILL')
    }
  })

  it('is told by each signal that a platform or a terminal sends', async () => {
    for (const name of SIGNALS) {
      exits = []
      const { end, begin, calls } = setUp()
      begin('api')
      end.listen(false)
      const mine = process.listeners(name).at(-1)! as (name: string) => void
      mine(name)
      await ended()
      expect(calls[0]).to.equal(`api ${name}`)
      expect(exits).to.deep.equal([0])
    }
  })

  it('is a log that cannot be written any more', async () => {
    for (const [error, why] of [
      [{ code: 'EPIPE', message: 'write EPIPE' }, 'its reader has gone'],
      [{ code: 'ENOSPC', message: 'no space left' }, 'no space left'],
    ] as const) {
      printed = ''
      exits = []
      setUp().end.listen(false)
      err.onBroken!(error as never)
      out.onBroken!(error as never)
      await ended()
      expect(printed).to.equal(`shipit: the log cannot be written any more\n  ${why}\n`)
      expect(exits).to.deep.equal([1])
    }
  })
})
