import { chmod, mkdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Folders } from '../store/types.js'

/**
 * SHIPIT_HOME, else the XDG state folder (https://specifications.freedesktop.org/basedir-spec):
 * where all state of shipit lies.
 */
export function stateHome(env: NodeJS.ProcessEnv = process.env): string {
  if (env.SHIPIT_HOME) return path.resolve(env.SHIPIT_HOME)
  const state = env.XDG_STATE_HOME || path.join(env.HOME || os.homedir(), '.local', 'state')
  return path.join(state, 'shipit')
}

export function foldersOf(home: string): Folders {
  const root = path.join(path.resolve(home), 'local')
  const inside = (name: string) => path.join(root, name)
  return {
    root,
    apps: inside('apps'),
    repos: inside('repos'),
    slugs: inside('slugs'),
    builds: inside('builds'),
    caches: inside('caches'),
    dynos: inside('dynos'),
    logs: inside('logs'),
    history: inside('history'),
    addons: inside('addons'),
  }
}

/** Where apps are recorded: the embedded Heroku's by its daemon, others by `dashboard --record`. */
export const recordFolders = (home: string = stateHome()) => ({
  embedded: foldersOf(home).history,
  own: path.join(home, 'history'),
})

/**
 * Config vars and the token lie here, so every folder is for its owner alone, also one that was
 * made with wider rights before.
 */
export async function makeFolders(folders: Folders): Promise<void> {
  for (const folder of Object.values(folders)) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
  }
}

/**
 * Removes a folder and all in it; none there is fine. A process that was killed a moment ago may
 * still finish the file that it is at, and fills again what was just emptied: such a folder is
 * tried again for some two seconds.
 */
export async function removeFolder(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 6, retryDelay: 100 })
}
