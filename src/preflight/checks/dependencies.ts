import semver from 'semver'
import { LOCKFILE } from '../../init/lockfile.js'
import { RUNTIME } from '../../init/runtime-tarball.js'
import type { Check, Problem } from '../finding.js'
import { startCommand } from '../start-command.js'

/** The runtime's own need, as in its package.json. */
const RUNTIME_NODE = '>=20.19'
const LOCKFILES = [...new Set(['npm-shrinkwrap.json', ...Object.values(LOCKFILE)])]
const managerOf = (file: string) => (file === 'npm-shrinkwrap.json' ? 'npm' : Object.entries(LOCKFILE).find(([, name]) => name === file)![0])

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
    const found = LOCKFILES.filter((file) => project.folder.isFile(file))
    if (new Set(found.map(managerOf)).size > 1) {
      return [{
        severity: 'error', what: `There are two lockfiles: ${found.join(' and ')}.`, why: 'Heroku cannot tell which package manager is yours, and fails the build.',
        next: `Keep the one you use and remove the other, such as: git rm ${found.find((file) => file !== 'package-lock.json')}`,
      }]
    }
    if (found.length > 0) return []
    const ignored = LOCKFILES.find((file) => project.onDisk(file))
    return [{
      severity: 'warning', what: ignored ? `${ignored} is on disk and git ignores it.` : 'There is no lockfile.', why: 'Each build takes the newest versions that package.json allows, and the next one may take others.',
      next: ignored ? `git add --force ${ignored} && git commit` : 'shipit init, or npm install --package-lock-only; then commit it.', ...(ignored ? {} : { fix: { by: 'init' as const } }),
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
