import type { God } from './god.js'
import type { Instance, Instances } from './instances.js'
import { descendantsOf, signal } from './proc.js'

/**
 * Asks an instance to stop and waits for its exit; SIGKILL when `within` ms are over. Node gets SIGINT, which is PM2's word and which the
 * preload takes as it takes SIGTERM; its own children stay for the requests in flight. Another interpreter gets SIGTERM and, as a shell would
 * only wait for what it runs, so does all that it has started (`treekill: false` spares it).
 */
export function stopInstance(instance: Instance, within: number): Promise<void> {
  if (instance.hasEnded) return Promise.resolve()
  // Here, where each stop that is asked for begins: by the time of the exit God has given it its next status.
  instance.wasAsked = true
  const { pid, keeper, app } = instance
  const isTree = app.options.treekill !== false
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      for (const one of isTree ? [...descendantsOf(pid), pid] : [pid]) signal(one, 'SIGKILL')
    }, within)
    keeper.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    if (app.options.shutdown_with_message === true && keeper.send) return void keeper.send('shutdown')
    if (app.interpreter.isNode) return void signal(pid, 'SIGINT')
    for (const one of isTree ? [...descendantsOf(pid), pid] : [pid]) signal(one, 'SIGTERM')
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
