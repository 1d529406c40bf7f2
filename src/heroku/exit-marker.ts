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
