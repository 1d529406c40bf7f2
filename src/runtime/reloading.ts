import type { God } from './god.js'
import type { Instance } from './instances.js'

/** `pm2 reload all`: one instance after the other, those that wait for a restart left out. Resolves with the first error, which ends it. */
export async function reloadAll(god: God, instances: Instance[]): Promise<unknown> {
  for (const instance of instances) {
    if (instance.hasEnded) continue
    const error = await reload(god, instance)
    if (error) return error
  }
  return undefined
}

/** PM2's reload of one instance: in cluster mode its successor listens before it is told to go; else a restart. Resolves with the error, if any. */
function reload(god: God, instance: Instance): Promise<unknown> {
  return new Promise((resolve) => god.reloadProcessId({ id: Number(instance.keeper.pm2_env.pm_id) }, resolve))
}
