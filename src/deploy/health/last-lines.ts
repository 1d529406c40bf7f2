import { ShipitError } from '../../errors.js'
import { lastOutput } from '../../heroku/index.js'
import type { Deployment } from '../deployment.js'
import type { ReleaseWatch } from './release-watch.js'

/**
 * A failed boot or health with what the dyno concerned printed last: the one that crashed, else one
 * that is not up, else a web dyno.
 */
export async function withLastLines(
  { plan, platform, signal, timing }: Deployment,
  watch: ReleaseWatch,
  error: unknown,
): Promise<unknown> {
  if (
    signal.aborted ||
    !(error instanceof ShipitError) ||
    (error.code !== 'boot' && error.code !== 'health')
  )
    return error
  const dyno =
    watch.crashed?.dyno ??
    watch.dynos.find(({ state }) => state !== 'up') ??
    watch.dynos.find(({ type }) => type === 'web') ??
    watch.dynos[0]
  if (!dyno) return error
  const { code, message, why, next, details } = error
  const { text } = await lastOutput(
    (options) => platform.logs(plan.app, options),
    // One that crashed is started again at once, and the list may have its next life by now.
    watch.crashed ? { name: dyno.name, created_at: watch.release.created_at } : dyno,
    timing.lines,
  )
  return new ShipitError(code, {
    message,
    why: [why, text].filter(Boolean).join('\n'),
    next,
    details: { ...details, dyno: dyno.name },
  })
}
