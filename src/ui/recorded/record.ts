/** What was recorded of an app, for `show --since` and `ps --at`. */
import { ShipitError } from '../../errors.js'
import { getApp, type PlatformApi } from '../../heroku/index.js'
import { openHistory, type AppHistory } from '../../history/index.js'
import { clock } from '../phrases.js'

export interface Recorded {
  id: string
  app: string
  history: AppHistory
  /** ms since the epoch. */
  span: { from: number; to: number }
}

/**
 * The history of an app as far as it was recorded; nothing is added to it.
 * @param folders where records lie, the one that is taken first
 * @throws ShipitError `not_found` if nothing was recorded
 */
export async function recordedHistory(
  api: PlatformApi,
  app: string,
  folders: readonly string[],
): Promise<Recorded> {
  const { id } = await getApp(api, app)
  const history = await openHistory({ app, id, others: folders })
  const { span } = history
  if (span) return { id, app, history, span }
  throw new ShipitError('not_found', {
    message: `Nothing was recorded of ${app}.`,
    why: RECORDED,
    next: `shipit dashboard --record --app ${app}`,
  })
}

const RECORDED =
  'The embedded Heroku records its apps as long as it runs, a day of each; an app on Heroku is ' +
  'recorded while `shipit dashboard --record` runs.'

/** Records there are, of other times. @param asked in words: `since 14:05:00` */
export const notThen = (app: string, asked: string, { from, to }: { from: number; to: number }) =>
  new ShipitError('not_found', {
    message: `Nothing was recorded of ${app} ${asked}.`,
    why: `There are records from ${when(from)} to ${when(to)}. ${RECORDED}`,
    next: `shipit show --since ${new Date(from).toISOString()} --app ${app}`,
  })

/** `14:05:00`, with its day if that is not today. @param time ms since the epoch */
export function when(time: number, now = Date.now()): string {
  const date = new Date(time)
  return date.toDateString() === new Date(now).toDateString()
    ? clock(time)
    : `${date.toLocaleDateString('en-CA')} ${clock(time)}`
}
