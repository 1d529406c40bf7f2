import { isLoopback } from '../../lib/loopback.js'

/**
 * What the dashboard's answer about a pair of keys means, for the agent in a dyno and for `shipit
 * keys test` alike.
 */
export type Verdict =
  | { standing: 'accepted'; endpoints: { ws: string } }
  /** It will not let the agent connect; trying again changes nothing until a person does. */
  | { standing: 'refused' | 'disabled'; why: string }
  /** No answer that can be read. */
  | { standing: 'unreachable'; why: string }

/** The fields that PM2's agent reads (pm2/modules/pm2-io-agent, InteractorDaemon). */
interface Answer {
  disabled?: boolean
  pending?: boolean
  active?: boolean
  msg?: unknown
  endpoints?: { ws?: unknown }
}

/** Longest part of a server's own words that is repeated. */
const LONGEST_WHY = 200

export function verdictOf(status: number, body: string): Verdict {
  if ([400, 401, 403, 404].includes(status))
    return { standing: 'refused', why: `it answered ${status}: it does not know this pair of keys` }
  if (status < 200 || status > 299) return { standing: 'unreachable', why: `it answered ${status}` }
  const answer = parse(body)
  if (!answer) return { standing: 'unreachable', why: 'its answer is not JSON' }
  if (answer.disabled || answer.pending)
    return { standing: 'disabled', why: 'the bucket is disabled, or at the limit of its servers' }
  if (answer.active === false)
    return {
      standing: 'refused',
      why:
        typeof answer.msg === 'string' && answer.msg !== ''
          ? plain(answer.msg)
          : 'the bucket is not active',
    }
  const ws = answer.endpoints?.ws
  if (typeof ws !== 'string' || !URL.canParse(ws))
    return { standing: 'unreachable', why: 'its answer does not say where the agent connects' }
  const { protocol, hostname } = new URL(ws)
  if (!['wss:', 'https:'].includes(protocol) && !isLoopback(hostname))
    return { standing: 'unreachable', why: 'it wants the keys sent in clear' }
  return { standing: 'accepted', endpoints: { ...answer.endpoints, ws } }
}

/** One line of printable characters. */
export function plain(text: string): string {
  return text
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_WHY)
}

function parse(body: string): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(body)
    return typeof answer === 'object' && answer !== null ? answer : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
