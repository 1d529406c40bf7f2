import type { Folders, Limits, Logplex, Store } from '../store/types.js'
import { findIsolation, type Isolation } from './isolation.js'
import { removeDisk } from './disk.js'
import { LoopbackOnly } from './loopback-only.js'
import type { Meter } from './meter.js'
import { ProcessGroup, type Launch } from './process-group.js'
import type { SpareModules } from './spare-modules.js'

/** All processes of one dyno, from their start until the last one is gone. */
export type DynoProcesses = Pick<
  ProcessGroup,
  | 'exit'
  | 'dir'
  | 'pid'
  | 'bound'
  | 'processes'
  | 'signal'
  | 'isGoneWithin'
  | 'kill'
  | 'outputDrained'
>

/** What dynos need of the machine that they run on. */
export interface Machine {
  isolation: Promise<Isolation>
  network: Pick<LoopbackOnly, 'why' | 'watch' | 'look'>
  /** Removes a dyno's disk, whose processes are gone. */
  removeDisk(dir: string): Promise<void>
  /** Resolves when the first process exists; rejects if it cannot be started. */
  launch(launch: Launch): Promise<DynoProcesses>
}

/** What every run of a dyno is given. */
export interface Services extends Machine {
  store: Store
  logplex: Logplex
  folders: Folders
  limits: Limits
  spares: SpareModules
  meter: Meter
}

/** Dynos are process groups here, out of each other's sight and of the network's reach. */
export function thisMachine(folders: Folders): Machine {
  const isolation = findIsolation(folders)
  return {
    isolation,
    network: new LoopbackOnly(isolation, folders.dynos),
    removeDisk,
    launch: (launch) => ProcessGroup.launch(launch),
  }
}
