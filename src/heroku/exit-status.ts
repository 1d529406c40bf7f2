import { ShipitError } from '../errors.js'
import type { PlatformApi } from './client.js'
import { streamLogs } from './log-stream.js'
import type { Dyno } from './types.js'

/** ms that the platform's last word on a dyno may take to its log. */
const TIMEOUT_MS = 15_000

/**
 * The status that a one-off dyno has ended with, as the platform logs it; waits for it. Undefined
 * if the log does not tell within `patience` ms, or cannot be read.
 */
export async function exitStatusFromLog(
  api: PlatformApi,
  app: string,
  { name, created_at }: Pick<Dyno, 'name' | 'created_at'>,
  patience = TIMEOUT_MS,
): Promise<number | undefined> {
  const since = Math.floor(Date.parse(created_at) / 1000) * 1000
  try {
    for await (const { dyno, timestamp, message } of streamLogs(api, app, {
      lines: 100,
      tail: true,
      dyno: name,
      source: 'heroku',
      signal: AbortSignal.timeout(patience),
    })) {
      const [, status] = /^Process exited with status (\d+)$/.exec(message) ?? []
      // A dyno before it may have had its name.
      if (status !== undefined && dyno === name && Date.parse(timestamp) >= since)
        return Number(status)
    }
  } catch (error) {
    if (!(error instanceof ShipitError)) throw error
  }
  return undefined
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
