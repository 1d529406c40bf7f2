import { ByteWriter } from './bytes.js'
import { frameOf, type Frame } from './frames.js'
import { Names } from './names.js'
import { writeRecord } from './record.js'
import type { Span, Surroundings } from './span.js'

/** Bytes of a slot, and of what stands in it before its records and before each of them. */
export const SLOT = { size: 1024 * 1024, head: 32, recordHead: 8 } as const

/**
 * Draws records one after the other, and begins anew with names when a slot is full: a slot can be
 * read by itself, so that the oldest may go.
 */
export class SlotWriter {
  private readonly writer = new ByteWriter()

  /**
   * @param names those that the slot has already
   * @param used bytes of the slot that are taken
   * @param onTurn called before the first record of a new slot
   */
  constructor(
    private readonly onTurn: () => void = () => {},
    private names = new Names(),
    private used: number = SLOT.head,
  ) {}

  draw(span: Span, around: Surroundings, how: { isPartial: boolean; isAnew: boolean }): Frame {
    let bytes = this.bytesOf(span, around, how)
    if (this.used + SLOT.recordHead + bytes.length > SLOT.size) {
      this.turn()
      bytes = this.bytesOf(span, around, how)
    }
    this.used += SLOT.recordHead + bytes.length
    return frameOf(Buffer.from(bytes), this.names)
  }

  /** The next record begins a slot. */
  turn(): void {
    this.names = new Names()
    this.used = SLOT.head
    this.onTurn()
  }

  private bytesOf(...[span, around, how]: Parameters<SlotWriter['draw']>): Buffer {
    this.writer.clear()
    writeRecord(this.writer, span, this.names, around, how)
    return this.writer.written
  }
}
