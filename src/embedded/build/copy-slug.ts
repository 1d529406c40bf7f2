import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { SlugRecord } from '../store/records.js'
import { removeFolder } from '../daemon/folders.js'

const run = promisify(execFile)

/**
 * The slug once more, in `dir`, with all that it needs: the app that it was built for may be
 * destroyed. Its node_modules lies inside, shared with nobody. The id stays: to the API it is the
 * same slug.
 */
export async function copySlug(slug: Readonly<SlugRecord>, dir: string): Promise<SlugRecord> {
  const { modules } = slug
  try {
    await mkdir(path.dirname(dir), { recursive: true })
    await run('cp', ['-RPp', slug.dir, dir])
    if (modules !== undefined) {
      // The slug may link to it.
      await removeFolder(path.join(dir, 'node_modules'))
      await run('cp', ['-RPp', modules, path.join(dir, 'node_modules')])
    }
  } catch (error) {
    await removeFolder(dir)
    throw error
  }
  return { ...structuredClone(slug), dir, modules: undefined }
}
