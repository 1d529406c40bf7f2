import http from 'node:http'
import { reasonOf } from '../../heroku/connection-errors.js'
import { proxyAgent, proxyFor, transport } from '../../heroku/proxy.js'
import { trust } from '../../heroku/trust.js'
import { loopbackLookup } from '../../lib/loopback.js'
import { BOOT_HEADER, PROBE_HEADER } from '../../runtime/boot-id.js'

/** What came of one request to the app. */
export type Answer =
  | {
      isAnswer: true
      status: number
      reason: string
      /** ms until its headers came. */
      ms: number
      /** Id of the boot that answered, if the runtime is there to say. */
      boot: string | undefined
      /** Where it redirects to, as an absolute URL. */
      location: string | undefined
    }
  /**
   * Nothing of the app's was heard: a name that is not known here, a certificate, a proxy, a
   * firewall. `why` is the end of a sentence.
   */
  | { isAnswer: false; why: string }

export interface ProbeRequest {
  signal: AbortSignal
  headers?: Record<string, string>
  /**
   * By which the router's line for this request is known:
   * https://devcenter.heroku.com/articles/http-request-id
   */
  requestId?: string
}

/**
 * Longest wait for an answer. The router gives up after 30 s, with an answer of its own (H12): that
 * one has to arrive.
 */
const ANSWER_TIME = 35_000

/**
 * Asks once, through the proxy of the environment; redirects are not followed. Rejects only when
 * `signal` is aborted.
 */
export async function probe(
  url: string,
  { signal, headers = {}, requestId }: ProbeRequest,
): Promise<Answer> {
  const start = performance.now()
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIME)])
  try {
    const response = await get(url, limit, {
      ...headers,
      ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
    })
    const {
      statusCode: status = 0,
      statusMessage: reason = '',
      headers: { location },
    } = response
    return {
      isAnswer: true,
      status,
      reason,
      ms: performance.now() - start,
      boot: [response.headers[BOOT_HEADER]].flat()[0],
      location: absolute(location, url),
    }
  } catch (error) {
    signal.throwIfAborted()
    return {
      isAnswer: false,
      why: limit.aborted ? `no answer came in ${ANSWER_TIME / 1000} s` : reasonOf(error),
    }
  }
}

function get(
  url: string,
  signal: AbortSignal,
  headers: Record<string, string>,
): Promise<http.IncomingMessage> {
  const isSecure = new URL(url).protocol === 'https:'
  const proxy = proxyFor(url)
  return new Promise((resolve, reject) => {
    const request = transport(isSecure).get(
      url,
      {
        agent: proxy ? proxyAgent(proxy, isSecure) : false,
        ...(isSecure ? trust() : {}),
        signal,
        lookup: loopbackLookup,
        headers: {
          'user-agent': 'shipit health check',
          accept: '*/*',
          'cache-control': 'no-cache',
          ...headers,
          [PROBE_HEADER]: '1',
        },
      },
      (response) => {
        resolve(response)
        // The headers are all that is asked for; a body may have no end.
        response.destroy()
      },
    )
    request.on('error', reject)
  })
}

/** Undefined for what is no address. */
function absolute(location: string | undefined, base: string): string | undefined {
  return location !== undefined && URL.canParse(location, base)
    ? new URL(location, base).href
    : undefined
}

/**
 * The URL to ask: the app's own, with the health path, which never leads to another host, whatever
 * it looks like.
 */
export function healthUrl(webUrl: string, path: string): string {
  return new URL(`./${path.replace(/^\/+/, '')}`, webUrl).href
}
