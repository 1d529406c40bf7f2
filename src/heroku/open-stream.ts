import type { IncomingMessage } from 'node:http'
import { proxyAgent, proxyFor } from './proxy.js'
import { transport } from './transport.js'

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
      { headers, signal, agent: proxy ? proxyAgent(proxy, isSecure) : false },
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
