/** What was recorded in a stretch of time, put together for `show --since`. */
import { countMarks, isAbout, type HistoryMark, type HistoryOf } from '../../history/index.js'
import type { Stretch } from '../../json/history.js'
import { naturalOrder } from '../../lib/dyno-name.js'
import type { Recorded } from './record.js'
import type { Choice } from './choice.js'

/** Puts together totals, and what happened meanwhile. @param range ms since the epoch */
export function stretchOf(
  { app, history, span }: Recorded,
  range: { from: number; to: number },
  choice: Choice,
): Stretch {
  const all = history.marks(range)
  const { total, dynos } = history.totals(range, choice)
  const isChosen = ({ place }: HistoryMark) => {
    const [dyno = '', instance] = place.split(' ')
    return !choice || choice(dyno, undefined) || choice(dyno, instance)
  }
  const marks = all.filter(isChosen)
  const chosen = dynos
    .map((dyno) => ({
      ...dyno,
      isWhole: !choice || choice(dyno.name, undefined),
      instances: dyno.instances.filter(
        ({ id }) => !choice || choice(dyno.name, undefined) || choice(dyno.name, id),
      ),
    }))
    .filter(({ isWhole, instances }) => isWhole || instances.length > 0)
    .sort((one, other) => naturalOrder(one.name, other.name))
  return {
    app,
    from: range.from,
    to: range.to,
    recordedFrom: span.from,
    total: { totals: total, counts: countMarks(marks) },
    dynos: chosen.map(({ name, size, instances, isWhole: _, ...totals }) => ({
      name,
      size,
      totals,
      counts: countMarks(all.filter((mark) => isAbout(mark, name))),
      instances: instances
        .map(({ id, ...one }) => ({
          id,
          totals: one,
          counts: countMarks(all.filter((mark) => isAbout(mark, name, id))),
        }))
        .sort((one, other) => naturalOrder(one.id, other.id)),
    })),
    marks,
  }
}

/** What the sparklines are of, if the history tells it apart: all, one dyno, or one instance. */
export function seriesPlace({ dynos }: Stretch, choice: Choice): HistoryOf | undefined {
  if (!choice) return {}
  const [dyno] = dynos
  if (dynos.length !== 1 || !dyno) return undefined
  if (choice(dyno.name, undefined)) return { dyno: dyno.name }
  const [instance] = dyno.instances
  return dyno.instances.length === 1 && instance
    ? { dyno: dyno.name, instance: instance.id }
    : undefined
}
