import { expect } from 'chai'
import cluster from 'node:cluster'
import { EventEmitter } from 'node:events'
import net from 'node:net'
import type { App } from '../../src/runtime/app.js'
import { DynoEnd } from '../../src/runtime/dyno-end.js'
import type { God, Keeper } from '../../src/runtime/god.js'
import { Instances, type Instance } from '../../src/runtime/instances.js'
import { dynoOutput } from '../../src/runtime/outlet.js'
import { RuntimeError } from '../../src/runtime/runtime-error.js'

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
