/**
 * Who may change the instances from outside: PM2's dashboard if its keys are set, and other
 * terminals where `shipit dev` runs. Each is loaded only then.
 */
import { makeGate, type GateSettings } from './dashboard/gate.js'
import type { Keys } from './dashboard/keys.js'
import type { LineLog } from './control/line-log.js'
import type { DevSettings } from './dev-settings.js'
import type { EventLog } from './event-log.js'
import type { God } from './god.js'
import type { App } from './app.js'
import type { Reloads } from './reloading.js'

export interface DoorSettings extends GateSettings {
  god: God
  log: EventLog
  reloads: Reloads
  keys: Keys | undefined
  home: string
  lib: string
  env: NodeJS.ProcessEnv
  dev: DevSettings | undefined
  lines: LineLog | undefined
  startAnew(app: App): Promise<void>
}

/** Returns what stops the dashboard's agent, where it runs. */
export async function openDoors(settings: DoorSettings): Promise<{ stop(): void } | undefined> {
  const { god, keys, home, lib, env, dev, lines } = settings
  const gate = makeGate(settings)
  if (dev && lines) {
    const { Operations, serveControl } = await import('./control/index.js')
    const operations = new Operations({ ...settings, file: dev.session.line[0], gate })
    serveControl({
      path: dev.socket,
      session: dev.session,
      lines,
      operations,
      onDeleted: () => settings.exits.removed(),
    })
  }
  if (!keys) return undefined
  const { startDashboard } = await import('./dashboard/index.js')
  return startDashboard({ keys, home, lib, env, god, gate })
}
