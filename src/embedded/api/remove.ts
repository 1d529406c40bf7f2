import { rm } from 'node:fs/promises'

/**
 * Removes a folder and all in it; none there is fine. A process that was killed a moment ago may
 * still finish the file that it is at, and fills again what was just emptied: such a folder is
 * tried again for some two seconds.
 */
export async function removeFolder(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 6, retryDelay: 100 })
}
