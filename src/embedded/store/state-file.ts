import { readFile, rename } from 'node:fs/promises'

/**
 * A file of the platform's state that could not be used: what is wrong with it, and where it lies
 * now.
 */
export interface StateProblem {
  file: string
  problem: string
}

/** In the name of a file that was set aside. */
export const ASIDE = '.set-aside-'

/**
 * What a JSON file of the state says, as `check` takes it; undefined if there is none. One that
 * cannot be used is renamed, never deleted, and told to `report`, so that the platform starts with
 * the rest. `loss` says what goes with it, as the end of a sentence. Throws what the file system
 * refuses.
 */
export async function readState<T>(
  file: string,
  check: (value: unknown) => T,
  { report, loss }: { report: (problem: StateProblem) => void; loss: string },
): Promise<T | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return check(JSON.parse(text))
  } catch (error) {
    const why =
      text.trim() === ''
        ? 'it is empty'
        : error instanceof SyntaxError
          ? 'it is not JSON'
          : (error as Error).message
    report({
      file,
      problem: `cannot be used: ${why}. It was set aside as ${await setAside(file)}; ${loss}.`,
    })
    return undefined
  }
}

/** Renames a file beside itself, and returns its new path. */
export async function setAside(file: string): Promise<string> {
  const aside = `${file}${ASIDE}${new Date().toISOString().replace(/\D/g, '').slice(0, 17)}`
  await rename(file, aside)
  return aside
}

export function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('it is not a JSON object')
  return value as Record<string, unknown>
}

/** A list of objects that have these fields as texts. */
export function asRecords<T>(value: unknown, fields: readonly (keyof T & string)[]): T[] {
  if (!Array.isArray(value)) throw new Error('it is not a list')
  for (const one of value) {
    const record = asObject(one)
    const wrong = fields.find((field) => typeof record[field] !== 'string')
    if (wrong !== undefined) throw new Error(`its field ${wrong} is missing or of the wrong kind`)
  }
  return value as T[]
}
