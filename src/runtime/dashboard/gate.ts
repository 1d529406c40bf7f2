import type { App } from '../app.js'
import type { Exits } from '../exits.js'
import type { Instances } from '../instances.js'
import type { Scaling } from '../scaling.js'
import type { Gate } from './remote.js'

export interface GateSettings {
  apps: App[]
  instances: Instances
  exits: Exits
  scaling: Scaling
  /** Divides the memory anew among the instances that there are. */
  rebudget(): void
  isStopping(): boolean
}

/** The supervisor's word on what the dashboard asks for. */
export function makeGate({
  apps,
  instances,
  exits,
  scaling,
  rebudget,
  isStopping,
}: GateSettings): Gate {
  const named = (name: string): App => {
    const app = apps.find((one) => one.name === name)
    if (!app) throw new Error(`there is no app ${name}`)
    return app
  }
  return {
    isStopping,
    count: (name) => scaling.count(named(name)),
    add: (name) => scaling.add(named(name)),
    remove: (name) => scaling.remove(named(name)),
    refusal: (name, more) => {
      const app = apps.find((one) => one.name === name)
      return !app
        ? `there is no app ${name}`
        : isStopping()
          ? 'the dyno is stopping'
          : scaling.refusal(app, more)
    },
    hasOthers: (name) => instances.all.some(({ app }) => app.name !== name),
    changed: () => {
      if (isStopping()) return
      rebudget()
      exits.removed()
    },
  }
}
