import http, { type Agent } from 'node:http'
import https from 'node:https'
import { plain, verdictOf, type Verdict } from './verdict.js'

/** ms for the whole answer. PM2's agent has no limit, and waits forever for a server that hangs. */
const TIMEOUT_MS = 15_000
/** Bytes of an answer that are read; it has a few hundred. */
const LONGEST_ANSWER = 1_000_000

/**
 * Asks whether the dashboard at `url` knows the keys in `question`. Never rejects: no answer is a
 * verdict, too.
 */
export async function askAboutKeys(
  url: URL,
  question: object,
  headers: Record<string, string>,
  agent?: Agent,
): Promise<Verdict> {
  try {
    const { status, body } = await post(url, JSON.stringify(question), headers, agent)
    return verdictOf(status, body)
  } catch (error) {
    return { standing: 'unreachable', why: reason(error) }
  }
}

function post(
  url: URL,
  body: string,
  headers: Record<string, string>,
  agent: Agent | undefined,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http
    const asked = request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...headers,
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(agent ? { agent } : {}),
    })
    asked.on('error', reject)
    asked.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) =>
        text.length + chunk.length > LONGEST_ANSWER
          ? response.destroy(new Error('its answer is too long'))
          : (text += chunk),
      )
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
    })
    asked.end(body)
  })
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/
const REASONS: Record<string, string> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'nothing answers there (ECONNREFUSED)',
  ECONNRESET: 'the connection broke (ECONNRESET)',
  ETIMEDOUT: 'the connection timed out',
  ABORT_ERR: `no answer within ${TIMEOUT_MS / 1000} s`,
  EHOSTUNREACH: 'its network cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
}

/**
 * Why a request or a connection failed, in a few words; the addresses that were tried are left out.
 */
export function reason(error: unknown): string {
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: unknown[] }
  if (errors?.[0]) return reason(errors[0])
  if (code !== undefined && CERTIFICATE.test(code))
    return `its certificate is not trusted (${plain(message)})`
  return (code !== undefined && REASONS[code]) || plain(message || code || 'unknown')
}
