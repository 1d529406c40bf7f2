/** What a span has of the one before it. */
import { DynoSpan, MOST, Span } from './span.js'

/** A copy whose dynos may get more; what they have is shared. */
export function copyOf(span: Span): Span {
  const copy = Object.assign(Object.create(Span.prototype) as Span, span)
  const dynos = [...span.dynos].map(([name, dyno]): [string, DynoSpan] => [
    name,
    Object.assign(Object.create(DynoSpan.prototype) as DynoSpan, dyno, {
      rows: new Map(dyno.rows),
    }),
  ])
  return Object.assign(copy, { dynos: new Map(dynos) })
}

/**
 * What a span has no line of stands as it was in the one before, once; an instance that has no
 * figures, since it does not run, as long as its dyno is heard of.
 */
export function carry(before: Span, span: Span): void {
  for (const [name, last] of before.dynos) {
    const dyno = span.dynos.get(name)
    if (dyno?.isFresh || (!dyno && span.dynos.size >= MOST.dynos)) continue
    const isMemoryCarried =
      dyno?.memoryMb === undefined && last.memoryMb !== undefined && !last.isCarried
    const rows = [...last.rows].filter(
      ([id, row]) =>
        !dyno?.rows.has(id) &&
        !dyno?.gone.has(id) &&
        (!row.isCarried || (dyno !== undefined && row.memoryMb === undefined)),
    )
    if (rows.length === 0 && !isMemoryCarried) continue
    const into = dyno ?? new DynoSpan(name)
    if (!dyno) span.dynos.set(name, into)
    if (isMemoryCarried) {
      into.memoryMb = last.memoryMb
      into.loadAverage ??= last.loadAverage
      into.isCarried = true
    }
    for (const [id, row] of rows) into.rows.set(id, { ...row, isCarried: true })
  }
}
