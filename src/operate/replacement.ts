import { isFirName } from '../lib/dyno-name.js'
import { ShipitError } from '../errors.js'
import { lastOutput, listDynos, streamLogs, type Dyno, type PlatformApi } from '../heroku/index.js'
import { untilFound } from './cadence.js'
import { DynoNews } from './dyno-news.js'
import { duration } from '../lib/duration.js'

interface ReplacementOptions {
  /** ms until the wait times out. */
  timeout: number
  /** ms between two polls if the log does not say when one is due; default 1000. */
  poll?: number | undefined
  /** What several waits in a row share; one of its own where absent. */
  news?: DynoNews | undefined
  signal?: AbortSignal | undefined
  /** Dynos that ran beside them when they were told: none of these is a successor. */
  others?: readonly Dyno[] | undefined
  /** What a failure leaves behind, as a sentence of its `why`. */
  consequence: string
}

/**
 * Waits until each of these dynos, which were told to restart, has a successor that is up: of its
 * name, or on Fir, if no dyno has the name of another, one that is new. Answers with the
 * successors.
 * @throws ShipitError `boot` at once when a successor crashes, with its last output, and when one
 *   is not up in time
 */
export async function waitForReplacement(
  api: PlatformApi,
  app: string,
  old: readonly Dyno[],
  options: ReplacementOptions,
): Promise<Dyno[]> {
  const { timeout, poll, signal, consequence, others = [], news = new DynoNews(api, app) } = options
  let successors: Dyno[] = []
  const known = new Set(others.map(({ id }) => id))
  const ended = await untilFound<{ crashed: Dyno | undefined }>(
    api,
    news,
    async () => {
      const now = await listDynos(api, app)
      successors = successorsOf(old, now, known)
      const crashed = successors.find(({ state }) => state === 'crashed')
      const up = old.length - successors.filter(({ state }) => state === 'up').length
      return crashed || up === 0 ? { answer: { crashed } } : { pending: { up, gone: 0 } }
    },
    { timeout, poll, signal, isJustAsked: true },
  ).finally(() => {
    if (!options.news) news.stop()
  })
  if (ended && !ended.crashed) return successors
  const failed =
    ended?.crashed ??
    successors.find(({ state }) => state !== 'up') ??
    old.find(({ name }) => !successors.some((one) => one.name === name)) ??
    old[0]!
  const { text, ending } = await lastOutput(
    (wanted) => streamLogs(api, app, { ...wanted, retries: 1 }),
    failed,
    poll,
  )
  throw new ShipitError('boot', {
    message: ended
      ? `${failed.name} crashed when it was restarted.`
      : `${failed.name} did not come up within ${duration(timeout)}.`,
    why: [consequence, text, ending].filter(Boolean).join('\n'),
    next: `shipit logs --dyno ${failed.name} --app ${app}`,
    details: { app, dyno: failed.name },
  })
}

function successorsOf(
  old: readonly Dyno[],
  now: readonly Dyno[],
  known: ReadonlySet<string>,
): Dyno[] {
  const taken = new Set([...known, ...old.map(({ id }) => id)])
  return old.flatMap((one) => {
    const successor = now.find(
      ({ id, name, type }) =>
        !taken.has(id) && (isFirName(one.name) ? type === one.type : name === one.name),
    )
    if (!successor) return []
    taken.add(successor.id)
    return [successor]
  })
}
