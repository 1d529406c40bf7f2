import semver from 'semver'
import { conflictingLockfiles, conflictingManagers, declaredManagers, LOCKFILE_MANAGERS, lockfilesToRemove } from '../../declared-managers.js'
import { RUNTIME } from '../../init/runtime-tarball.js'
import type { Check, Problem } from '../finding.js'
import { startCommand } from '../start-command.js'

/** The runtime's own need, as in its package.json. */
const RUNTIME_NODE = '>=20.19'
const LOCKFILES = Object.keys(LOCKFILE_MANAGERS)

export const runtimeDependency: Check = {
  name: 'runtime-dependency',
  theme: 'Dependencies',
  asserts: 'shipit-runtime is a dependency',
  look: ({ project }) => {
    const { manifest } = project
    if (!manifest || manifest.dependencies[RUNTIME] !== undefined || manifest.optionalDependencies[RUNTIME] !== undefined) return []
    if (!startCommand(project)?.runtime) return []
    const isDev = manifest.devDependencies[RUNTIME] !== undefined
    return [{
      severity: 'error',
      what: isDev ? 'shipit-runtime is a devDependency.' : 'The app starts with shipit-runtime, which is not among its dependencies.',
      why: isDev ? 'Heroku removes devDependencies after the build, so the dyno would not find it.' : 'The dyno would not find it.',
      next: 'shipit init', place: 'package.json', fix: { by: 'init' },
    }]
  },
}

export const singleLockfile: Check = {
  name: 'lockfile',
  theme: 'Dependencies',
  asserts: 'there is one lockfile',
  look: ({ project }) => {
    if (!project.manifest) return []
    const several = conflictingLockfiles(LOCKFILES.filter((file) => project.folder.isFile(file)))
    if (several.length > 0) {
      const remove = lockfilesToRemove(several, project.manifest).join(' ')
      return [{
        severity: 'error', what: `There are ${several.length === 2 ? 'two' : several.length} lockfiles: ${several.join(' and ')}.`, why: 'Heroku cannot tell which package manager is yours, and fails the build.',
        next: `Keep the one you use and remove the other: git rm ${remove}`,
      }]
    }
    if (LOCKFILES.some((file) => project.folder.isFile(file))) return []
    const ignored = LOCKFILES.find((file) => project.onDisk(file))
    return [{
      severity: 'warning', what: ignored ? `${ignored} is on disk and git ignores it.` : 'There is no lockfile.', why: 'Each build takes the newest versions that package.json allows, and the next one may take others.',
      next: ignored ? `git add --force ${ignored} && git commit` : 'shipit init, or npm install --package-lock-only; then commit it.', ...(ignored ? {} : { fix: { by: 'init' as const } }),
    }]
  },
}

export const packageManagers: Check = {
  name: 'package-managers',
  theme: 'Dependencies',
  asserts: 'package.json names one package manager',
  look: ({ project }) => {
    if (!project.manifest) return []
    const several = conflictingManagers(project.manifest)
    const [declared] = declaredManagers(project.manifest)
    const lockfile = LOCKFILES.find((file) => project.folder.isFile(file))
    if (several.length > 0) {
      return [{
        severity: 'error', what: `package.json names several package managers: ${several.map(({ place }) => place).join(', ')}.`, why: 'Heroku accepts one, and fails the build.',
        next: 'Take out all but the one that you use.', place: 'package.json',
      }]
    }
    if (!declared || !lockfile || LOCKFILE_MANAGERS[lockfile] === declared.manager) return []
    return [{
      severity: 'warning', what: `package.json names ${declared.place}, and the lockfile is ${lockfile}.`, why: 'Heroku installs by the lockfile.',
      next: `Take ${declared.place.split(' ')[0]} out of package.json, or replace ${lockfile} by the lockfile of ${declared.manager}.`, place: 'package.json',
    }]
  },
}

export const engines: Check = {
  name: 'engines',
  theme: 'Dependencies',
  asserts: 'engines.node names a Node.js that the runtime supports',
  look: ({ project }) => {
    if (!project.manifest) return []
    const range = project.manifest.engines['node']
    const at = (problem: Omit<Problem, 'place'>): Problem[] => [{ ...problem, place: 'package.json' }]
    if (range === undefined) {
      return at({ severity: 'warning', what: 'package.json has no engines.node.', why: 'Heroku chooses the Node.js version, and may choose another one tomorrow.', next: 'shipit init, which sets it', fix: { by: 'init' } })
    }
    if (semver.validRange(range) === null) return at({ severity: 'error', what: `engines.node is \`${range}\`, which is no version range.`, why: 'Heroku finds no Node.js for it, and fails the build.', next: 'Write a range such as 22.x.' })
    if (semver.intersects(range, RUNTIME_NODE) || !startCommand(project)?.runtime) return []
    return at({ severity: 'error', what: `engines.node is \`${range}\`, and shipit-runtime needs Node.js ${RUNTIME_NODE}.`, next: 'Write a range such as 22.x.' })
  },
}

export const nodeModules: Check = {
  name: 'node-modules',
  theme: 'Dependencies',
  asserts: 'node_modules is not in the commit',
  look: ({ project }) => {
    const count = project.files.filter(({ path, isCommitted }) => isCommitted && path.startsWith('node_modules/')).length
    if (count === 0) return []
    return [{
      severity: 'warning', what: `node_modules is in the commit, with ${count} ${count === 1 ? 'file' : 'files'}.`, why: 'Packages with native code are those of your machine, and every push carries them.',
      next: 'git rm -r --cached node_modules && echo node_modules/ >> .gitignore && git commit',
    }]
  },
}
