import { mkdir } from 'node:fs/promises'
import { execa } from 'execa'
import { withoutKeys } from '../lib/child-environment.js'
import writeFileAtomic from 'write-file-atomic'
import { answerFile, isVersion, updateFolder } from './notice.js'

/** ms that npm has for its answer. */
const LIMIT = 60_000

/**
 * Asks npm for the latest version, by the registry, proxy and credentials that npm is configured
 * with, and keeps it. What is no released version is kept as none: the registry is asked again
 * the next day.
 * @param home SHIPIT_HOME, where no project's .npmrc lies
 */
export async function checkForUpdate(home: string, name: string): Promise<void> {
  const folder = updateFolder(home)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { stdout } = await execa('npm', ['view', name, 'version', '--json'], {
    cwd: folder,
    timeout: LIMIT,
    maxBuffer: 64 * 1024,
    stdin: 'ignore',
    reject: false,
    env: { ...withoutKeys(process.env), npm_config_update_notifier: 'false' },
    extendEnv: false,
  })
  const version = (stdout ?? '').trim().replace(/^"(.*)"$/, '$1')
  await writeFileAtomic(answerFile(home), isVersion(version) ? version : '', { mode: 0o600 })
}
