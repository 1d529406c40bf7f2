/**
 * PM2's dashboard, for apps whose keys are set: PM2's sockets, its agent beside the supervisor, and
 * what the dashboard may do. Loaded only then.
 */
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import path from 'node:path'
import { warn } from '../runtime-error.js'
import type { God } from '../god.js'
import { holdsSockets } from '../home.js'
import { ADDRESS_VARIABLES, dashboardAddress } from './address.js'
import { Agent } from './agent.js'
import type { Keys } from './keys.js'
import { News } from './news.js'
import { installGate, scaleTo, type Gate } from './remote.js'

interface DashboardSettings {
  keys: Keys
  home: string
  lib: string
  env: NodeJS.ProcessEnv
  god: God
  gate: Gate
}

interface Daemon {
  innerStart(done: () => void): void
  pub: { emit(...message: unknown[]): unknown; sock: { socks: Socket[] } }
}

/** Bytes that wait for an agent which does not read; what comes beyond is left out. */
const OVERFULL = 4 * 2 ** 20

/**
 * Opens PM2's two sockets in `home` and starts its agent, which speaks to God through them. Nothing
 * waits for either.
 */
export function startDashboard({ keys, home, lib, env, god, gate }: DashboardSettings): {
  stop(): void
} {
  const address = dashboardAddress(env)
  const problem = address
    ? holdsSockets(home)
      ? undefined
      : `${home} is too long a path for its sockets; set TMPDIR to a shorter one`
    : `${ADDRESS_VARIABLES.join(' or ')} names no https address: the keys are not sent`
  if (!address || problem !== undefined) {
    warn(`PM2's dashboard agent does not start: ${problem}`)
    return { stop: () => undefined }
  }
  installGate(god, gate)
  let agent: Agent | undefined
  let isStopped = false
  openSockets(home, () => {
    if (isStopped) return
    const news = new News(address.host, keys.machine, () => gate.isStopping())
    agent = new Agent({
      keys,
      home,
      lib,
      env,
      news,
      scale: (name, number) => scaleTo(gate, name, number),
    })
  })
  return {
    stop: () => {
      isStopped = true
      agent?.stop()
    },
  }
}

/** PM2's own daemon, without its handlers of signals. */
function openSockets(home: string, done: () => void): void {
  const Daemon = createRequire(__filename)('pm2/lib/Daemon.js') as {
    new (options: object): Daemon
    prototype: { close: (options: unknown, callback: (error: Error) => void) => void }
  }
  // PM2's would end this process at once, and leave the instances behind.
  Daemon.prototype.close = function (_options, callback) {
    callback(new Error('the dyno ends by a signal, not by PM2'))
  }
  const socket = (name: string) => path.join(home, name)
  const daemon = new Daemon({
    ignore_signals: true,
    pub_socket_file: socket('pub.sock'),
    rpc_socket_file: socket('rpc.sock'),
    pid_file: socket('pm2.pid'),
  })
  daemon.innerStart(done)
  const emit = daemon.pub.emit
  daemon.pub.emit = (...message) =>
    daemon.pub.sock.socks.some((one) => one.writableLength > OVERFULL) || emit(...message)
}
