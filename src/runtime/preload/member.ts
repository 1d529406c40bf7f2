import cluster from 'node:cluster'
import net from 'node:net'
import { addressOf } from '../socket-name.js'
import { Children, HELD_BACK } from './children.js'
import { Connections } from './connections.js'
import { installDrain, takeSignalsOnce } from './drain.js'
import { readMark, type Mark } from './mark.js'
import { OwnCluster } from './own-cluster.js'
import { installReport, type ReportMessage } from './report.js'
import { Threads } from './threads.js'
import { reportUncaught } from './uncaught.js'

/** Tries to reach the supervisor, which opens its socket when it hears of a first process. */
const TRIES = 20
const RETRY = 100

/**
 * A process that an instance has started: a server behind `npm start`, a worker of the app's own
 * cluster, or a tool that is to notice nothing. So it does nothing until it listens, or starts
 * workers; from then on it drains on a signal and reports as an instance does.
 */
export function installMember(lib: string): void {
  const mark = readMark()
  if (!mark) return
  if (process.env[HELD_BACK]) return holdBack(mark)
  const connections = new Connections()
  const threads = new Threads()
  const signals = takeSignalsOnce()
  const channel = new MemberChannel(mark)
  let isActive = false
  const activate = () => {
    if (isActive) return
    isActive = true
    const report = installReport(
      mark.reportEvery,
      () => connections.responses.length + threads.active,
      threads,
      (message) => channel.send(message),
    )
    reportUncaught(report.send)
    const onListening = (port: number | string | undefined) =>
      report.send({ shipit: 'listening', port, isWorker: cluster.isWorker })
    connections.onListening = onListening
    threads.onListening = onListening
    signals.begin()
    channel.onGone = installDrain({
      within: mark.drain,
      connections,
      threads,
      children,
      cluster: ownCluster,
      isStoppedByMessage: false,
      signals,
      isInstance: false,
    })
  }
  connections.onListen = activate
  threads.onListen = activate
  const children = new Children(lib, mark.text, () => undefined)
  children.onWorker = activate
  const ownCluster = new OwnCluster(children)
}

/**
 * A worker that the app's own cluster starts while it stops would only be lost: it waits for its
 * end.
 */
function holdBack({ drain }: Mark): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, drain)
  process.exit(0)
}

/**
 * Lines of JSON to the supervisor, the first of which says who speaks. What cannot be said is left
 * out.
 */
class MemberChannel {
  readonly #mark: Mark
  #socket: net.Socket | undefined
  #waiting: ReportMessage[] = []
  #tries = 0
  onGone: () => void = () => undefined

  constructor(mark: Mark) {
    this.#mark = mark
  }

  send(message: ReportMessage): void {
    if (this.#socket && !this.#socket.connecting) this.#socket.write(`${JSON.stringify(message)}\n`)
    else this.#waiting.push(message)
    if (!this.#socket) this.#connect()
  }

  #connect(): void {
    const socket = net.connect(addressOf(this.#mark.channel))
    let isOpen = false
    this.#socket = socket
    socket.unref()
    socket.once('connect', () => {
      isOpen = true
      const first = { mark: this.#mark.text, pid: process.pid }
      for (const line of [first, ...this.#waiting.splice(0)])
        socket.write(`${JSON.stringify(line)}\n`)
    })
    socket.on('error', () => undefined)
    socket.once('close', () => {
      if (isOpen) return this.onGone()
      this.#tries += 1
      if (this.#tries < TRIES) setTimeout(() => this.#connect(), RETRY).unref()
      else this.#waiting.length = 0
    })
  }
}
