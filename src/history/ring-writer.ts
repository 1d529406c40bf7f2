import { chmod, open, type FileHandle } from 'node:fs/promises'
import type { Frame } from './frames.js'
import { KEPT } from './frames.js'
import { sealedRecord, slotHead, type RingSlot } from './ring-file.js'
import { SLOT } from './slots.js'
import { SPAN } from './span.js'

/** 60 MiB, which is less than 64 MB. */
const MOST_SLOTS = 60
/** Records that wait for a disk that takes none: 20 minutes of them. */
const MOST_WAITING = 60

interface Waiting {
  bytes: Buffer
  span: number
  /** Whether it begins a slot. */
  isFirst: boolean
}

/** Appends records to a ring file, in their order, while others may read it. */
export class RingWriter {
  private readonly slots: Pick<RingSlot, 'index' | 'sequence'>[]
  private readonly lastSpans = new Map<number, number>()
  private at: number
  private waiting: Waiting[] = []
  private isTurnDue: boolean
  private writing: Promise<void> | undefined
  private isTold = false

  /**
   * @param slots what readRing found in the file
   * @param report is told once of a disk that takes nothing, and that it does again
   * @param onLost called when records were given up: the names that they defined are not known
   */
  private constructor(
    private readonly handle: FileHandle,
    private readonly file: string,
    slots: readonly RingSlot[],
    private readonly report: (problem: string) => void,
    private readonly onLost: () => void,
  ) {
    this.slots = slots.map(({ index, sequence }) => ({ index, sequence }))
    for (const { index, frames } of slots) this.lastSpans.set(index, frames.at(-1)?.span ?? 0)
    this.at = slots.at(-1)?.used ?? SLOT.head
    this.isTurnDue = slots.length === 0
  }

  /** Makes the file, for its owner alone, if there is none. */
  static async open(
    file: string,
    slots: readonly RingSlot[],
    report: (problem: string) => void,
    onLost: () => void,
  ): Promise<RingWriter> {
    // Not truncated: `a` would not write in the middle.
    const handle = await open(file, 'r+', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return open(file, 'w+', 0o600)
      throw error
    })
    await chmod(file, 0o600)
    return new RingWriter(handle, file, slots, report, onLost)
  }

  /** The next record begins a slot. */
  turn(): void {
    this.isTurnDue = true
  }

  append({ bytes, span }: Pick<Frame, 'bytes' | 'span'>): void {
    this.waiting.push({ bytes, span, isFirst: this.isTurnDue })
    this.isTurnDue = false
    this.writing ??= this.write()
    if (this.waiting.length > MOST_WAITING) this.giveUp()
  }

  /** Writes what waits, if the disk takes it, and lets go of the file. */
  async close(): Promise<void> {
    await this.writing
    if (this.waiting.length > 0) await (this.writing = this.write())
    await this.handle.close()
  }

  private async write(): Promise<void> {
    try {
      for (let next = this.waiting[0]; next; next = this.waiting[0]) {
        const place = next.isFirst ? this.nextPlace(next.span) : this.slots.at(-1)!
        const { sequence } = place
        const record = sealedRecord(next.bytes, sequence)
        const bytes = next.isFirst ? Buffer.concat([slotHead(sequence), record]) : record
        const at = next.isFirst ? 0 : this.at
        await this.writeAt(bytes, place.index * SLOT.size + at)
        if (next.isFirst) this.begin(place)
        this.at = at + bytes.length
        this.lastSpans.set(place.index, next.span)
        if (this.waiting[0] === next) this.waiting.shift()
        if (this.isTold) this.report(`${this.file} is written again`)
        this.isTold = false
      }
    } catch (error) {
      // A full disk must not end who records: the next record tries again.
      if (!this.isTold) this.report(`cannot write ${this.file}: ${(error as Error).message}`)
      this.isTold = true
    } finally {
      this.writing = undefined
    }
  }

  private async writeAt(bytes: Buffer, at: number): Promise<void> {
    let written = 0
    while (written < bytes.length) {
      const { bytesWritten } = await this.handle.write(
        bytes,
        written,
        bytes.length - written,
        at + written,
      )
      written += bytesWritten
    }
  }

  private begin(place: Pick<RingSlot, 'index' | 'sequence'>): void {
    const reused = this.slots.findIndex(({ index }) => index === place.index)
    if (reused >= 0) this.slots.splice(reused, 1)
    this.slots.push(place)
  }

  /** The place of the oldest slot, if all it has is older than a day or there is no other. */
  private nextPlace(span: number): Pick<RingSlot, 'index' | 'sequence'> {
    const sequence = (this.slots.at(-1)?.sequence ?? 0) + 1
    const taken = new Set(this.slots.map(({ index }) => index))
    const oldest = this.slots[0]
    const isOver =
      oldest !== undefined && (this.lastSpans.get(oldest.index) ?? 0) < span - KEPT / SPAN
    if (oldest && this.slots.length > 1 && (isOver || taken.size >= MOST_SLOTS))
      return { index: oldest.index, sequence }
    let index = 0
    while (taken.has(index)) index += 1
    return { index, sequence }
  }

  private giveUp(): void {
    this.waiting = []
    this.isTurnDue = true
    this.onLost()
  }
}
