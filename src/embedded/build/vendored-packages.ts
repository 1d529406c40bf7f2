import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { BuildFailure } from './failure.js'
import { lockedPackages } from './locked-packages.js'
import type { PackageManager } from './package-manager.js'
import { readTreeFile, treeText } from './tree-file.js'

/**
 * Fails where a tarball of the repository is not the one that npm's lockfile pins. Heroku's npm
 * finds that by itself; here npm could take the pinned one from the user's cache, and the app would
 * run with a package that is not in the repository.
 */
export async function checkVendoredPackages(
  dir: string,
  { name, lockfile }: PackageManager,
): Promise<void> {
  if (name !== 'npm' || lockfile === null) return
  for (const { file, integrity } of vendored(treeText(dir, lockfile))) {
    const whole = path.resolve(dir, file)
    const [, algorithm = '', expected = ''] = /^(sha\d+)-(\S+)/.exec(integrity) ?? []
    if (algorithm === '' || !whole.startsWith(dir + path.sep) || !existsSync(whole)) continue
    const actual = createHash(algorithm).update(readTreeFile(dir, file)).digest('base64')
    if (actual === expected) continue
    throw new BuildFailure(`${file} is not the package that ${lockfile} pins (EINTEGRITY).`, [
      `wanted ${algorithm}-${expected}`,
      `found  ${algorithm}-${actual}`,
      `The tarball was changed under the same name. Update the lockfile: npm install ./${file}`,
    ])
  }
}

function vendored(lock: string): { file: string; integrity: string }[] {
  return lockedPackages(lock).flatMap(({ resolved, integrity }) =>
    typeof resolved === 'string' && resolved.startsWith('file:') && typeof integrity === 'string'
      ? [{ file: resolved.slice('file:'.length), integrity }]
      : [],
  )
}
