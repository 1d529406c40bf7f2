import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../../src/paths.js'

const FOLDER = path.join(packageRoot, 'node_modules/.cache/shipit-worlds/npm')

/**
 * The folder of an `npm` that takes what it installed before for the same package.json and
 * lockfile: for the front of a PATH. What npm itself does is tested with npm itself.
 */
export function keptNpm(): Promise<string> {
  made ??= make()
  return made
}
let made: Promise<string> | undefined

async function make(): Promise<string> {
  // Where the PATH begins with this folder already, npm itself comes after it: one that called itself
  // would never end.
  const { stdout } = await promisify(execFile)('which', ['-a', 'npm'])
  const npm = stdout.split('\n').find((file) => file !== '' && !isOwn(file))
  if (npm === undefined) throw new Error(`There is no npm on the PATH but those of ${FOLDER}.`)
  // Where the build finds the version of an npm.
  const manifest = await readFile(
    path.join(path.dirname(await realpath(npm)), '../package.json'),
    'utf8',
  )
  const { version } = JSON.parse(manifest) as { version: string }
  const bin = path.join(FOLDER, version, 'bin')
  await mkdir(bin, { recursive: true })
  const install = [
    process.execPath,
    path.join(import.meta.dirname, 'install.cjs'),
    npm,
    version,
    path.join(FOLDER, 'kept'),
  ]
    .map((word) => `'${word}'`)
    .join(' ')
  await put(path.join(bin, '../package.json'), JSON.stringify({ name: 'npm', version }))
  await put(
    path.join(bin, 'npm'),
    `#!/bin/sh\ncase "$1" in\n  ci|install|prune) exec ${install} "$@" ;;\n  *) exec '${npm}' "$@" ;;\nesac\n`,
  )
  return bin
}

/** Of this working tree or another. */
const isOwn = (file: string): boolean =>
  file.split(path.sep).join('/').includes('/.cache/shipit-worlds/npm/')

/** Another process may do the same, and a third run what is there. */
async function put(file: string, text: string): Promise<void> {
  const fresh = `${file}.${process.pid}`
  await writeFile(fresh, text)
  await chmod(fresh, 0o755)
  await rename(fresh, file)
}
