import type { God } from './god.js'
import type { Instance, Instances } from './instances.js'
import { signal } from './proc.js'

/**
 * Asks an instance to stop and waits for its exit; SIGKILL when `within` ms are over. Node gets SIGINT, which is PM2's word and which the
 * preload takes as it takes SIGTERM; other interpreters get SIGTERM.
 */
export function stopInstance(instance: Instance, within: number, name: NodeJS.Signals = instance.app.interpreter.isNode ? 'SIGINT' : 'SIGTERM'): Promise<void> {
  if (instance.hasEnded) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => signal(instance.pid, 'SIGKILL'), within)
    instance.keeper.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    if (instance.app.options.shutdown_with_message === true && instance.keeper.send) instance.keeper.send('shutdown')
    else signal(instance.pid, name)
  })
}

/** Replaces God's kill, which polls ten times a second and says "failed to kill" each time. */
export function installStop(god: God, instances: Instances): void {
  god.killProcess = (pid, env, callback) => {
    const instance = instances.withPid(Number(pid))
    if (!instance) return callback(null, true)
    void stopInstance(instance, Number(env.kill_timeout)).then(() => callback(null, true))
  }
}
