import { stat } from 'node:fs/promises'
import path from 'node:path'
import { ECOSYSTEM_FILES } from './names.js'

/**
 * The ecosystem file of a folder as an absolute path; undefined if there is none. Throws what stat
 * throws, except "not there".
 */
export async function findEcosystemFile(dir: string): Promise<string | undefined> {
  for (const name of ECOSYSTEM_FILES) {
    const file = path.resolve(dir, name)
    if (await isFile(file)) return file
  }
  return undefined
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return false
    throw error
  }
}
