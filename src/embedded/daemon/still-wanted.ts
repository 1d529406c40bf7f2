import type { Folders } from '../store/types.js'
import { readInfo } from './client.js'

/**
 * Whether a daemon is to serve. One that its supervisor has started anew is not, once the
 * daemon.json of the one before it is gone or another's: somebody has stopped that meanwhile, or
 * started one of his own.
 */
export const isStillWanted = async (folders: Folders): Promise<boolean> =>
  process.env.SHIPIT_LOCAL_RESTARTED === undefined ||
  (await readInfo(folders))?.supervisor_pid === process.ppid
