import type { Names } from './names.js'
import { ByteReader } from './bytes.js'
import { FLAGS, readHead, type Head } from './record.js'
import { SPAN } from './span.js'

/** A record as it is kept, and what its numbers name. */
export interface Frame extends Head {
  bytes: Buffer
  names: Names
}

export const frameOf = (bytes: Buffer, names: Names): Frame => ({
  ...readHead(bytes),
  bytes,
  names,
})

/** Takes a record that was read: the names that it defines are added to those of its slot. */
export function readFrame(bytes: Buffer, names: Names): Frame {
  const frame = frameOf(bytes, names)
  names.read(new ByteReader(bytes, frame.definitionsAt))
  return frame
}

/** ms that are kept. */
export const KEPT = 24 * 60 * 60_000
/** Bytes of records in memory, as in a file. */
const MOST_BYTES = 60 * 1024 * 1024

/** The records of a day, oldest first, one a span: of two the later one stands. */
export class Frames {
  private frames: Frame[] = []
  private bytes = 0

  get all(): readonly Frame[] {
    return this.frames
  }

  add(frame: Frame): void {
    let last = this.frames.at(-1)
    const isAnew = (frame.flags & FLAGS.anew) !== 0
    while (last && (last.span === frame.span || (isAnew && last.span > frame.span))) {
      this.bytes -= last.bytes.length
      this.frames.pop()
      last = this.frames.at(-1)
    }
    // Two writers never take turns backwards: it is of a file that was changed by somebody else.
    if (last && last.span > frame.span) return
    this.frames.push(frame)
    this.bytes += frame.bytes.length
    this.trim(frame.span - KEPT / SPAN)
  }

  /** The newest; it is taken out if its span was not over when it was written. */
  takeOpen(): Frame | undefined {
    const last = this.frames.at(-1)
    if (last && (last.flags & FLAGS.partial) !== 0) {
      this.frames.pop()
      this.bytes -= last.bytes.length
    }
    return last
  }

  /** Those that have a part of a stretch of time, ms since the epoch. */
  between(from: number, to: number): readonly Frame[] {
    const first = this.firstAfter(Math.floor(from / SPAN) - 1)
    const last = this.firstAfter(Math.floor((to - 1) / SPAN))
    return this.frames.slice(first, last)
  }

  /** How many there are up to a span. */
  private firstAfter(span: number): number {
    let [low, high] = [0, this.frames.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.frames[middle]!.span <= span) low = middle + 1
      else high = middle
    }
    return low
  }

  /** By the hundred: shifting an entry a record would cost more than the record. */
  private trim(oldest: number): void {
    const isOver = (this.frames[100]?.span ?? Infinity) < oldest
    if (isOver || this.bytes > MOST_BYTES) {
      const removed = this.frames.splice(0, 100)
      for (const { bytes } of removed) this.bytes -= bytes.length
    }
  }
}
