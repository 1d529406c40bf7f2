import { randomBytes } from 'node:crypto'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { asObject, readState, type StateProblem } from '../store/state-file.js'
import type { Folders } from '../store/types.js'

/**
 * What stays the same over restarts, so that exports in a shell, git remotes and bookmarks go on
 * working.
 */
export interface Settings {
  token: string
  apiPort: number | null
  routerPort: number | null
  /** Of new apps; cedar if absent. */ generation?: 'cedar' | 'fir'
}

const fileOf = (folders: Pick<Folders, 'root'>) => path.join(folders.root, 'settings.json')

/** The stored settings, else new ones with a token of 256 random bits. */
export async function readSettings(
  folders: Pick<Folders, 'root'>,
  report: (problem: StateProblem) => void,
): Promise<Settings> {
  const loss =
    'there are a new token and new ports, so that git remotes and exports of `shipit local ' +
    'env` have to be set again'
  return (
    (await readState(fileOf(folders), asSettings, { report, loss })) ?? {
      token: randomBytes(32).toString('hex'),
      apiPort: null,
      routerPort: null,
    }
  )
}

function asSettings(value: unknown): Settings {
  const { token, apiPort, routerPort, generation } = asObject(value)
  const isPort = (port: unknown) =>
    port === null || (Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536)
  if (typeof token !== 'string' || token.length < 32)
    throw new Error('its field token is missing or of the wrong kind')
  if (!isPort(apiPort) || !isPort(routerPort))
    throw new Error('its ports are missing or of the wrong kind')
  if (generation !== undefined && generation !== 'cedar' && generation !== 'fir')
    throw new Error('its field generation is of the wrong kind')
  return value as Settings
}

export async function writeSettings(
  folders: Pick<Folders, 'root'>,
  settings: Settings,
): Promise<void> {
  await writeFileAtomic(fileOf(folders), JSON.stringify(settings), { mode: 0o600 })
}
