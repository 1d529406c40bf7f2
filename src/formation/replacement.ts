import { ShipitError } from '../errors.js'
import { lastOutput, listDynos, streamLogs, type Dyno, type PlatformApi } from '../heroku/index.js'
import { until } from '../until.js'

interface ReplacementOptions {
  /** ms until the wait is given up. */
  timeout: number
  /** ms between two looks; default 250. */
  poll?: number | undefined
  signal?: AbortSignal | undefined
  /** What a failure leaves behind, as a sentence of its `why`. */
  consequence: string
}

/**
 * Waits until each of these dynos, which were told to restart, has a successor of its name that is up. Answers with the successors.
 * @throws ShipitError `boot` at once when a successor crashes, with its last output, and when one is not up in time
 */
export async function waitForReplacement(api: PlatformApi, app: string, old: readonly Dyno[], { timeout, poll, signal, consequence }: ReplacementOptions): Promise<Dyno[]> {
  let successors: Dyno[] = []
  const ended = await until(async () => {
    const now = await listDynos(api, app)
    successors = old.flatMap(({ name, id }) => now.find((dyno) => dyno.name === name && dyno.id !== id) ?? [])
    const crashed = successors.find(({ state }) => state === 'crashed')
    if (crashed) return { crashed }
    return successors.length === old.length && successors.every(({ state }) => state === 'up') && { crashed: undefined }
  }, { timeout, ...(poll === undefined ? {} : { every: poll }), signal })
  if (ended && !ended.crashed) return successors
  const failed = ended?.crashed ?? successors.find(({ state }) => state !== 'up') ?? old.find(({ name }) => !successors.some((one) => one.name === name)) ?? old[0]!
  const { text, ending } = await lastOutput((wanted) => streamLogs(api, app, { ...wanted, retries: 1 }), failed, poll)
  throw new ShipitError('boot', {
    message: ended ? `${failed.name} crashed when it was restarted.` : `${failed.name} did not come up within ${timeout / 1000} s.`,
    why: [consequence, text, ending].filter(Boolean).join('\n'),
    next: `shipit logs --dyno ${failed.name} --app ${app}`,
    details: { app, dyno: failed.name },
  })
}
