import { constants } from 'node:fs'
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { anyOf } from '../../lib/any-of.js'

/**
 * What a package manager reads of a project besides its registry: manifests, lockfiles, settings,
 * patches, packages that are files.
 */
const READ = anyOf([
  /^(?:package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$/,
  /^(?:pnpm-workspace\.yaml|lerna\.json|\.npmrc|\.yarnrc|\.yarnrc\.yml)$/,
  /^(?:\.pnpmfile\.[cm]?js|\.nvmrc|\.node-version|\.tool-versions)$/,
  /\.(tgz|tar\.gz|patch|diff)$/,
])
/** Folders of which all is read. */
const READ_WHOLE = /^(\.yarn|patches|vendor)$/
const SKIPPED = new Set([
  'node_modules',
  '.git',
  'bower_components',
  '.next',
  '.turbo',
  '.cache',
  'coverage',
  'unplugged',
  'install-state.gz',
])
const DEEPEST = 6

/**
 * Copies what an install of the project needs, and nothing of the app itself. Returns how many
 * files that were.
 */
export async function copyForInstall(
  from: string,
  to: string,
  depth = 0,
  isWhole = false,
): Promise<number> {
  let copied = 0
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name)
    const target = path.join(to, entry.name)
    if (entry.isDirectory() && !SKIPPED.has(entry.name) && depth < DEEPEST) {
      copied += await copyForInstall(
        source,
        target,
        depth + 1,
        isWhole || READ_WHOLE.test(entry.name),
      )
    } else if (entry.isFile() && (isWhole || READ.test(entry.name)) && !SKIPPED.has(entry.name)) {
      await mkdir(to, { recursive: true })
      await copyFile(source, target, constants.COPYFILE_FICLONE)
      copied += 1
    }
  }
  return copied
}
