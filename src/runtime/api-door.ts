/**
 * PM2's two sockets, for apps that use PM2's API (`require('pm2').connect()`) or its command. They
 * are found under PM2_HOME, and nothing of PM2's is loaded for them before one connects: without
 * them PM2 would start a daemon of its own beside this one.
 */
import net from 'node:net'
import path from 'node:path'
import { loadOfPm2 } from './god.js'
import { holdsSockets, makeHome } from './home.js'

/** An axon socket of PM2's, as far as it is needed. */
interface Axon {
  onconnect(connection: net.Socket): void
}

interface Daemon {
  rep: Axon
  pub: { sock: Axon }
  innerStart(done: () => void): void
}

interface DaemonClass {
  new (options: Record<string, unknown>): Daemon
  prototype: { close(options: unknown, callback: (error: Error) => void): void }
}

/** Opens them in `home`, which it makes; not if there is no room for temporary files. */
export function openDoor(home: string): void {
  if (process.platform === 'win32' || !holdsSockets(home) || !isMade(home)) return
  let daemon: Daemon | undefined
  const open = (name: string, socketOf: (of: Daemon) => Axon) => {
    const server = net.createServer((connection) =>
      socketOf((daemon ??= startDaemon(home))).onconnect(connection),
    )
    server.listen(path.join(home, name)).unref()
  }
  open('rpc.sock', ({ rep }) => rep)
  open('pub.sock', ({ pub }) => pub.sock)
}

function isMade(home: string): boolean {
  try {
    makeHome(home)
    return true
  } catch (error) {
    if (
      !['EACCES', 'EROFS', 'ENOSPC', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
    )
      throw error
    return false
  }
}

/**
 * PM2's daemon without its handlers of signals. It wants sockets of its own; what connects to the
 * door is handed to it.
 */
function startDaemon(home: string): Daemon {
  const Daemon = loadOfPm2('pm2/lib/Daemon.js') as DaemonClass
  // PM2's would end this process at once, and leave the instances behind. `notifyKillPM2`, which
  // comes before, is what stops them.
  Daemon.prototype.close = function close(_options, callback) {
    callback(new Error('the dyno is stopping'))
  }
  const file = (name: string) => path.join(home, name)
  const daemon = new Daemon({
    ignore_signals: true,
    rpc_socket_file: file('r.s'),
    pub_socket_file: file('p.s'),
    pid_file: file('pm2.pid'),
  })
  daemon.innerStart(() => undefined)
  return daemon
}
