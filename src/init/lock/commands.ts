import { applyEdits, modify, parse } from 'jsonc-parser'
import type { ManagerName } from '../../project/lockfiles.js'
import { isObject } from '../detect/package-json.js'
import { RUNTIME, type RuntimeTarball } from '../runtime-tarball.js'
import type { PackageManager } from '../types.js'

export const TOOL: Record<PackageManager, ManagerName> = {
  npm: 'npm',
  yarn: 'yarn',
  'yarn-berry': 'yarn',
  pnpm: 'pnpm',
}

/**
 * Stands for a folder outside the app, filled in when the command runs: Yarn 1 cannot write its
 * lockfile without installing somewhere.
 */
export const SCRATCH = '<scratch>'

interface LockCommandOptions {
  /** package.json has no workspaces, so that npm and pnpm must not look for them further up. */
  isAlone: boolean
  /** The same path held other bytes before: Yarn 1 would take those from its cache. */
  hasOtherBytes: boolean
  /** What runs it, if not the tool as PATH has it: `npx --yes pnpm@8`. */
  tool?: string[]
  /** The format of the package-lock.json that is there. */
  format?: 1 | 2 | 3
}

/**
 * The command that brings the lockfile in step with package.json, runs none of the app's scripts
 * and leaves node_modules alone.
 */
export function lockCommand(
  manager: PackageManager,
  { isAlone, hasOtherBytes, tool = [TOOL[manager]], format }: LockCommandOptions,
): string[] {
  switch (manager) {
    case 'npm':
      return [
        ...tool,
        'install',
        '--package-lock-only',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        ...(format ? [`--lockfile-version=${format}`] : []),
        ...(isAlone ? ['--workspaces=false'] : []),
      ]
    case 'yarn':
      return [
        ...tool,
        'install',
        '--ignore-scripts',
        '--ignore-engines',
        '--non-interactive',
        '--no-progress',
        '--modules-folder',
        `${SCRATCH}/modules`,
        ...(hasOtherBytes ? ['--cache-folder', `${SCRATCH}/cache`] : []),
      ]
    case 'yarn-berry':
      return [...tool, 'install', '--mode=update-lockfile']
    case 'pnpm':
      return [
        ...tool,
        'install',
        '--lockfile-only',
        '--ignore-scripts',
        '--no-frozen-lockfile',
        ...(isAlone ? ['--ignore-workspace'] : []),
      ]
  }
}

/**
 * What Heroku's build runs (heroku-buildpack-nodejs, lib/package_managers), without the scripts of
 * the packages.
 */
export function frozenCommand(
  manager: PackageManager,
  { isAlone, tool }: { isAlone: boolean; tool: string[] },
): string[] {
  switch (manager) {
    case 'npm':
      return [
        ...tool,
        'ci',
        '--include=dev',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--prefer-offline',
        ...(isAlone ? ['--workspaces=false'] : []),
      ]
    case 'yarn':
      return [
        ...tool,
        'install',
        '--frozen-lockfile',
        '--ignore-engines',
        '--ignore-scripts',
        '--prefer-offline',
        '--non-interactive',
        '--no-progress',
      ]
    case 'yarn-berry':
      return [...tool, 'install', '--immutable', '--mode=skip-build']
    case 'pnpm':
      return [
        ...tool,
        'install',
        '--frozen-lockfile',
        '--ignore-scripts',
        ...(isAlone ? ['--ignore-workspace'] : []),
      ]
  }
}

/**
 * Words that a lockfile holds if it is in step with the runtime as it is vendored: its path and,
 * if the format has one, its digest.
 */
export function lockMarks(
  manager: PackageManager,
  spec: string,
  { sha1, sha512 }: RuntimeTarball,
): string[] {
  switch (manager) {
    case 'npm':
      return [`"${spec}"`, `sha512-${sha512}`]
    case 'yarn':
      return [`"${RUNTIME}@${spec}"`, `${spec}#${sha1}`]
    case 'yarn-berry':
      return [`${RUNTIME}@${spec}`]
    case 'pnpm':
      // `specifier: SPEC` from format 6 on, `shipit-runtime: SPEC` before.
      return [`: ${spec}`, `sha512-${sha512}`]
  }
}

/** Whether a lockfile is in step with the runtime as it is vendored. */
export function lockHolds(
  manager: PackageManager,
  text: string | undefined,
  spec: string,
  tarball: RuntimeTarball,
): boolean {
  return (
    text !== undefined && lockMarks(manager, spec, tarball).every((mark) => text.includes(mark))
  )
}

function npmEntries(text: string): { root?: unknown; entry?: unknown } {
  const lock: unknown = parse(text)
  if (!isObject(lock)) return {}
  if (isObject(lock['packages'])) {
    const root = lock['packages']['']
    const entry = lock['packages'][`node_modules/${RUNTIME}`]
    return {
      root:
        isObject(root) && isObject(root['dependencies'])
          ? root['dependencies'][RUNTIME]
          : undefined,
      entry: isObject(entry) ? entry['integrity'] : undefined,
    }
  }
  // Version 1 of the format, which npm 6 wrote.
  const entry = isObject(lock['dependencies']) ? lock['dependencies'][RUNTIME] : undefined
  return isObject(entry) ? { root: entry['version'], entry: entry['integrity'] } : {}
}

/**
 * The lockfile without an entry for the same path and other bytes: npm and Yarn 1 would keep its
 * old digest, and the install on Heroku would fail on it. undefined if there is no such entry.
 */
export function withoutStaleEntry(
  manager: PackageManager,
  text: string,
  spec: string,
  tarball: RuntimeTarball,
): string | undefined {
  if (manager === 'npm') {
    const { root, entry } = npmEntries(text)
    if (root !== spec || entry === undefined || entry === `sha512-${tarball.sha512}`)
      return undefined
    const lock: unknown = parse(text)
    const place =
      isObject(lock) && isObject(lock['packages'])
        ? ['packages', `node_modules/${RUNTIME}`]
        : ['dependencies', RUNTIME]
    return applyEdits(
      text,
      modify(text, place, undefined, { formattingOptions: { insertSpaces: true, tabSize: 2 } }),
    )
  }
  if (
    manager === 'yarn' &&
    text.includes(`"${RUNTIME}@${spec}"`) &&
    !text.includes(`${spec}#${tarball.sha1}`)
  ) {
    return text.replace(new RegExp(`^"${RUNTIME}@[^\\n]*:\\n(?:[ \\t]+[^\\n]*\\n)*\\n?`, 'm'), '')
  }
  return undefined
}
