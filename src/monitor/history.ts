const FIRST_ROOM = 16

/**
 * The last `most` points in time of a few figures, for charts: 8 bytes a time and 4 a figure, taken
 * as they are needed.
 */
export class History<Name extends string> {
  private times = new Float64Array(FIRST_ROOM)
  private figures: Record<Name, Float32Array>
  private next = 0
  private count = 0

  constructor(
    private readonly names: readonly Name[],
    readonly most: number,
  ) {
    this.figures = this.room(FIRST_ROOM)
  }

  /** A figure that is not known is NaN. @param time ms since the epoch */
  push(time: number, values: Record<Name, number | undefined>): void {
    if (this.count === this.times.length && this.count < this.most) this.grow()
    this.times[this.next] = time
    for (const name of this.names) this.figures[name][this.next] = values[name] ?? NaN
    this.next = (this.next + 1) % this.times.length
    this.count = Math.min(this.count + 1, this.times.length)
  }

  get length(): number {
    return this.count
  }

  /** Oldest first, ms since the epoch. */
  get at(): Float64Array {
    return this.inOrder(this.times)
  }

  /** Oldest first, as long as `at`. */
  of(name: Name): Float32Array {
    return this.inOrder(this.figures[name])
  }

  /** The newest; undefined if there is none yet. */
  latest(name: Name): number | undefined {
    return this.count === 0 ? undefined : this.figures[name][this.before(1)]
  }

  /**
   * Visits the points since a time, oldest first, without a copy. Of a day's points only those are
   * looked at, since they came in their order.
   */
  each(name: Name, since: number, visit: (time: number, value: number) => void): void {
    const figures = this.figures[name]
    let steps = 0
    while (steps < this.count && this.times[this.before(steps + 1)]! >= since) steps += 1
    for (; steps > 0; steps -= 1)
      visit(this.times[this.before(steps)]!, figures[this.before(steps)]!)
  }

  /** Where the point lies that came so many before the next one. */
  private before(steps: number): number {
    return (this.next - steps + this.times.length) % this.times.length
  }

  private inOrder<T extends Float32Array | Float64Array>(ring: T): T {
    if (this.count < ring.length) return ring.slice(0, this.count) as T
    const ordered = ring.slice() as T
    ordered.set(ring.subarray(this.next), 0)
    ordered.set(ring.subarray(0, this.next), ring.length - this.next)
    return ordered
  }

  /** Only ever called when the ring is full and has not turned: `next` is 0. */
  private grow(): void {
    const size = Math.min(2 * this.count, this.most)
    const times = new Float64Array(size)
    times.set(this.at)
    const figures = this.room(size)
    for (const name of this.names) figures[name].set(this.of(name))
    this.times = times
    this.figures = figures
    this.next = this.count
  }

  private room(size: number): Record<Name, Float32Array> {
    return Object.fromEntries(this.names.map((name) => [name, new Float32Array(size)])) as Record<
      Name,
      Float32Array
    >
  }
}
