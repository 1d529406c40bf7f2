import net from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { ShipitError } from '../errors.js'
import { firstLine } from '../lib/first-line.js'
import { reasonOf } from './connection-errors.js'
import { trust } from './trust.js'

/** ms for the connection and for the dyno to come to it. */
const TIMEOUT_MS = 120_000
/**
 * ms that a connection may stay open once it has told the exit status: what comes after that was no
 * status.
 */
const AFTERWORD = 500
/** Bytes of the greeting, which is the word `rendezvous`. */
const LONGEST_GREETING = 256
/** What tells a terminal, and the platform, that there is no more input. */
const END_OF_TRANSMISSION = Buffer.of(0x04)

export interface Attachment {
  /** `rendezvous://host:port/secret`, of a dyno that was created with `attach`. */
  attachUrl: string
  /** Over TLS, as the API that named it was reached. */
  isSecure: boolean
  input: Readable
  output: Writable
  /** Whether `input` are the keys of a terminal in raw mode. */
  isTerminal: boolean
  /** The dyno is there: its first byte may follow. */
  onConnected?: () => void
  signal: AbortSignal
  /** ms until a dyno that does not come is given up; default 120000. */
  patience?: number
}

/**
 * How it ended: with the exit status, where the command told it; by the platform; or with a
 * connection that broke.
 */
export interface Detached {
  status: number | undefined
  isBroken: boolean
}

/**
 * Joins a one-off dyno: `input` goes to it byte by byte, its bytes go to `output` as they are,
 * until either side has no more. Rejects with ShipitError
 * `network` if it cannot be reached, `timeout` if the dyno does not come, and with the
 * signal's reason.
 */
export async function attach(attachment: Attachment): Promise<Detached> {
  const { signal } = attachment
  signal.throwIfAborted()
  const socket = connect(attachment)
  let isBroken = false
  // Once the dyno has said all, what goes wrong is only what we still had to send.
  socket.on('error', () => {
    isBroken ||= !socket.readableEnded
  })
  const abort = () => socket.destroy()
  signal.addEventListener('abort', abort)
  try {
    await join(socket, attachment)
    const ended = passOutput(socket, attachment.output)
    const release = passInput(socket, attachment)
    attachment.onConnected?.()
    const status = await ended.finally(release)
    signal.throwIfAborted()
    return { status, isBroken }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
    socket.destroy()
  }
}

function connect({ attachUrl, isSecure }: Attachment): net.Socket {
  const { hostname: host, port } = new URL(attachUrl)
  const socket = isSecure ? connectSecurely(host, Number(port)) : net.connect(Number(port), host)
  return socket.setKeepAlive(true, 30_000).setNoDelay(true)
}

/** TLS is loaded here alone: every start of the CLI reads this file. */
function connectSecurely(host: string, port: number): net.Socket {
  return process
    .getBuiltinModule('node:tls')
    .connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...trust() })
}

/**
 * Sends the secret and waits for the line `rendezvous`, which comes when the dyno is there; what
 * follows the line stays to be read.
 */
async function join(
  socket: net.Socket,
  { attachUrl, isSecure, patience = TIMEOUT_MS }: Attachment,
): Promise<void> {
  const { host, pathname, search } = new URL(attachUrl)
  const next =
    'Check that this network lets you reach that port (Heroku uses 5000), then run the ' +
    'command again; --detached needs no such connection.'
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new ShipitError('timeout', {
              message: `The one-off dyno did not come to ${host} within ${patience / 1000} s.`,
              why: 'The platform has not started it, or this network holds the connection up.',
              next,
            }),
          ),
        patience,
      )
      socket.once('error', reject)
      socket.once(isSecure ? 'secureConnect' : 'connect', () =>
        socket.write(`${(pathname + search).slice(1)}\r\n`),
      )
      void firstLine(socket, LONGEST_GREETING).then((line) => {
        if (line !== undefined) resolve()
        else
          reject(
            new Error(
              socket.closed
                ? 'the connection was closed before the dyno came'
                : 'what answers there is no one-off dyno',
            ),
          )
      })
    })
  } catch (error) {
    if (error instanceof ShipitError) throw error
    throw new ShipitError('network', {
      message: `The one-off dyno could not be joined at ${host}: ${reasonOf(error)}.`,
      next,
      cause: error,
    })
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Resolves when the dyno has told its status, or the connection has ended, and `output` has been
 * given all of it.
 */
async function passOutput(socket: net.Socket, output: Writable): Promise<number | undefined> {
  const marker = exitMarkerReader()
  const ended = new Promise<void>((resolve) => {
    let afterword: NodeJS.Timeout | undefined
    socket.on('data', (chunk: Buffer) => {
      clearTimeout(afterword)
      const shown = marker.take(chunk)
      if (shown.length > 0 && !output.write(shown)) {
        socket.pause()
        output.once('drain', () => socket.resume())
      }
      if (marker.status !== undefined) afterword = setTimeout(resolve, AFTERWORD)
    })
    socket.once('close', () => {
      clearTimeout(afterword)
      resolve()
    })
    if (socket.closed) resolve()
  })
  socket.resume()
  await ended
  const { status } = marker
  const rest = marker.rest()
  if (rest.length > 0) output.write(rest)
  return status
}

/**
 * Keys go as they are. Other input is closed by the end-of-transmission byte; if it has such a
 * byte itself, that one never goes last, so that the platform does not take it for the end.
 */
function passInput(socket: net.Socket, { input, isTerminal }: Attachment): () => void {
  let held = Buffer.alloc(0)
  const pass = (chunk: Buffer | string) => {
    if (!socket.writable) return
    const bytes = Buffer.concat([held, Buffer.from(chunk as Buffer)])
    const isHeld = !isTerminal && bytes.at(-1) === END_OF_TRANSMISSION[0]
    held = isHeld ? END_OF_TRANSMISSION : Buffer.alloc(0)
    if (socket.write(isHeld ? bytes.subarray(0, -1) : bytes)) return
    input.pause()
    socket.once('drain', () => input.resume())
  }
  const end = () => {
    if (socket.writable) socket.write(Buffer.concat([held, END_OF_TRANSMISSION]))
  }
  // A terminal that is gone says EIO; its signal decides.
  const fail = () => input.pause()
  input.on('data', pass).once('end', end).on('error', fail)
  return () => void input.off('data', pass).off('end', end).off('error', fail).pause()
}

/**
 * The attached stream has no place for an exit status, so the command is followed by an echo of it,
 * as Heroku's own CLI has it (devcenter.heroku.com/articles/one-off-dynos).
 */
const MARKER = Buffer.from('\uFFFF heroku-command-exit-status: ')

/**
 * The space before `;` leaves a process type's name a word of its own, which the platform resolves.
 */
export const withExitMarker = (command: string): string =>
  `${command} ; echo "\uFFFF heroku-command-exit-status: $?"`

interface ExitMarkerReader {
  /**
   * The bytes that are output for certain by now: a marker, and what may become one, is held back
   * until something follows it.
   */
  take(chunk: Buffer): Buffer
  /** At the end of the stream: what was held back and was no marker. */
  rest(): Buffer
  /** 0 to 255, as long as nothing came after it. */
  readonly status: number | undefined
}

export function exitMarkerReader(): ExitMarkerReader {
  let held: Buffer = Buffer.alloc(0)
  const statusOf = () => {
    const [, digits] = /^(\d{1,3})\r?\n$/.exec(held.toString('latin1', MARKER.length)) ?? []
    return digits === undefined ? undefined : Number(digits)
  }
  return {
    get status() {
      return statusOf()
    },
    take(chunk) {
      const bytes = Buffer.concat([held, chunk])
      const at = bytes.lastIndexOf(MARKER)
      const isMarker =
        at !== -1 && /^\d{0,3}$|^\d{1,3}\r?\n?$/.test(bytes.toString('latin1', at + MARKER.length))
      const end = isMarker ? at : bytes.length - beginningAtEnd(bytes)
      held = bytes.subarray(end)
      return bytes.subarray(0, end)
    },
    rest() {
      const left = statusOf() === undefined ? held : Buffer.alloc(0)
      held = Buffer.alloc(0)
      return left
    },
  }
}

/** How many bytes at the end may begin a marker. */
function beginningAtEnd(bytes: Buffer): number {
  for (let length = Math.min(MARKER.length - 1, bytes.length); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(MARKER.subarray(0, length))) return length
  }
  return 0
}
