import type { PlatformApi } from '../heroku/index.js'
import { takeSnapshot, type SnapshotOptions } from './snapshot.js'
import { reportDynos } from './report.js'

/**
 * How many instances of each app of the ecosystem file one dyno has now, as the app's log tells:
 * the most of any dyno. Empty if no line tells of one.
 */
export async function countInstances(
  api: PlatformApi,
  app: string,
  options: Pick<SnapshotOptions, 'onFollow'> = {},
): Promise<Map<string, number>> {
  const { dynos, model } = await takeSnapshot(api, app, options)
  const most = new Map<string, number>()
  for (const { instances } of reportDynos(dynos, model, Date.now())) {
    for (const name of new Set(instances.map((instance) => instance.app))) {
      const count = instances.filter(
        (instance) => instance.app === name && instance.pid !== null,
      ).length
      if (count > (most.get(name) ?? 0)) most.set(name, count)
    }
  }
  return most
}
