/** Which PostgreSQL there is: the machine's own, or the one that npm brings. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { NPM_MAJOR, installedByNpm } from './npm-postgres.js'

/** A folder with `postgres` and `initdb`. */
export interface Programs {
  bin: string
  major: number
}

/** DROP DATABASE … WITH (FORCE) came with it. */
const OLDEST = 13

const PLACES = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/libexec/postgresql*',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
]

async function expand(pattern: string): Promise<string[]> {
  const star = pattern.split('/').findIndex((part) => part.includes('*'))
  const parts = pattern.split('/')
  const parent = parts.slice(0, star).join('/')
  const [before = '', after = ''] = parts[star]!.split('*')
  const names = await readdir(parent).catch(() => [])
  return names
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => path.join(parent, name, ...parts.slice(star + 1)))
}

const isComplete = (bin: string): boolean =>
  ['postgres', 'initdb'].every((program) => existsSync(path.join(bin, program)))

async function majorOf(bin: string): Promise<number | undefined> {
  const { stdout } = await promisify(execFile)(path.join(bin, 'postgres'), ['--version'], {
    timeout: 10_000,
  }).catch(() => ({ stdout: '' }))
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1])
  return Number.isInteger(major) ? major : undefined
}

/** Those of this machine, the newest first; a `postgres` of PATH may be a link to one of them. */
async function machinePrograms(): Promise<Programs[]> {
  const onPath = (process.env.PATH ?? '').split(path.delimiter).filter((dir) => dir !== '')
  const real = await Promise.all(
    onPath
      .filter((dir) => existsSync(path.join(dir, 'postgres')))
      .map(async (dir) => path.dirname(await realpath(path.join(dir, 'postgres')))),
  )
  const found = await Promise.all(PLACES.map(expand))
  const bins = [...new Set([...onPath, ...real, ...found.flat()])].filter(isComplete)
  const known = await Promise.all(bins.map(async (bin) => ({ bin, major: await majorOf(bin) })))
  return known
    .filter((one): one is Programs => one.major !== undefined && one.major >= OLDEST)
    .sort((one, other) => other.major - one.major)
}

/**
 * The programs for a new cluster, or for one whose data is of the version `major`.
 * SHIPIT_LOCAL_POSTGRES=npm takes npm's even if the machine has one.
 * @param kept where npm's is kept
 * Throws an Error that says what to install if there are none.
 */
export async function postgresPrograms(
  kept: string,
  major: number | undefined,
  say: (message: string) => void,
): Promise<Programs> {
  const own = process.env.SHIPIT_LOCAL_POSTGRES === 'npm' ? [] : await machinePrograms()
  const fitting = own.find((one) => major === undefined || one.major === major)
  if (fitting) return fitting
  if (major === undefined || major === NPM_MAJOR)
    return { bin: await installedByNpm(kept, say), major: NPM_MAJOR }
  throw new Error(
    `The databases here were made by PostgreSQL ${major}, which this machine no longer has` +
      `${own.length === 0 ? '' : ` (it has ${own.map((one) => one.major).join(', ')})`}. ` +
      `Install PostgreSQL ${major}, or destroy the add-ons.`,
  )
}
