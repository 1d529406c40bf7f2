/**
 * Records in a file: slots of 1 MiB, the oldest overwritten when there are 60. Numbers are
 * little-endian.
 *
 *   slot    "shipit-h", u32 version, u32 sequence (1, 2, …), u32 CRC-32 of these, zeros to byte 32;
 *           then records, each:
 *   record  u32 length, u32 CRC-32 of what follows, begun with the slot's sequence; the bytes of
 *           record.ts
 *
 * A slot ends at the first record that is cut off or of another sequence: what is left of an older
 * use. A slot of another version is as good as none. Nothing is written but behind the last record
 * and in the oldest slot, so that a process that is killed loses what it had not written, and a
 * reader may come at any moment.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { readFrame, type Frame } from './frames.js'
import { Names } from './names.js'
import { FORMAT } from './record.js'
import { SLOT } from './slots.js'

const MAGIC = 'shipit-h'
const HEAD_AT = { version: 8, sequence: 12, checksum: 16 } as const

export interface RingSlot {
  /** Its place in the file. */
  index: number
  sequence: number
  names: Names
  frames: Frame[]
  /** Bytes that are taken. */
  used: number
}

export function slotHead(sequence: number): Buffer {
  const head = Buffer.alloc(SLOT.head)
  head.write(MAGIC)
  head.writeUInt32LE(FORMAT, HEAD_AT.version)
  head.writeUInt32LE(sequence, HEAD_AT.sequence)
  head.writeUInt32LE(crc32(head.subarray(0, HEAD_AT.checksum)), HEAD_AT.checksum)
  return head
}

export function sealedRecord(bytes: Buffer, sequence: number): Buffer {
  const sealed = Buffer.allocUnsafe(SLOT.recordHead + bytes.length)
  sealed.writeUInt32LE(bytes.length, 0)
  sealed.writeUInt32LE(crc32(bytes, sequence), 4)
  bytes.copy(sealed, SLOT.recordHead)
  return sealed
}

/** The slots of a file, in the order of their making; empty if the file is missing. */
export async function readRing(file: string): Promise<RingSlot[]> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!handle) return []
  const slots: RingSlot[] = []
  try {
    for (let index = 0; ; index += 1) {
      const bytes = await bytesOfSlot(handle, index)
      if (bytes.length === 0) break
      const slot = readSlot(bytes, index)
      if (slot) slots.push(slot)
    }
  } finally {
    await handle.close()
  }
  return slots.sort((one, other) => one.sequence - other.sequence)
}

/**
 * Each slot in memory of its own: a record that is kept holds no more than that, and what is older
 * than a day is let go of.
 */
async function bytesOfSlot(handle: FileHandle, index: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(SLOT.size)
  let length = 0
  for (;;) {
    const at = index * SLOT.size + length
    const { bytesRead } = await handle.read(bytes, length, SLOT.size - length, at)
    length += bytesRead
    if (bytesRead === 0 || length === SLOT.size) return bytes.subarray(0, length)
  }
}

function readSlot(bytes: Buffer, index: number): RingSlot | undefined {
  if (bytes.length < SLOT.head) return undefined
  const sequence = bytes.readUInt32LE(HEAD_AT.sequence)
  if (!slotHead(sequence).equals(bytes.subarray(0, SLOT.head))) return undefined
  const names = new Names()
  const frames: Frame[] = []
  let used: number = SLOT.head
  while (used + SLOT.recordHead < bytes.length) {
    const from = used + SLOT.recordHead
    const end = from + bytes.readUInt32LE(used)
    if (end === from || end > bytes.length) break
    const record = bytes.subarray(from, end)
    if (crc32(record, sequence) !== bytes.readUInt32LE(used + 4)) break
    frames.push(readFrame(record, names))
    used = end
  }
  return { index, sequence, names, frames, used }
}
