/** Whole numbers of one byte for every 7 bits (LEB128), and short texts: what a record is made of. */

const FIRST_ROOM = 4096

/** Grows as it is filled; what it gave out is overwritten by the next use. */
export class ByteWriter {
  private bytes = Buffer.allocUnsafe(FIRST_ROOM)
  length = 0

  /** Begins anew. */
  clear(): void {
    this.length = 0
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.grow(1)
    this.bytes[this.length++] = value
  }

  /** A whole number from 0 to 2^53; anything else is written as the nearest of them. */
  count(value: number): void {
    let rest = value >= 0 ? Math.min(Math.round(value), Number.MAX_SAFE_INTEGER) : 0
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.byte(rest)
  }

  /** A number in units of `unit`, or that it is not known. */
  figure(value: number | undefined, unit: number): void {
    this.count(value === undefined || Number.isNaN(value) ? 0 : 1 + Math.max(0, value) / unit)
  }

  text(value: string): void {
    const size = Buffer.byteLength(value)
    this.count(size)
    this.grow(size)
    this.bytes.write(value, this.length)
    this.length += size
  }

  /** Another's bytes, behind their number. */
  part(other: ByteWriter): void {
    this.count(other.length)
    this.grow(other.length)
    other.bytes.copy(this.bytes, this.length, 0, other.length)
    this.length += other.length
  }

  /** What was written, as it stands in this writer: valid until the next write. */
  get written(): Buffer {
    return this.bytes.subarray(0, this.length)
  }

  private grow(by: number): void {
    if (this.length + by <= this.bytes.length) return
    const bytes = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.length + by))
    this.bytes.copy(bytes, 0, 0, this.length)
    this.bytes = bytes
  }
}

/** Reads what ByteWriter wrote. Past the end there are zeros: a checksum says beforehand if it fits. */
export class ByteReader {
  constructor(
    private readonly bytes: Buffer,
    public at = 0,
  ) {}

  byte(): number {
    return this.bytes[this.at++] ?? 0
  }

  count(): number {
    let byte = this.byte()
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    let weight = 0x80
    do {
      byte = this.byte()
      value += (byte & 0x7f) * weight
      weight *= 0x80
    } while (byte >= 0x80)
    return value
  }

  /** NaN if it is not known. */
  figure(unit: number): number {
    const value = this.count()
    return value === 0 ? NaN : (value - 1) * unit
  }

  text(): string {
    const size = this.count()
    this.at += size
    return this.bytes.toString('utf8', this.at - size, this.at)
  }

  /** Passes over a part that ByteWriter.part wrote; where it begins. */
  skipPart(): number {
    const size = this.count()
    const from = this.at
    this.at += size
    return from
  }
}
