import { closeSync, openSync, readSync } from 'node:fs'

/** Bytes that are read at once: more than most of these files have. */
const SIZE = 16_384

/**
 * One for all: such a file does not say how long it is, and Node would make 64 KB for each, which
 * the process then keeps.
 */
let room: Buffer | undefined

/** The text of a file of /proc. Throws as `readFileSync`. */
export function readKernelFile(file: string): string {
  let text = ''
  readPieces(file, (bytes, count) => {
    text += bytes.toString('latin1', 0, count)
    return true
  })
  return text
}

/**
 * As `readKernelFile`; undefined where there is no such file, or a sandbox hides it. @param read
 * for tests
 */
export function readIfThere(file: string, read = readKernelFile): string | undefined {
  try {
    return read(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) return undefined
    throw error
  }
}

/**
 * One number of /proc/PID/stat, as proc(5) counts its fields, from the third on; NaN if it has
 * fewer. Makes no text: all processes of a machine are asked for it.
 * Throws as `readFileSync`.
 */
export function readStatField(pid: number, field: number): number {
  let value = NaN
  readPieces(`/proc/${pid}/stat`, (bytes, count) => {
    value = numberAt(bytes, count, field)
    return false
  })
  return value
}

/**
 * The letter of /proc/PID/stat that says what a process does: its third field; '' if there is none.
 * Throws as `readFileSync`.
 */
export function readStatState(pid: number): string {
  let state = ''
  readPieces(`/proc/${pid}/stat`, (bytes, count) => {
    const at = nameEnd(bytes, count) + 2
    if (at > 1 && at < count) state = String.fromCharCode(bytes[at]!)
    return false
  })
  return state
}

const PARENTHESIS = 0x29
const SPACE = 0x20
const ZERO = 0x30

/**
 * Where the name ends, which may itself hold spaces and parentheses; -1 if nowhere. By hand: each
 * call of a buffer's own methods leaves garbage behind.
 */
function nameEnd(bytes: Buffer, count: number): number {
  let at = count - 1
  while (at >= 0 && bytes[at] !== PARENTHESIS) at -= 1
  return at
}

function numberAt(bytes: Buffer, count: number, field: number): number {
  let at = nameEnd(bytes, count) + 2
  if (at < 2) return NaN
  for (let number = 3; number < field; at += 1) {
    if (at >= count) return NaN
    if (bytes[at] === SPACE) number += 1
  }
  let value = NaN
  for (; at < count && bytes[at]! > SPACE; at += 1) {
    const digit = bytes[at]! - ZERO
    if (digit < 0 || digit > 9) return NaN
    value = (Number.isNaN(value) ? 0 : value) * 10 + digit
  }
  return at < count ? value : NaN
}

/** `take` says whether it wants more. */
function readPieces(file: string, take: (bytes: Buffer, count: number) => boolean): void {
  const bytes = (room ??= Buffer.allocUnsafeSlow(SIZE))
  const from = openSync(file, 'r')
  try {
    for (let count = readSync(from, bytes, 0, SIZE, null); count > 0 && take(bytes, count);)
      count = readSync(from, bytes, 0, SIZE, null)
  } finally {
    closeSync(from)
  }
}
