import { closeSync, openSync, readSync } from 'node:fs'

/** Bytes that are read at once: more than most of these files have. */
const SIZE = 16_384

/** One for all: such a file does not say how long it is, and Node would make 64 KB for each, which the process then keeps. */
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
 * One number of /proc/PID/stat, as proc(5) counts its fields, from the third on; NaN if it has fewer. Makes no text: all processes of a machine are asked for it.
 * Throws as `readFileSync`.
 */
export function readStatField(pid: number, field: number): number {
  let value = NaN
  readPieces(`/proc/${pid}/stat`, (bytes, count) => {
    // The name in parentheses may hold spaces and parentheses; what is behind it holds neither.
    let at = bytes.lastIndexOf(0x29, count - 1) + 2
    for (let number = 3; number < field && at > 0; number += 1) at = bytes.indexOf(0x20, at) + 1
    const end = at > 0 ? bytes.indexOf(0x20, at) : -1
    if (end > at && end < count) value = Number(bytes.toString('latin1', at, end))
    return false
  })
  return value
}

/** `take` says whether it wants more. */
function readPieces(file: string, take: (bytes: Buffer, count: number) => boolean): void {
  const bytes = (room ??= Buffer.allocUnsafeSlow(SIZE))
  const from = openSync(file, 'r')
  try {
    for (let count = readSync(from, bytes, 0, SIZE, null); count > 0 && take(bytes, count); ) count = readSync(from, bytes, 0, SIZE, null)
  } finally {
    closeSync(from)
  }
}
