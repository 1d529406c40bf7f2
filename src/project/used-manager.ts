/**
 * Of several lockfiles, which is the one in use? By what the project itself shows of its package
 * manager.
 */

import { declaredManagers } from './declared-managers.js'
import { LOCKFILE_MANAGERS, type ManagerName } from './lockfiles.js'

/** What is looked at: package.json and a read-only view of the folder. */
export interface Looked {
  manifest: Parameters<typeof declaredManagers>[0] & {
    scripts?: Record<string, string>
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  folder: { isFile(file: string): boolean; read(file: string): string | undefined }
}

/** Settings that only one of them reads. */
const SETTINGS: [file: string, manager: ManagerName][] = [
  ['pnpm-workspace.yaml', 'pnpm'],
  ['.pnpmfile.cjs', 'pnpm'],
  ['.yarnrc.yml', 'yarn'],
  ['.yarnrc', 'yarn'],
]
/** What each leaves in node_modules. */
const MARKS: [file: string, manager: ManagerName][] = [
  ['node_modules/.modules.yaml', 'pnpm'],
  ['node_modules/.yarn-integrity', 'yarn'],
  ['node_modules/.yarn-state.yml', 'yarn'],
  ['node_modules/.package-lock.json', 'npm'],
]

/**
 * The package manager in use among these, and the sign of it; undefined if nothing tells one from
 * the other.
 */
function managerInUse(
  among: readonly ManagerName[],
  { manifest, folder }: Looked,
): { manager: ManagerName; sign: string } | undefined {
  const [declared] = declaredManagers(manifest)
  if (declared && among.includes(declared.manager))
    return { manager: declared.manager, sign: `package.json names it as ${declared.place}` }
  const setting = SETTINGS.find(([file, manager]) => among.includes(manager) && folder.isFile(file))
  if (setting) return { manager: setting[1], sign: `there is ${setting[0]}` }
  const lines = [...Object.values(manifest.scripts ?? {}), folder.read('Procfile') ?? ''].join('\n')
  // npm is named out of habit where another installs; the others are not.
  const spoken = (['yarn', 'pnpm'] as const).filter(
    (manager) =>
      among.includes(manager) &&
      new RegExp(String.raw`(^|[\s;&|:"'])${manager}\s`, 'm').test(lines),
  )
  if (spoken.length === 1) return { manager: spoken[0]!, sign: 'the scripts call it' }
  const mark = MARKS.find(([file, manager]) => among.includes(manager) && folder.isFile(file))
  if (mark) return { manager: mark[1], sign: 'node_modules was installed by it' }
  return inStep(among, { manifest, folder })
}

/** The only lockfile that names every dependency of package.json. */
function inStep(
  among: readonly ManagerName[],
  { manifest, folder }: Looked,
): { manager: ManagerName; sign: string } | undefined {
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
  const whole = Object.entries(LOCKFILE_MANAGERS)
    .filter(([file, manager]) => among.includes(manager) && folder.isFile(file))
    .filter(([file, manager]) => {
      const text = folder.read(file) ?? ''
      const mentions = (name: string) =>
        manager === 'npm'
          ? text.includes(`"node_modules/${name}"`) || text.includes(`"${name}": {`)
          : manager === 'yarn'
            ? text.includes(`${name}@`)
            : text.includes(name)
      return names.every(mentions)
    })
  return names.length > 0 && whole.length === 1
    ? {
        manager: whole[0]![1],
        sign: 'it is the only one that has all dependencies of package.json',
      }
    : undefined
}

/**
 * What to do about several lockfiles: which to remove, and how that is known; or, if it is not,
 * what each choice takes.
 */
export function lockfileAdvice(conflicting: readonly string[], looked: Looked): string {
  const managers = [...new Set(conflicting.flatMap((file) => LOCKFILE_MANAGERS[file] ?? []))]
  const used =
    managers.length === 1
      ? { manager: managers[0]!, sign: 'npm reads it before package-lock.json' }
      : managerInUse(managers, looked)
  const others = (manager: ManagerName) => {
    const kept = conflicting.find((file) => LOCKFILE_MANAGERS[file] === manager)
    return { kept, command: `git rm ${conflicting.filter((file) => file !== kept).join(' ')}` }
  }
  if (used) {
    const { kept, command } = others(used.manager)
    return `Keep ${kept}, because ${used.sign}:\n${command}`
  }
  return [
    'Keep the one of the package manager that you use:',
    ...managers.map((manager) => `${others(manager).command}  # if that is ${manager}`),
  ].join('\n')
}
