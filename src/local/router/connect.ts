import net from 'node:net'
import type { Dynos, WebTarget } from '../types.js'
import type { CodeName } from './codes.js'
import type { Waiting } from './waiting.js'

export interface RouterTimes {
  /** ms that a request is held while dynos only start: H20. */
  hold: number
  /** ms that a dyno may take to accept: H19. */
  connect: number
  /** ms without a byte either way once the answer began: H15. */
  idle: number
}

/** devcenter.heroku.com/articles/http-routing */
export const HEROKU_TIMES: RouterTimes = { hold: 75_000, connect: 5_000, idle: 55_000 }

export interface Connected { socket: net.Socket; target: WebTarget; connectMs: number; release: () => void }
interface Unreachable { code: CodeName; dyno?: string }

/** Most dynos that one request is tried on. */
const MOST_ATTEMPTS = 10
/** A dyno that refuses has usually just crashed: its end is known within moments. */
const REFUSED_PAUSE = 50

/**
 * Finds a dyno that accepts a connection: a random one, another where it refuses, and waiting while dynos only start. Nothing of the request
 * is read before, so that it can be tried again whatever its body. Undefined when `signal` aborted: the client went.
 */
export async function connectToDyno(appId: string, dynos: Dynos, waiting: Waiting, times: RouterTimes, signal: AbortSignal): Promise<Connected | Unreachable | undefined> {
  const deadline = Date.now() + times.hold
  const refused = new Set<string>()
  for (let attempts = 0; !signal.aborted;) {
    const target = pick(dynos.webTargets(appId), refused)
    if (target) {
      const outcome = await connect(target, times.connect)
      if (outcome !== 'refused') return outcome
      refused.add(target.id)
      if (++attempts >= MOST_ATTEMPTS) return { code: 'H21', dyno: target.dyno }
      continue
    }
    const status = dynos.webStatus(appId)
    if (status === 'none') return { code: 'H14' }
    if (status === 'crashed') return { code: 'H10' }
    const left = deadline - Date.now()
    if (left <= 0) return { code: 'H20' }
    if (status === 'up') {
      // All that are up refused it: look again in a moment, and count it, for an app may have closed its port for good.
      if (++attempts >= MOST_ATTEMPTS) return { code: 'H21' }
      refused.clear()
    }
    await waiting.forChange(appId, status === 'up' ? REFUSED_PAUSE : left, signal)
  }
  return undefined
}

function pick(targets: WebTarget[], refused: Set<string>): WebTarget | undefined {
  const open = refused.size === 0 ? targets : targets.filter(({ id }) => !refused.has(id))
  return open[Math.floor(Math.random() * open.length)]
}

function connect(target: WebTarget, ms: number): Promise<Connected | Unreachable | 'refused'> {
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
    const timer = setTimeout(() => fail({ code: 'H19', dyno: target.dyno }), ms)
    socket.once('error', onError)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeListener('error', onError)
      resolve({ socket, target, connectMs: performance.now() - began, release })
    })
  })
}
