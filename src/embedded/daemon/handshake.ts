/** What the daemon and its clients agree on. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { packageRoot } from '../../paths.js'

/** The version of the package that this code belongs to. */
export async function ownVersion(): Promise<string> {
  return (
    JSON.parse(await readFile(path.join(packageRoot, 'package.json'), 'utf8')) as {
      version: string
    }
  ).version
}

/**
 * Exit status of the daemon where another process serves its home already: no failure for who
 * wanted it running.
 */
export const EXIT_ALREADY_RUNNING = 75
