import semver from 'semver'
import { isBerryLockfile, lockfilesIn } from '../../project/lockfiles.js'
import type { Manifest, ProjectFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'
import {
  berryEntries,
  npmEntries,
  pnpmEntries,
  yarnPatterns,
  type LockEntry,
} from '../lock-entries.js'

interface Lock {
  file: string
  command: string
  isInStep: (name: string, spec: string) => boolean
}

/**
 * `npm ci`, `yarn install --frozen-lockfile` and `pnpm install --frozen-lockfile` refuse a lockfile
 * that is behind package.json, and these are what Heroku runs. Only what is certain counts: a
 * dependency that is not in it, or one that it holds for another range.
 */
export const lockfileInStep: Check = {
  name: 'lockfile-in-step',
  theme: 'Dependencies',
  asserts: 'the lockfile is in step with package.json',
  run: ({ project }) => {
    const { manifest } = project
    if (!manifest) return []
    const lock = lockOf(project, manifest)
    if (!lock) return []
    const behind = Object.entries({ ...manifest.devDependencies, ...manifest.dependencies })
      .filter(([name, spec]) => !lock.isInStep(name, spec))
      .map(([name]) => name)
    return behind.length === 0 ? [] : [outOfStep(lock, behind)]
  },
}

function outOfStep({ file, command }: Lock, behind: string[]): Problem {
  const names =
    behind.slice(0, 5).join(', ') + (behind.length > 5 ? ` and ${behind.length - 5} more` : '')
  return {
    severity: 'error',
    what: `${file} is not in step with package.json: ${names}.`,
    why:
      'Heroku installs exactly what the lockfile says, and fails the build where the two ' +
      'differ.',
    next: `${command} && git add ${file} && git commit`,
    place: file,
    ...(behind.includes('shipit-runtime') ? { fix: { by: 'init' as const } } : {}),
  }
}

function lockOf({ folder }: ProjectFacts, manifest: Manifest): Lock | undefined {
  const npm = lockfilesIn(folder, 'npm')[0]
  const read = (file: string) => folder.read(file) ?? ''
  if (npm) {
    const entryOf = npmEntries(read(npm))
    return (
      entryOf && {
        file: npm,
        command: 'npm install --package-lock-only',
        isInStep: (name, spec) => satisfies(entryOf(name), spec, manifest),
      }
    )
  }
  // What they are locked for is not what package.json says where it overrides them.
  if (manifest.overrides) return undefined
  if (folder.isFile('pnpm-lock.yaml')) {
    const entryOf = pnpmEntries(read('pnpm-lock.yaml'))
    return (
      entryOf && {
        file: 'pnpm-lock.yaml',
        command: 'pnpm install --lockfile-only',
        isInStep: (name, spec) => {
          const entry = entryOf(name)
          return entry !== undefined && (entry.specifier ?? spec) === spec
        },
      }
    )
  }
  const text = folder.isFile('yarn.lock') ? read('yarn.lock') : ''
  if (!folder.isFile('yarn.lock')) return undefined
  if (isBerryLockfile(text)) {
    const entryOf = berryEntries(text)
    return (
      entryOf && {
        file: 'yarn.lock',
        command: 'yarn install',
        isInStep: (name, spec) => isBerryInStep(entryOf(name), spec),
      }
    )
  }
  const patterns = yarnPatterns(text)
  return {
    file: 'yarn.lock',
    command: 'yarn install',
    isInStep: (name, spec) =>
      /^(link|workspace|portal):/.test(spec) || patterns.has(`${name}@${spec}`),
  }
}

/** `yarn install --immutable` refuses what it would write anew: a range that is another one. */
function isBerryInStep(entry: LockEntry | undefined, spec: string): boolean {
  if (entry?.specifier === undefined) return false
  const [locked, asked] = [entry.specifier, spec].map((each) => each.replace(/^npm:/, ''))
  return (
    semver.validRange(locked!) === null || semver.validRange(asked!) === null || locked === asked
  )
}

function satisfies(entry: LockEntry | undefined, spec: string, { overrides }: Manifest): boolean {
  if (entry === undefined) return overrides
  if (overrides) return true
  if (/^file:.*\.t(ar\.)?gz$/.test(spec))
    return entry.resolved === undefined || normal(entry.resolved) === normal(spec)
  if (semver.validRange(spec) === null || semver.valid(entry.version ?? '') === null) return true
  return semver.satisfies(entry.version!, spec, { includePrerelease: true })
}

const normal = (spec: string) => spec.replace(/^file:(\.\/)?/, '')
