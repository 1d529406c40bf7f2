import { rmSync } from 'node:fs'
import net, { type Socket } from 'node:net'
import {
  LONGEST_REQUEST,
  parseRequest,
  type DevAnswer,
  type DevDone,
  type DevRequest,
  type DevSession,
} from '../dev-protocol.js'
import { warn } from '../runtime-error.js'
import type { LineLog } from './line-log.js'
import type { Operations } from './operations.js'
import { Refusal } from './select.js'

interface ServerSettings {
  /** A path of a socket, or of a pipe on Windows. */
  path: string
  session: DevSession
  lines: LineLog
  operations: Operations
  /** Called once the answer is out that something was deleted. */
  onDeleted(): void
}

/**
 * ms between two lists of the instances for whoever follows, and bytes that may wait for one who
 * does not read.
 */
const LIST_EVERY = 1000
const OVERFULL = 2 ** 22

/**
 * Listens for the verbs of other terminals. The socket is for this user alone, and goes with the
 * process.
 */
export function serveControl(settings: ServerSettings): void {
  const { path } = settings
  const server = net.createServer((socket) => attend(socket, settings))
  server.on('error', (error) =>
    warn(`shipit ps and the other verbs cannot reach this session: ${error.message}`),
  )
  // A socket is made with the rights that are left at that moment.
  const before = process.umask(0o177)
  server.listen(path).unref()
  process.umask(before)
  process.once('exit', () => rmSync(path, { force: true }))
}

function attend(socket: Socket, settings: ServerSettings): void {
  let text = ''
  // The other terminal may leave at any time.
  socket.on('error', () => socket.destroy())
  socket.setEncoding('utf8')
  const take = (chunk: string) => {
    text += chunk
    const end = text.indexOf('\n')
    if (end === -1 && text.length <= LONGEST_REQUEST) return
    socket.off('data', take)
    const request = end === -1 ? 'the request is too long' : parseRequest(text.slice(0, end))
    if (typeof request === 'string')
      return finish(socket, {
        refused: { code: 'usage', message: `The session cannot be asked: ${request}.` },
      })
    void answer(socket, request, settings)
  }
  socket.on('data', take)
}

async function answer(
  socket: Socket,
  request: DevRequest,
  settings: ServerSettings,
): Promise<void> {
  const { operations, session, lines, onDeleted } = settings
  if (request.verb === 'look' || request.verb === 'follow') {
    send(socket, { session, instances: operations.list(), lines: lines.lines })
    if (request.verb === 'look') socket.end()
    else follow(socket, settings)
    return
  }
  try {
    const done: DevDone = await (request.verb === 'scale'
      ? operations.scale(request.name, request.number)
      : operations.do(request.verb, request.name))
    finish(socket, { done }, request.verb === 'delete' ? onDeleted : undefined)
  } catch (error) {
    const told =
      error instanceof Refusal
        ? error.told
        : { code: 'refused' as const, message: (error as Error).message }
    finish(socket, { refused: told })
  }
}

function follow(socket: Socket, { lines, operations }: ServerSettings): void {
  const tell = (answer: DevAnswer) => socket.writableLength < OVERFULL && send(socket, answer)
  const leave = lines.subscribe((line) => void tell({ line }))
  const lists = setInterval(() => tell({ instances: operations.list() }), LIST_EVERY)
  lists.unref()
  socket.resume()
  socket.once('close', () => {
    leave()
    clearInterval(lists)
  })
}

function send(socket: Socket, answer: DevAnswer): void {
  socket.write(`${JSON.stringify(answer)}\n`)
}

/** Whoever has gone meanwhile needs no answer, but what follows from it has to happen. */
function finish(socket: Socket, answer: DevAnswer, then?: () => void): void {
  if (socket.destroyed) return then?.()
  if (then) socket.once('close', then)
  socket.end(`${JSON.stringify(answer)}\n`)
}
