import { declaredManagers } from '../../project/declared-managers.js'
import { conflictingLockfiles, LOCKFILES, lockfilesIn } from '../../project/lockfiles.js'
import { lockfileAdvice } from '../../project/used-manager.js'
import { RUNTIME } from '../../init/runtime-tarball.js'
import { engineError } from '../../project/node-engines.js'
import type { Check, Problem } from '../check.js'
import { processesOf } from '../processes.js'

export const runtimeDependency: Check = {
  name: 'runtime-dependency',
  theme: 'Dependencies',
  asserts: 'shipit-runtime is a dependency',
  run: ({ project }) => {
    const { manifest } = project
    if (
      !manifest ||
      manifest.dependencies[RUNTIME] !== undefined ||
      manifest.optionalDependencies[RUNTIME] !== undefined
    )
      return []
    if (!processesOf(project).some(({ runtime }) => runtime)) return []
    const isDev = manifest.devDependencies[RUNTIME] !== undefined
    return [
      {
        severity: 'error',
        what: isDev
          ? 'shipit-runtime is a devDependency.'
          : 'The app starts with shipit-runtime, which is not among its dependencies.',
        why: isDev
          ? 'Heroku removes devDependencies after the build, so the dyno would not find it.'
          : 'The dyno would not find it.',
        next: 'shipit init',
        place: 'package.json',
        fix: { by: 'init' },
      },
    ]
  },
}

/** Makes the lockfile of the package manager that package.json names, else npm's. */
function lockCommand(manifest: Parameters<typeof declaredManagers>[0]): string {
  const manager = declaredManagers(manifest)[0]?.manager ?? 'npm'
  return {
    npm: 'npm install --package-lock-only',
    yarn: 'yarn install',
    pnpm: 'pnpm install --lockfile-only',
  }[manager]
}

export const singleLockfile: Check = {
  name: 'lockfile',
  theme: 'Dependencies',
  asserts: 'there is one lockfile',
  run: ({ project }) => {
    if (!project.manifest) return []
    const several = conflictingLockfiles(lockfilesIn(project.folder))
    if (several.length > 0) {
      return [
        {
          severity: 'error',
          what:
            `There are ${several.length === 2 ? 'two' : several.length} lockfiles: ` +
            `${several.join(' and ')}.`,
          why: 'Heroku cannot tell which package manager is yours, and fails the build.',
          next: lockfileAdvice(several, { manifest: project.manifest, folder: project.folder }),
        },
      ]
    }
    if (lockfilesIn(project.folder).length > 0) return []
    const ignored = LOCKFILES.find((file) => project.onDisk(file))
    return [
      {
        severity: 'warning',
        what: ignored ? `${ignored} is on disk and git ignores it.` : 'There is no lockfile.',
        why:
          'Each build takes the newest versions that package.json allows, and the next one may ' +
          'take others.',
        next: ignored
          ? `git add --force ${ignored} && git commit`
          : `${lockCommand(project.manifest)}\nThen commit it.`,
        ...(ignored ? {} : { fix: { by: 'init' as const } }),
      },
    ]
  },
}

export const engines: Check = {
  name: 'engines',
  theme: 'Dependencies',
  asserts: 'engines.node names a Node.js that the runtime supports',
  run: ({ project }) => {
    if (!project.manifest) return []
    const range = project.manifest.engines['node']
    const at = (problem: Omit<Problem, 'place'>): Problem[] => [
      { ...problem, place: 'package.json' },
    ]
    if (range === undefined) {
      return at({
        severity: 'warning',
        what: 'package.json has no engines.node.',
        why: 'Heroku chooses the Node.js version, and may choose another one tomorrow.',
        next: 'shipit init',
        fix: { by: 'init' },
      })
    }
    const fault = engineError(range, {
      needsRuntime: processesOf(project).some(({ runtime }) => runtime),
    })
    return fault ? at({ severity: 'error', ...fault }) : []
  },
}

export const nodeModules: Check = {
  name: 'node-modules',
  theme: 'Dependencies',
  asserts: 'node_modules is not in the commit',
  run: ({ project }) => {
    const count = project.files.filter(
      ({ path, isCommitted }) => isCommitted && path.startsWith('node_modules/'),
    ).length
    if (count === 0) return []
    return [
      {
        severity: 'warning',
        what: `node_modules is in the commit, with ${count} ${count === 1 ? 'file' : 'files'}.`,
        why: 'Packages with native code are those of your machine, and every push carries them.',
        next:
          'git rm -r --quiet --cached node_modules && echo node_modules/ >> .gitignore && git ' +
          'add .gitignore && git commit',
      },
    ]
  },
}
