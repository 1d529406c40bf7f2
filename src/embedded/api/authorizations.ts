import { randomUUID } from 'node:crypto'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { asRecords, readState, type StateProblem } from '../store/state-file.js'
import type { Folders } from '../store/types.js'

export interface Authorization {
  id: string
  description: string
  scope: string[]
  token: string
  created_at: string
  /** When its token is no longer good; null for never. */ expires_at: string | null
}

/** Further tokens of the account, beside the platform's own. */
export interface Authorizations {
  list(): readonly Authorization[]
  /** Durable once it resolves. */
  create(
    wanted: { description: string; scope: string[]; /** Seconds. */ expiresIn: number | null },
    now: number,
  ): Promise<Authorization>
  change(
    id: string,
    change: Partial<Pick<Authorization, 'description' | 'token'>>,
  ): Promise<Authorization | undefined>
  remove(id: string): Promise<Authorization | undefined>
}

export const newToken = (): string => `HRKU-${randomUUID()}`

export const isExpired = ({ expires_at: at }: Authorization, now = Date.now()): boolean =>
  at !== null && Date.parse(at) <= now

/**
 * Reads the file of authorizations, which is there once there was one; nobody else on the machine
 * can read it.
 */
export async function openAuthorizations(
  folders: Pick<Folders, 'root'>,
  report: (problem: StateProblem) => void,
): Promise<Authorizations> {
  const file = path.join(folders.root, 'authorizations.json')
  const check = (value: unknown) =>
    asRecords<Authorization>(value, ['id', 'description', 'token', 'created_at'])
  let all =
    (await readState(file, check, {
      report,
      loss: 'what it held were further tokens, which are no longer taken',
    })) ?? []
  const write = () => writeFileAtomic(file, JSON.stringify(all), { mode: 0o600 })
  return {
    list: () => all,
    async create({ description, scope, expiresIn }, now) {
      const made: Authorization = {
        id: randomUUID(),
        description,
        scope,
        token: newToken(),
        created_at: new Date(now).toISOString(),
        expires_at: expiresIn === null ? null : new Date(now + expiresIn * 1000).toISOString(),
      }
      all = [...all, made]
      await write()
      return made
    },
    async change(id, change) {
      all = all.map((one) => (one.id === id ? { ...one, ...change } : one))
      await write()
      return all.find((one) => one.id === id)
    },
    async remove(id) {
      const found = all.find((one) => one.id === id)
      all = all.filter((one) => one !== found)
      if (found) await write()
      return found
    },
  }
}
