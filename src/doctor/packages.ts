/**
 * Which packages a dyno has: those that are left when Heroku's build has pruned devDependencies.
 */

import { isBerryLockfile, LOCKFILE_MANAGERS, lockfilesIn } from '../project/lockfiles.js'
import { isObject, readPackageJson } from '../init/detect/package-json.js'
import { workspacesOf } from '../init/detect/workspaces.js'
import { ShipitError } from '../errors.js'
import { KEEP_DEV, keepsDev, type Pruner } from '../project/prune-switches.js'
import type { Facts, Manifest, ProjectFacts } from './facts.js'
import { lockJson, yarnGraph } from './lock-entries.js'

/**
 * kept: a dyno has it. pruned: it had to be a dependency. absent: it is nowhere among what is
 * installed. unknown: nothing certain says so.
 */
export type Standing = 'kept' | 'pruned' | 'absent' | 'unknown'

export interface Packages {
  tool: Pruner
  /** Of a package that code at the root loads by its name. */
  standing(name: string): Standing
  /** The packages that bring a program of that name, as far as that is known. */
  providers(program: string): string[]
  /** The range in package.json, if it is a direct dependency of the root. */
  rangeOf(name: string): string | undefined
  /** The command that makes a dependency of it. */
  promote(name: string): string
  /** The assignment that would keep devDependencies in the slug. */
  keepDev: string
}

/**
 * Programs of packages that are called otherwise, and tools that a start command often has from
 * devDependencies.
 */
const PROGRAMS: Record<string, string[]> = {
  dotenv: ['dotenv-cli'],
  tsnd: ['ts-node-dev'],
  nest: ['@nestjs/cli'],
  tsc: ['typescript'],
  'babel-node': ['@babel/node', 'babel-cli'],
  babel: ['@babel/cli', 'babel-cli'],
  'run-s': ['npm-run-all', 'npm-run-all2'],
  'run-p': ['npm-run-all', 'npm-run-all2'],
  sequelize: ['sequelize-cli'],
  'mikro-orm': ['@mikro-orm/cli'],
  fastify: ['fastify-cli'],
  'remix-serve': ['@remix-run/serve'],
  'react-router-serve': ['@react-router/serve'],
  'react-router': ['@react-router/dev'],
  strapi: ['@strapi/strapi', 'strapi'],
  nuxi: ['nuxt', 'nuxi'],
  ng: ['@angular/cli'],
  swc: ['@swc/cli'],
  'swc-node': ['@swc-node/cli'],
  'cross-env-shell': ['cross-env'],
  'pm2-runtime': ['pm2'],
  'ts-node-esm': ['ts-node'],
  'ts-node-script': ['ts-node'],
  'ts-node-transpile-only': ['ts-node'],
  dotenvx: ['@dotenvx/dotenvx'],
  esr: ['esbuild-runner'],
  esno: ['esno', 'tsx'],
  'vue-cli-service': ['@vue/cli-service'],
  rw: ['@redwoodjs/core'],
  'lb-tsc': ['@loopback/build'],
  medusa: ['@medusajs/cli', '@medusajs/medusa'],
  adonis: ['@adonisjs/cli'],
  sls: ['serverless'],
  changeset: ['@changesets/cli'],
}
const TOOLS = new Set([
  'ts-node',
  'ts-node-dev',
  'tsx',
  'nodemon',
  'cross-env',
  'env-cmd',
  'concurrently',
  'npm-run-all',
  'forever',
  'pm2',
  'knex',
  'prisma',
  'typeorm',
  'drizzle-kit',
  'rimraf',
  'serve',
  'http-server',
  'next',
  'nuxt',
  'vite',
  'json-server',
  'micro',
])

/** A package manager that could not be told gives nothing away: then every standing is unknown. */
export function packagesOf({ project, platform }: Facts): Packages {
  const manifests = manifestsOf(project)
  const tool = toolOf(project)
  const env = { NODE_ENV: 'production', ...appJsonEnv(project), ...platform?.configVars }
  const isKept =
    keepsDev(env, tool) ||
    /^\s*(include\s*=\s*["']?dev|production\s*=\s*false)/m.test(
      (tool === 'npm' && project.folder.read('.npmrc')) || '',
    )
  const lock = lockOf(project, manifests, tool)
  const standing = (name: string): Standing => {
    const found = lock.standing(name)
    return found === 'pruned' && isKept ? 'kept' : found
  }
  const rangeOf = (name: string) =>
    project.manifest?.dependencies[name] ?? project.manifest?.devDependencies[name]
  return {
    tool,
    standing,
    rangeOf,
    keepDev: KEEP_DEV[tool],
    providers: (program) => providersOf(program, lock),
    promote: (name) => promotion(tool, name, rangeOf(name)),
  }
}

/** By the lockfile, else by name. Of what nothing installs, only tools that are surely packages. */
function providersOf(program: string, lock: Lock): string[] {
  const known = lock.providers(program)
  if (known.length > 0) return known
  const named = Object.hasOwn(PROGRAMS, program) ? PROGRAMS[program]! : [program]
  const installed = named.filter((name) => lock.standing(name) !== 'absent')
  if (installed.length > 0) return installed
  return Object.hasOwn(PROGRAMS, program) || TOOLS.has(program) ? named : []
}

/** What app.json sets for an app that is made of it (devcenter: app-json-schema). */
function appJsonEnv({ folder }: ProjectFacts): Record<string, string> {
  const env = lockJson(folder.read('app.json') ?? '')?.['env']
  if (!isObject(env)) return {}
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const text = isObject(value) ? value['value'] : value
      return typeof text === 'string' ? [[name, text]] : []
    }),
  )
}

function toolOf({ folder }: ProjectFacts): Pruner {
  const lockfile = lockfilesIn(folder)[0]
  const manager = lockfile === undefined ? 'npm' : LOCKFILE_MANAGERS[lockfile]!
  return manager === 'yarn' && isBerryLockfile(folder.read('yarn.lock') ?? '') ? 'berry' : manager
}

type Dependent = Pick<Manifest, 'dependencies' | 'devDependencies'> & {
  optionalDependencies?: Record<string, string>
}

/** Of the root, and of every workspace, whose dependencies the same install brings. */
function manifestsOf({ folder, manifest }: ProjectFacts): Dependent[] {
  if (!manifest) return []
  const inner = workspacesOf(folder, manifest).flatMap(({ dir }): Dependent[] => {
    try {
      return [readPackageJson({ ...folder, read: (file) => folder.read(`${dir}/${file}`) })]
    } catch (error) {
      if (error instanceof ShipitError) return []
      throw error
    }
  })
  return [manifest, ...inner]
}

interface Lock {
  standing(name: string): Standing
  providers(program: string): string[]
}

function lockOf({ folder }: ProjectFacts, manifests: Dependent[], tool: Pruner): Lock {
  const isIn = (name: string, kind: 'dependencies' | 'devDependencies' | 'optionalDependencies') =>
    manifests.some((each) => each[kind]?.[name] !== undefined)
  const isDirect = (name: string) =>
    isIn(name, 'dependencies') || isIn(name, 'optionalDependencies')
  const direct = (name: string, otherwise: Standing): Standing =>
    isDirect(name) ? 'kept' : isIn(name, 'devDependencies') ? 'pruned' : otherwise
  if (tool === 'npm') {
    const file = lockfilesIn(folder, 'npm')[0]
    const lock = file === undefined ? undefined : lockJson(folder.read(file) ?? '')
    return lock
      ? npmLock(lock, isDirect)
      : { standing: (name) => direct(name, 'unknown'), providers: () => [] }
  }
  // pnpm lets nobody load what is not a dependency of his own.
  if (tool === 'pnpm')
    return {
      standing: (name) =>
        direct(name, folder.read('.npmrc')?.includes('hoist') ? 'unknown' : 'absent'),
      providers: () => [],
    }
  const graph = yarnGraph(folder.read('yarn.lock') ?? '')
  const production = reached(
    graph,
    manifests.flatMap((each) =>
      Object.keys({ ...each.dependencies, ...each.optionalDependencies }),
    ),
  )
  return {
    standing: (name) =>
      production.has(name) || isDirect(name)
        ? 'kept'
        : graph.has(name)
          ? 'pruned'
          : direct(name, 'absent'),
    providers: () => [],
  }
}

/**
 * npm marks what only devDependencies ask for, and from version 2 of its lockfile on names the
 * programs of each package.
 */
function npmLock(lock: Record<string, unknown>, isDirect: (name: string) => boolean): Lock {
  const { packages, dependencies } = lock
  const entries = new Map<string, Record<string, unknown>>()
  for (const [place, entry] of Object.entries(
    isObject(packages) ? packages : isObject(dependencies) ? dependencies : {},
  )) {
    const name = isObject(packages)
      ? /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(place)?.[1]
      : place
    if (name !== undefined && isObject(entry)) entries.set(name, entry)
  }
  const standing = (name: string): Standing => {
    const entry = entries.get(name)
    if (entry === undefined) return isDirect(name) ? 'kept' : 'absent'
    return entry['dev'] === true ? 'pruned' : 'kept'
  }
  const brings =
    (program: string) =>
    ([name, { bin }]: [string, Record<string, unknown>]) =>
      isObject(bin)
        ? bin[program] !== undefined
        : typeof bin === 'string' && name.split('/').at(-1) === program
  return {
    standing,
    providers: (program) => [...entries].filter(brings(program)).map(([name]) => name),
  }
}

function reached(graph: ReadonlyMap<string, readonly string[]>, from: string[]): Set<string> {
  const found = new Set(from)
  for (const name of found) for (const next of graph.get(name) ?? []) found.add(next)
  return found
}

/** Each moves it from devDependencies; Yarn has no word for that. */
function promotion(tool: Pruner, name: string, range: string | undefined): string {
  const spec = range !== undefined && /^[\w.^~-]+$/.test(range) ? `${name}@${range}` : name
  if (tool === 'npm') return `npm install --save-prod ${spec}`
  if (tool === 'pnpm') return `pnpm add --save-prod ${spec}`
  return range === undefined ? `yarn add ${spec}` : `yarn remove ${name} && yarn add ${spec}`
}
