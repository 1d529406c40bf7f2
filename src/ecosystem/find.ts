import { stat } from 'node:fs/promises'
import path from 'node:path'

/**
 * The names that are looked for, the first that exists wins.
 * ecosystem.config.*: `pm2 start` without a file takes ecosystem.config.js (lib/binaries/CLI.js, APP_CONF_DEFAULT_FILE), and its guides
 * write the other endings by hand; yml comes first because it is what shipit writes.
 * ecosystem.*: in the order of PM2's getConfigFileCandidates (lib/Common.js), by which `pm2 deploy` looks.
 * process.*: PM2's older name (lib/API/Version.js looks for process.json), with the endings that it can read.
 * ecosystem.js is not among them: PM2 reads JavaScript as configuration only where the name ends in .config.js, .cjs or .mjs.
 */
export const ECOSYSTEM_FILES: readonly string[] = [
  ...['yml', 'yaml', 'json', 'js', 'cjs', 'mjs'].map((ending) => `ecosystem.config.${ending}`),
  ...['json', 'yml', 'yaml', 'json5'].map((ending) => `ecosystem.${ending}`),
  ...['json', 'yml', 'yaml'].map((ending) => `process.${ending}`),
]

/** The ecosystem file of a folder as an absolute path; undefined where there is none. Throws what stat throws, except "not there". */
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
