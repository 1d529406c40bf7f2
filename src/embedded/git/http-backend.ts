import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { signalGroup } from '../dynos/processes.js'

interface CgiRequest {
  req: IncomingMessage
  res: ServerResponse
  /** The folder that holds the repositories. */
  projectRoot: string
  /** /<repository>/git-receive-pack and the like. */
  pathInfo: string
  query: string
  /** The whole environment besides what CGI itself asks for. */
  env: Record<string, string>
}

const HEADERS_AT_MOST = 64 * 1024
/** The flush packet: the last of an answer that is whole (gitprotocol-common(5)). */
const FLUSH = Buffer.from('0000')

/**
 * Runs `git http-backend` for one request (git-http-backend(1), RFC 3875), bytes flowing both ways
 * as they come.
 * A client that goes away does not end it: its output is read on, so that a push which has arrived
 * whole is finished.
 * An answer that git did not finish breaks the connection: ended in order, a truncated one would
 * leave the pusher's git waiting for its rest for ever.
 * Resolves when git has ended; never rejects.
 */
export function runHttpBackend({
  req,
  res,
  projectRoot,
  pathInfo,
  query,
  env,
}: CgiRequest): Promise<void> {
  return new Promise((resolve) => {
    // The client left while the repository was prepared: no one would ever end git's input.
    if (req.destroyed) return resolve()
    const child = spawn('git', ['http-backend'], {
      env: { ...env, ...cgiEnvironment(req, projectRoot, pathInfo, query) },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    // git starts http-backend, which starts receive-pack, and ends neither when it is ended: the
    // group is.
    const end = (): void => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGTERM')
    }
    let complaint = ''
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-4096)
    })
    child.on('error', (error) => {
      fail(res, `git could not be started: ${error.message}`)
      resolve()
    })
    let last = Buffer.alloc(0)
    child.on('close', (status) => {
      if (!res.headersSent) fail(res, complaint.trim() || 'git ended without an answer')
      else if (status === 0 || last.equals(FLUSH)) res.end()
      else res.destroy()
      resolve()
    })

    // git may end before it has read everything, as it does for a request that it refuses.
    child.stdin.on('error', () => req.resume())
    req.pipe(child.stdin)
    // http-backend never stops reading a body that is shorter than its Content-Length; nothing of
    // such a push can have been taken yet. `complete` would not do: what has arrived and has not
    // been read is lost with the connection.
    req.on('close', () => {
      if (!req.readableEnded) end()
    })
    req.on('error', end)

    let head = Buffer.alloc(0)
    const onHead = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk])
      const headers = endOfHeaders(head)
      if (headers === undefined) {
        if (head.length > HEADERS_AT_MOST) end()
        return
      }
      child.stdout.off('data', onHead)
      child.stdout.pause()
      if (res.destroyed) {
        child.stdout.resume()
        return
      }
      writeHead(res, head.subarray(0, headers.start).toString('latin1'))
      const remember = (chunk: Buffer): void => {
        last = Buffer.concat([last, chunk.subarray(-FLUSH.length)]).subarray(-FLUSH.length)
      }
      child.stdout.on('data', remember)
      if (headers.next < head.length) {
        remember(head.subarray(headers.next))
        res.write(head.subarray(headers.next))
      }
      res.once('close', () => {
        child.stdout.unpipe(res)
        child.stdout.resume()
      })
      child.stdout.pipe(res, { end: false })
    }
    child.stdout.on('data', onHead)
    res.on('error', () => child.stdout.resume())
  })
}

function cgiEnvironment(
  req: IncomingMessage,
  projectRoot: string,
  pathInfo: string,
  query: string,
): Record<string, string> {
  const header = (name: string): string | undefined => {
    const value = req.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }
  const entries: [string, string | undefined][] = [
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['GIT_PROJECT_ROOT', projectRoot],
    ['GIT_HTTP_EXPORT_ALL', '1'],
    ['PATH_INFO', pathInfo],
    ['QUERY_STRING', query],
    ['REQUEST_METHOD', req.method],
    ['REMOTE_ADDR', req.socket.remoteAddress],
    ['REMOTE_USER', 'git'],
    ['SERVER_PROTOCOL', `HTTP/${req.httpVersion}`],
    ['CONTENT_TYPE', header('content-type')],
    // Absent for a chunked body, which git then reads to its end.
    ['CONTENT_LENGTH', header('content-length')],
    ['HTTP_CONTENT_ENCODING', header('content-encoding')],
    ['HTTP_ACCEPT', header('accept')],
    ['HTTP_ACCEPT_ENCODING', header('accept-encoding')],
    ['HTTP_USER_AGENT', header('user-agent')],
    ['HTTP_GIT_PROTOCOL', header('git-protocol')],
    ['GIT_PROTOCOL', header('git-protocol')],
  ]
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

function endOfHeaders(bytes: Buffer): { start: number; next: number } | undefined {
  const crlf = bytes.indexOf('\r\n\r\n')
  if (crlf !== -1) return { start: crlf, next: crlf + 4 }
  const lf = bytes.indexOf('\n\n')
  return lf === -1 ? undefined : { start: lf, next: lf + 2 }
}

function writeHead(res: ServerResponse, head: string): void {
  res.statusCode = 200
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    if (name.toLowerCase() === 'status') res.statusCode = Number.parseInt(value, 10)
    else if (colon > 0) res.setHeader(name, value)
  }
  res.socket?.setNoDelay(true)
  res.flushHeaders()
}

function fail(res: ServerResponse, message: string): void {
  if (res.headersSent || res.destroyed) return
  res.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`)
}
