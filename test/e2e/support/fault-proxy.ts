import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What happens to a request instead of its being passed on. */
export type Harm =
  /** An answer of the proxy's own: the API's {id, message}, or a body of another kind. */
  | {
      status: number
      id?: string
      message?: string
      body?: string
      headers?: Record<string, string>
    }
  /** The connection breaks before the platform hears of the request. */
  | 'refuse'
  /** The platform gets the request whole, and its answer is lost. */
  | 'lose the answer'
  /** Nothing comes, ever. */
  | 'never answer'
  /**
   * The platform gets so many bytes of the request, and then the connection breaks on both sides.
   */
  | { cutRequestAfter: number }
  /** So many bytes of the answer arrive, and then the connection breaks. */
  | { cutAnswerAfter: number }
  /** ms before the request is passed on. */
  | { delay: number }
  /** The JSON of the answer says something else. */
  | { replace: [from: string, to: string] }

export interface Fault {
  /** `GET /apps/bad/dynos`, as a pattern over method and URL. */
  on: RegExp
  harm: Harm
  /** How many of such requests meet it; all where absent. */
  times?: number
  /** How many of such requests pass before. */
  after?: number
  /** ms after the first that meets it for which all do. */
  lasts?: number
  /** Only once a push has been answered. */
  isAfterPush?: boolean
  /** Only once a push has been sent. */
  isFromPush?: boolean
}

/**
 * Stands before the embedded Heroku, API and git alike, and passes everything on but what a fault
 * takes.
 */
interface FaultProxy {
  url: string
  /** Sets the faults of a case, and forgets those before. */
  arm(faults: readonly Fault[]): void
  /** Requests that met a fault since it was armed. */
  readonly met: string[]
  close(): Promise<void>
}

/** By git, or by a build of files. */
const PUSH = /^POST \S+\/(git-receive-pack|builds)$/

export async function faultProxy(target: string): Promise<FaultProxy> {
  let armed: { fault: Fault; seen: number; since?: number }[] = []
  let hasPushed = false
  let isPushing = false
  let met: string[] = []
  const sockets = new Set<Socket>()
  let own = ''

  const harmFor = (line: string): Harm | undefined => {
    isPushing ||= PUSH.test(line)
    for (const entry of armed) {
      if (!entry.fault.on.test(line)) continue
      const {
        after = 0,
        times = Infinity,
        lasts = Infinity,
        isAfterPush,
        isFromPush,
        harm,
      } = entry.fault
      if ((isAfterPush && !hasPushed) || (isFromPush && !isPushing)) continue
      const number = entry.seen++
      if (number < after || number >= after + times) continue
      entry.since ??= performance.now()
      if (performance.now() - entry.since > lasts) continue
      met.push(line)
      return harm
    }
    return undefined
  }

  const pass = (
    request: IncomingMessage,
    response: ServerResponse,
    harm: Harm | undefined,
  ): void => {
    const cutRequest =
      typeof harm === 'object' && 'cutRequestAfter' in harm ? harm.cutRequestAfter : Infinity
    const cutAnswer =
      typeof harm === 'object' && 'cutAnswerAfter' in harm ? harm.cutAnswerAfter : Infinity
    const onward = http.request(target + request.url, {
      method: request.method,
      headers: { ...request.headers, host: new URL(target).host },
      agent: false,
    })
    onward.on('error', () => request.socket.destroy())
    response.on('close', () => onward.destroy())
    forward(request, onward, cutRequest, () => {
      onward.destroy()
      request.socket.resetAndDestroy()
    })
    onward.on('response', (answer) => {
      if (PUSH.test(`${request.method} ${request.url}`))
        answer.on('end', () => {
          hasPushed = true
        })
      if (harm === 'lose the answer')
        return void answer.resume().on('end', () => request.socket.resetAndDestroy())
      // Addresses in the platform's answers must lead back here.
      if (/json/.test(answer.headers['content-type'] ?? ''))
        return void sendJson(
          answer,
          response,
          cutAnswer,
          typeof harm === 'object' && 'replace' in harm ? harm.replace : undefined,
        )
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('error', () => request.socket.destroy())
      forward(answer, response, cutAnswer, () => request.socket.resetAndDestroy())
    })
  }

  const sendJson = async (
    answer: IncomingMessage,
    response: ServerResponse,
    cut: number,
    replace?: [string, string],
  ): Promise<void> => {
    const json = (await textOf(answer)).replaceAll(target, own)
    const text = Buffer.from(replace ? json.replaceAll(...replace) : json)
    response.writeHead(answer.statusCode ?? 502, {
      ...answer.headers,
      'content-length': text.length,
    })
    if (cut >= text.length) return void response.end(text)
    response.write(text.subarray(0, cut), () => response.destroy())
  }

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const harm = harmFor(`${request.method} ${request.url}`)
    if (harm === 'refuse') return void request.socket.resetAndDestroy()
    if (harm === 'never answer') return
    if (typeof harm === 'object' && 'status' in harm) {
      const { status, id, message, body, headers } = harm
      request.resume()
      response.writeHead(status, {
        'content-type': body === undefined ? 'application/json' : 'text/html',
        ...headers,
      })
      return void response.end(body ?? JSON.stringify({ id, message }))
    }
    if (typeof harm === 'object' && 'delay' in harm)
      return void setTimeout(() => pass(request, response, undefined), harm.delay)
    pass(request, response, harm)
  }

  const server = http.createServer(serve)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: own,
    arm(faults) {
      armed = faults.map((fault) => ({ fault, seen: 0 }))
      hasPushed = false
      isPushing = false
      met = []
    },
    get met() {
      return met
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Bytes from one side to the other; after `most` of them `cut` is called instead. */
function forward(
  from: IncomingMessage,
  to: NodeJS.WritableStream,
  most: number,
  cut: () => void,
): void {
  let left = most
  from.on('data', (chunk: Buffer) => {
    if (left <= 0) return
    const part = chunk.subarray(0, left)
    left -= chunk.length
    to.write(part, () => {
      if (left <= 0) cut()
    })
  })
  from.on('end', () => {
    if (left > 0) to.end()
  })
}
