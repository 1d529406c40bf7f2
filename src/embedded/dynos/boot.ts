import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { listenersOf, type Listener } from './listeners.js'
import { messages } from './messages.js'
import { monotonic } from '../../lib/monotonic.js'

const POLL = 25
const HOSTS = ['127.0.0.1', '::1'] as const

/** An address of this machine at which a dyno is reached. */
export type Host = (typeof HOSTS)[number]

/**
 * Waits until one of a dyno's processes listens on its PORT, for others than this machine: Heroku's
 * router could not reach it elsewhere (devcenter: error-codes#r10-boot-timeout). The connection is
 * tried first, because that is cheap; who answers is then looked up, since another program may have
 * the port. Undefined when `ms` passed or `signal` aborted first.
 */
export async function waitUntilBound(
  port: number,
  ms: number,
  processes: () => Promise<number[]>,
  signal: AbortSignal,
): Promise<Host | undefined> {
  const deadline = monotonic() + ms
  while (!signal.aborted && monotonic() < deadline) {
    for (const host of HOSTS) {
      if (!(await accepts(host, port))) continue
      const own = (await listenersOf(await processes())).filter(
        (listener) => listener.port === port,
      )
      if (own.some((listener) => !isLoopback(listener))) return host
    }
    await sleep(Math.max(0, Math.min(POLL, deadline - monotonic())), undefined, { signal }).catch(
      () => undefined,
    )
  }
  return undefined
}

const isLoopback = ({ on }: Listener): boolean => on === '127.0.0.1' || on === '::1'

/** For R10: what the dyno listens on instead of its PORT. */
export function whyUnbound(listeners: Listener[], port: number): string {
  const others = [...new Set(listeners.map((listener) => listener.port))]
    .filter((each) => each !== port)
    .sort((a, b) => a - b)
  const loopback = listeners.find((listener) => listener.port === port && isLoopback(listener))
  if (loopback) return messages.loopbackOnly(loopback.on, port)
  return others.length > 0 ? messages.otherPort(others, port) : messages.nothingBound(port)
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 1_000 })
    const answer = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => answer(true))
    socket.once('timeout', () => answer(false))
    socket.once('error', () => answer(false))
  })
}
