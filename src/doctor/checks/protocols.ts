import { declaredManagers } from '../../project/declared-managers.js'
import { isBerryLockfile, LOCKFILE_MANAGERS, lockfilesIn } from '../../project/lockfiles.js'
import { isObject } from '../../init/detect/package-json.js'
import { workspacesOf } from '../../init/detect/workspaces.js'
import type { ProjectFacts } from '../facts.js'
import type { Check } from '../check.js'
import { lockJson } from '../lock-entries.js'

/**
 * How a version may be written that a package manager stops at, tried with npm 10 and 11
 * (EUNSUPPORTEDPROTOCOL) and Yarn 1.22; Yarn from 2 on and pnpm know most of them.
 */
const UNKNOWN_TO = {
  npm: /^(workspace|catalog|link|portal|patch|jsr|exec):/,
  'Yarn 1': /^(workspace|catalog|portal|patch|jsr|exec):/,
}
const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

/** A dependency in words of another package manager than the one that installs on Heroku. */
export const dependencyProtocols: Check = {
  name: 'dependency-protocols',
  theme: 'Dependencies',
  asserts: 'the package manager understands every version in package.json',
  run: ({ project }) => {
    const manager = managerOf(project)
    if (manager === undefined) return []
    const found = specsOf(project).filter(({ spec }) => UNKNOWN_TO[manager].test(spec))
    const [first, ...more] = found
    if (first === undefined) return []
    return [
      {
        severity: 'error',
        place: first.file,
        what:
          `${first.file} wants ${first.name} as \`${first.spec}\`` +
          `${more.length > 0 ? ` (and ${more.length} more)` : ''}, which ${manager} does not understand.`,
        why: `Heroku installs with ${manager} here, and the build would fail.`,
        next:
          'If pnpm or Yarn from version 2 on is yours, commit its lockfile and remove that of ' +
          `${manager}. Else write ` +
          (first.spec.startsWith('workspace:')
            ? 'a version such as `*`: a workspace of that name is linked all the same.'
            : 'a version that it knows.'),
      },
    ]
  },
}

/** What installs on Heroku, if it is one of these. */
function managerOf({ folder, manifest }: ProjectFacts): keyof typeof UNKNOWN_TO | undefined {
  if (!manifest) return undefined
  const locks = lockfilesIn(folder)
  // Of several, the check for lockfiles tells.
  if (locks.length > 1) return undefined
  const [lock] = locks
  const manager =
    lock === undefined ? (declaredManagers(manifest)[0]?.manager ?? 'npm') : LOCKFILE_MANAGERS[lock]
  if (manager === 'npm') return 'npm'
  const isYarn1 = lock === 'yarn.lock' && !isBerryLockfile(folder.read(lock) ?? '')
  return isYarn1 ? 'Yarn 1' : undefined
}

/** Every dependency of the root and of its workspaces, which are installed together. */
function specsOf({
  folder,
  manifest,
}: ProjectFacts): { file: string; name: string; spec: string }[] {
  const files = [
    'package.json',
    ...workspacesOf(folder, manifest!).map(({ dir }) => `${dir}/package.json`),
  ]
  return files.flatMap((file) => {
    const raw = lockJson((folder.read(file) ?? '').replace(/^\ufeff/, '')) ?? {}
    return KINDS.flatMap((kind) =>
      Object.entries(isObject(raw[kind]) ? raw[kind] : {}).flatMap(([name, spec]) =>
        typeof spec === 'string' ? [{ file, name, spec }] : [],
      ),
    )
  })
}
