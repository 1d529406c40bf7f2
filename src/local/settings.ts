import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { Folders } from './types.js'

/** What stays the same over restarts, so that exports in a shell, git remotes and bookmarks go on working. */
export interface Settings { token: string; apiPort: number | null; routerPort: number | null; /** Of new apps; cedar if absent. */ generation?: 'cedar' | 'fir' }

const fileOf = (folders: Pick<Folders, 'root'>) => path.join(folders.root, 'settings.json')

/** The stored settings, else new ones with a token of 256 random bits. */
export async function readSettings(folders: Pick<Folders, 'root'>): Promise<Settings> {
  let text: string
  try {
    text = await readFile(fileOf(folders), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { token: randomBytes(32).toString('hex'), apiPort: null, routerPort: null }
  }
  try {
    return JSON.parse(text) as Settings
  } catch (error) {
    throw new Error(`${fileOf(folders)} cannot be read (${(error as Error).message}). Remove it: a new token and new ports are chosen then.`, { cause: error })
  }
}

export async function writeSettings(folders: Pick<Folders, 'root'>, settings: Settings): Promise<void> {
  await writeFileAtomic(fileOf(folders), JSON.stringify(settings), { mode: 0o600 })
}
