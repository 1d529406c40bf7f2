import type { FormationModel } from '../../monitor/index.js'

/** What happened, for people to read. */
export interface Happening {
  /** ms since the epoch. */
  time: number
  /** `web.1 api:0`, `router`. */
  place: string
  text: string
  isBad: boolean
}

/**
 * The last changes of the app, or of one dyno, and the failed requests by their code, each with the
 * time of its last. Newest last.
 */
export function happenings(
  model: FormationModel,
  dyno: string | undefined,
  count: number,
): Happening[] {
  const known = dyno === undefined ? model : model.dynos.get(dyno)
  if (!known) return []
  const changes = known.events
    .latest(count)
    .map(({ time, dyno: name, app, instance, text, isBad }) => ({
      time,
      place: app === undefined ? name : `${name} ${app}:${instance}`,
      text,
      isBad,
    }))
  const failed = [...known.traffic.codes, ...known.traffic.statuses].map(
    ([code, { count: times, lastAt }]) => ({
      time: lastAt,
      place: 'router',
      text: `${code} x${times}`,
      isBad: true,
    }),
  )
  return [...changes, ...failed].sort((one, other) => one.time - other.time).slice(-count)
}

const two = (n: number) => String(n).padStart(2, '0')

/** `12:00:05`, in the reader's own zone. */
export function clock(time: number | string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime())
    ? '        '
    : [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
}
