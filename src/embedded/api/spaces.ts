import { randomUUID } from 'node:crypto'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { Generation } from './place.js'
import { asRecords, readState, type StateProblem } from '../store/state-file.js'
import type { Folders } from '../store/types.js'
import type { SpaceRecord } from '../store/records.js'

/** Spaces of this platform: as much of them as apps need to be in one. */
export interface Spaces {
  list(): readonly SpaceRecord[]
  /** By id or name. */
  find(idOrName: string): SpaceRecord | undefined
  /** Durable once it resolves. */
  create(wanted: Pick<SpaceRecord, 'name'> & Partial<SpaceRecord>): Promise<SpaceRecord>
  remove(id: string): Promise<void>
}

/** Reads the file of spaces, which is there once there was one. */
export async function openSpaces(
  folders: Pick<Folders, 'root'>,
  generation: () => Generation,
  report: (problem: StateProblem) => void,
): Promise<Spaces> {
  const file = path.join(folders.root, 'spaces.json')
  let spaces =
    (await readState(
      file,
      (value) => asRecords<SpaceRecord>(value, ['id', 'name', 'team', 'region']),
      { report, loss: 'spaces are made again when an app names one' },
    )) ?? []
  const write = () => writeFileAtomic(file, JSON.stringify(spaces), { mode: 0o600 })
  return {
    list: () => spaces,
    find: (idOrName) => spaces.find(({ id, name }) => id === idOrName || name === idOrName),
    async create(wanted) {
      const now = new Date().toISOString()
      const space: SpaceRecord = {
        id: randomUUID(),
        team: 'team',
        region: 'virginia',
        shield: false,
        generation: generation(),
        created_at: now,
        updated_at: now,
        ...wanted,
      }
      spaces = [...spaces, space]
      await write()
      return space
    },
    async remove(id) {
      spaces = spaces.filter((space) => space.id !== id)
      await write()
    },
  }
}
