import http from 'node:http'
import https from 'node:https'
import { loopbackLookup } from '../../loopback.js'

export interface ProbeResult {
  isHealthy: boolean
  /** "200 in 12 ms", "503 Service Unavailable", "connection refused" */
  answer: string
}

/** Longest wait for an answer: the router itself gives up after 30 s (H12). */
const ANSWER_TIME = 30_000

/** Asks once. 2xx and 3xx are healthy; a redirect is an answer and is not followed. Rejects only when `signal` is aborted. */
export async function probe(url: string, signal: AbortSignal): Promise<ProbeResult> {
  const start = performance.now()
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIME)])
  try {
    const { status, reason } = await get(url, limit)
    const isHealthy = status >= 200 && status < 400
    return { isHealthy, answer: isHealthy ? `${status} in ${Math.round(performance.now() - start)} ms` : `${status} ${reason}`.trim() }
  } catch (error) {
    signal.throwIfAborted()
    const { code, message } = error as NodeJS.ErrnoException
    return { isHealthy: false, answer: limit.aborted ? `no answer in ${ANSWER_TIME / 1000} s` : WORDS[code ?? ''] ?? message }
  }
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed without an answer',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
}

function get(url: string, signal: AbortSignal): Promise<{ status: number; reason: string }> {
  return new Promise((resolve, reject) => {
    const { protocol } = new URL(url)
    const request = (protocol === 'https:' ? https : http).get(url, {
      agent: false, signal, lookup: loopbackLookup, headers: { 'user-agent': 'shipit health check', accept: '*/*' },
    }, (response) => {
      resolve({ status: response.statusCode ?? 0, reason: response.statusMessage ?? '' })
      // The status is all that is asked for; a body may have no end.
      response.destroy()
    })
    request.on('error', reject)
  })
}

/** The URL to ask: the app's own, with the health path, which never leads to another host, whatever it looks like. */
export function healthUrl(webUrl: string, path: string): string {
  return new URL(`./${path.replace(/^\/+/, '')}`, webUrl).href
}
