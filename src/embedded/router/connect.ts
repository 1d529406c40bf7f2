import net from 'node:net'
import type { Dynos, WebTarget } from '../store/types.js'
import type { CodeName } from './codes.js'
import { DynoConnection } from './dyno-connection.js'
import type { Pool } from './pool.js'
import type { Waiting } from './waiting.js'
import { monotonic } from '../../lib/monotonic.js'

export interface RouterTimes {
  /** ms that a request is held while dynos only start: H20. */
  hold: number
  /** ms that a dyno may take to accept: H19. */
  connect: number
  /** ms without a byte either way once the answer began: H15. */
  idle: number
  /** ms that a connection to a dyno waits for its next request. */
  keepAlive: number
}

/** devcenter.heroku.com/articles/http-routing */
export const HEROKU_TIMES: RouterTimes = {
  hold: 75_000,
  connect: 5_000,
  idle: 55_000,
  keepAlive: 90_000,
}

export interface Connected {
  connection: DynoConnection
  target: WebTarget
  connectMs: number
  release: () => void
}
export interface Unreachable {
  code: CodeName
  dyno?: string
}

interface Reach {
  dynos: Dynos
  waiting: Waiting
  times: RouterTimes
  pool: Pool
}

/** Most dynos that one request is tried on. */
const MOST_ATTEMPTS = 10
/** A dyno that refuses has usually just crashed: its end is known within moments. */
const REFUSED_PAUSE = 50

/**
 * A random dyno, over a connection that is open already. Undefined if there is none, or keep-alive
 * is off.
 */
export function openConnection(
  appId: string,
  { dynos, pool }: Pick<Reach, 'dynos' | 'pool'>,
): Connected | undefined {
  const target = pick(dynos.webTargets(appId))
  const connection = target && pool.take(appId, target.id)
  return connection && { connection, target, connectMs: 0, release: target.claim() }
}

/**
 * Opens a connection to a dyno: a random one, another if it refuses, and waiting while dynos only
 * start. Nothing of the request is read before, so that it can be tried again whatever its body.
 * Undefined when `signal` aborted: the client went.
 */
export async function connectToDyno(
  appId: string,
  { dynos, waiting, times }: Omit<Reach, 'pool'>,
  signal: AbortSignal,
): Promise<Connected | Unreachable | undefined> {
  const deadline = monotonic() + times.hold
  const refused = new Set<string>()
  for (let attempts = 0; !signal.aborted;) {
    const target = pick(dynos.webTargets(appId), refused)
    if (target) {
      const outcome = await connect(target, times)
      if (outcome !== 'refused') return outcome
      refused.add(target.id)
      if (++attempts >= MOST_ATTEMPTS) return { code: 'H21', dyno: target.dyno }
      continue
    }
    const status = dynos.webStatus(appId)
    if (status === 'none') return { code: 'H14' }
    if (status === 'crashed') return { code: 'H10' }
    const left = deadline - monotonic()
    if (left <= 0) return { code: 'H20' }
    if (status === 'up') {
      // All that are up refused it: look again in a moment, and count it, for an app may have
      // closed its port for good.
      if (++attempts >= MOST_ATTEMPTS) return { code: 'H21' }
      refused.clear()
    }
    await waiting.forChange(appId, status === 'up' ? REFUSED_PAUSE : left, signal)
  }
  return undefined
}

function pick(targets: WebTarget[], refused?: Set<string>): WebTarget | undefined {
  const open =
    !refused || refused.size === 0 ? targets : targets.filter(({ id }) => !refused.has(id))
  return open[Math.floor(Math.random() * open.length)]
}

function connect(
  target: WebTarget,
  times: RouterTimes,
): Promise<Connected | Unreachable | 'refused'> {
  const release = target.claim()
  const began = performance.now()
  return new Promise((resolve) => {
    const socket = net.connect({ host: target.host, port: target.port, noDelay: true })
    const fail = (outcome: Unreachable | 'refused') => {
      clearTimeout(timer)
      release()
      socket.destroy()
      resolve(outcome)
    }
    const onError = () => fail('refused')
    const timer = setTimeout(() => fail({ code: 'H19', dyno: target.dyno }), times.connect)
    socket.once('error', onError)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeListener('error', onError)
      resolve({
        connection: new DynoConnection(target, socket, times.keepAlive),
        target,
        connectMs: performance.now() - began,
        release,
      })
    })
  })
}
