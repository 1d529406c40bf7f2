import { ShipitError } from '../../errors.js'
import type { Release } from '../../heroku/index.js'
import { Switchover } from '../health/switchover.js'
import type { Platform } from '../platform.js'

/** Lines in which the end of the dynos before is sought; on a busy app time decides. */
const LINES = 500
/** ms that the log may take. */
const LOG_TIME = 5000

/**
 * Whether preboot still has to switch requests to a release, so that whoever deployed it is waiting
 * to judge it. Three calls at most, and none of them once the documented time is over.
 */
export async function isSwitching(
  platform: Platform,
  app: string,
  release: Pick<Release, 'created_at'>,
  webDynos: number,
): Promise<boolean> {
  const since = Date.parse(release.created_at)
  if (webDynos === 0 || Date.now() - since > platform.prebootSwitch) return false
  const preboot = await platform.feature(app, 'preboot')
  // Enabled after the release (schema: app-feature, updated_at), it has no part in it: the release
  // took over at once.
  if (!preboot?.enabled || Date.parse(preboot.updated_at) > since) return false
  const switchover = new Switchover(since, platform.prebootSwitch, webDynos)
  try {
    for await (const line of platform.logs(app, {
      lines: LINES,
      tail: false,
      signal: AbortSignal.timeout(LOG_TIME),
    }))
      switchover.read(line)
  } catch (error) {
    if (!(error instanceof ShipitError)) throw error
  }
  return !switchover.isOver
}
