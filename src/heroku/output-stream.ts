import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { connectionError } from './connection-errors.js'
import { patience } from './limits.js'
import { fetchFor, proxyAgent, proxyFor, singleAgent, transport } from './proxy.js'

/** Of one output: more than anybody reads. */
const MOST_BYTES = 256 * 1024 * 1024

interface OutputStreamOptions {
  signal?: AbortSignal
  /** Failures in a row before it is given up. Default 5. */
  retries?: number
  /** ms between tries. Default 1000. */
  retryDelay?: number
}

/**
 * The output of a build or of a release phase, live, in pieces as they come; ends with it, or when
 * `signal` is aborted.
 * A broken stream is read again from its beginning and goes on where it broke. Throws ShipitError
 * `network` once it cannot be had.
 */
export async function* streamOutput(
  url: string,
  {
    signal,
    retries = patience(process.env).retries ?? 5,
    retryDelay = 1000,
  }: OutputStreamOptions = {},
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  const left = new AbortController()
  const either = signal ? AbortSignal.any([signal, left.signal]) : left.signal
  let received = 0
  let failures = 0
  try {
    for (;;) {
      try {
        const send = await fetchFor(url)
        const response = await send(url, { signal: either })
        // Also 404: the address is handed out before the output exists.
        if (!response.ok) throw new Error(`status ${response.status}`)
        let skip = received
        for await (const chunk of response.body ?? []) {
          const fresh = (chunk as Uint8Array).subarray(Math.min(skip, chunk.length))
          skip -= chunk.length - fresh.length
          if (fresh.length === 0) continue
          failures = 0
          received += fresh.length
          if (received > MOST_BYTES)
            throw Object.assign(
              new Error(`the output is larger than ${MOST_BYTES / 1024 / 1024} MB`),
              { isFinal: true },
            )
          // NUL is the stream's own sign of life while a build prints nothing.
          const text = decoder.decode(fresh, { stream: true }).replaceAll('\0', '')
          if (text) yield text
        }
        const last = decoder.decode()
        if (last) yield last
        return
      } catch (error) {
        if (either.aborted) return
        if (failures++ >= retries || (error as { isFinal?: boolean }).isFinal)
          throw connectionError(
            error,
            { label: 'The output stream', apiUrl: url },
            { method: 'GET', path: new URL(url).pathname, mayHaveActed: false },
          )
      }
      await delay(retryDelay, undefined, { signal: either })
    }
  } catch (error) {
    if (!either.aborted) throw error
  } finally {
    left.abort()
  }
}

/**
 * ms without a byte after which a stream counts as dead. A log may be silent for long, and asking
 * anew where it stopped loses nothing.
 */
const SILENCE = 5 * 60_000

export interface OpenedStream {
  status: number
  contentType: string
  /** Fails where the connection breaks before the answer's end. */
  body: AsyncIterable<Buffer>
  close(): void
}

/**
 * GETs an answer that is read as it comes, on a connection of its own. Not fetch, which takes
 * longer to load than a short log to read.
 */
export async function openStream(
  url: string,
  { headers, signal }: { headers: Record<string, string>; signal: AbortSignal },
): Promise<OpenedStream> {
  const isSecure = new URL(url).protocol === 'https:'
  const proxy = proxyFor(url)
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = transport(isSecure).get(
      url,
      { headers, signal, agent: proxy ? proxyAgent(proxy, isSecure) : singleAgent(isSecure) },
      resolve,
    )
    request.on('error', reject)
    request.on('socket', (socket) => socket.setKeepAlive(true, 30_000))
    request.setTimeout(SILENCE, () =>
      request.destroy(
        Object.assign(new Error('nothing came for 5 minutes'), { code: 'ETIMEDOUT' }),
      ),
    )
  })
  return {
    status: response.statusCode!,
    contentType: response.headers['content-type'] ?? '',
    body: response,
    close: () => response.destroy(),
  }
}
