import type { ByteReader, ByteWriter } from './bytes.js'

/**
 * How many requests took how long, in classes: each ms below 16 is one, and each doubling above is
 * cut into 16. The middle of a class is at most 1/32 (3.2%) from any time in it.
 */
const FINE = 16
const BITS = 4
/** 16 doublings of 16 ms are 17 minutes: a longer one (a web socket) counts as that. */
const DOUBLINGS = 16
export const CLASSES = FINE + FINE * DOUBLINGS

/** Of a dyno's span that has more classes than this, two neighbours are one: then it is 6.5%. */
const MOST_FINE_CLASSES = 24

/** The class of a time in whole ms, as the router tells it. */
function classOf(ms: number): number {
  const time = ms > 0 ? Math.round(ms) : 0
  if (time < FINE) return time
  const doubling = 31 - Math.clz32(time) - BITS
  if (doubling >= DOUBLINGS) return CLASSES - 1
  return FINE + FINE * doubling + (time >> doubling) - FINE
}

/** The middle of a class, in ms. */
function timeOfClass(index: number): number {
  if (index < FINE) return index
  const doubling = Math.floor((index - FINE) / FINE)
  const from = (FINE + ((index - FINE) % FINE)) * 2 ** doubling
  return from + (2 ** doubling - 1) / 2
}

/** How many requests of each class: a span of one dyno, or all of a day. */
export type Classes = Map<number, number>

export const addTime = (to: Classes, ms: number): void => {
  const at = classOf(ms)
  to.set(at, (to.get(at) ?? 0) + 1)
}

/** @param isFine whether neighbours stay apart, however many there are */
export function writeClasses(to: ByteWriter, classes: Classes, isFine: boolean): void {
  const width = !isFine && classes.size > MOST_FINE_CLASSES ? 2 : 1
  const counts = new Map<number, number>()
  for (const [at, count] of classes) {
    const wide = Math.floor(at / width)
    counts.set(wide, (counts.get(wide) ?? 0) + count)
  }
  const sorted = [...counts].sort(([one], [other]) => one - other)
  to.count(2 * sorted.length + (width - 1))
  let last = -1
  for (const [at, count] of sorted) {
    const gap = at - last - 1
    // A neighbour, the usual one, takes no place for its distance.
    if (gap > 0) {
      to.byte(0)
      to.count(gap)
    }
    to.count(count)
    last = at
  }
}

/** Gives each class that was written to `take`: so many of `width` classes from `at` on. */
export function readClasses(
  from: ByteReader,
  take?: (at: number, width: number, count: number) => void,
): void {
  const head = from.count()
  const width = 1 + (head % 2)
  let at = -1
  for (let left = Math.floor(head / 2); left > 0; left -= 1) {
    let count = from.count()
    if (count === 0) {
      at += from.count()
      count = from.count()
    }
    at += 1
    take?.(width * at, width, count)
  }
}

/** Adds what was written to `into`, which has a place for each of CLASSES. */
export function addClasses(from: ByteReader, into: Float64Array): void {
  readClasses(from, (at, width, count) => {
    for (let next = at; next < at + width; next += 1) into[next]! += count / width
  })
}

/** The least time that a share of all requests did not exceed, in ms; NaN if there were none. */
export function percentile(counts: Float64Array, share: number): number {
  let total = 0
  for (const count of counts) total += count
  if (total === 0) return NaN
  // Halves of a shared class must not make the last one unreachable.
  const rank = share * total - 1e-6
  let passed = 0
  for (let at = 0; at < counts.length; at += 1) {
    passed += counts[at]!
    if (passed >= rank && counts[at]! > 0) return timeOfClass(at)
  }
  return NaN
}
