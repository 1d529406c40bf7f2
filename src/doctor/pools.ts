/** Pools of connections to PostgreSQL that an app opens in each of its instances. */
import type { EcosystemApp } from '../ecosystem/types.js'
import { appSources, type Source } from './app-sources.js'
import { propertyOf, valueOf } from './expressions.js'
import { prismaMajor, prismaProvider } from './prisma.js'
import { argumentsAt, lineAt } from './source-text.js'
import type { Facts, ProjectFacts } from './facts.js'

export interface Pool {
  library: string
  /** Connections at most. */
  size: number
  /** Whether the library's own number was taken, since none can be read. */
  isDefault: boolean
  /** server.js:12, or the package's name if the call that opens it was not found. */
  place: string
  /** The option that sets its size. */
  option: string
}

interface Library {
  package: string
  /** Its name for people. */
  name: string
  /** The call that opens the pool, to its opening bracket. */
  opens: RegExp
  /** Where in an object of its arguments the size stands. */
  path: readonly string[]
  size: number
}

/**
 * Sizes that they have by themselves: pg-pool's index.js (10), postgres' README (max 10),
 * Sequelize's connection-manager.js (5), knex' client.js (min 2, max 10), TypeORM over pg (10).
 * Those that open the pool of another come first.
 */
const LIBRARIES: readonly Library[] = [
  {
    package: '@prisma/adapter-pg',
    name: 'pg',
    opens: /\bnew\s+PrismaPg\s*\(/g,
    path: ['max'],
    size: 10,
  },
  {
    package: 'sequelize',
    name: 'Sequelize',
    opens: /\bnew\s+Sequelize\s*\(/g,
    path: ['pool', 'max'],
    size: 5,
  },
  {
    package: 'typeorm',
    name: 'TypeORM',
    opens: /\bnew\s+DataSource\s*\(/g,
    path: ['extra', 'max'],
    size: 10,
  },
  {
    package: 'knex',
    name: 'knex',
    opens: /\b[kK]nex\s*\(/g,
    path: ['pool', 'max'],
    size: 10,
  },
  {
    package: 'postgres',
    name: 'postgres',
    opens: /(?<![\w.'"/-])postgres\s*\(/g,
    path: ['max'],
    size: 10,
  },
  {
    package: 'pg',
    name: 'pg',
    opens: /\bnew\s+(?:\w+\.)?Pool\s*\(/g,
    path: ['max'],
    size: 10,
  },
]

/**
 * Prisma's own pool, up to version 6: twice the CPUs and 1 (prisma.io/docs/v6, connection pool).
 * A host of dynos shows 8 logical CPUs, which are 4 that count; a larger one gives more.
 */
const PRISMA_POOL = 2 * 4 + 1

/** What an instance of an app opens; none if its sources say nothing of a database. */
export function poolsOf(app: EcosystemApp, facts: Facts): Pool[] {
  const { project } = facts
  const sources = appSources(app, project)
  const dependencies = project.manifest?.dependencies ?? {}
  const opened = LIBRARIES.filter(
    ({ package: name, opens }) =>
      dependencies[name] !== undefined && sources.some(({ text }) => text.search(opens) !== -1),
  )
  if (opened.length > 0)
    return opened.flatMap((library) => sources.flatMap((source) => calls(library, source, facts)))
  const prisma = ownPoolOfPrisma(sources, project)
  return prisma ? [prisma] : []
}

function calls(library: Library, { path, text }: Source, facts: Facts): Pool[] {
  return [...text.matchAll(library.opens)].map((match) => {
    const given = argumentsAt(text, match.index + match[0].length)
    const size = given
      .map((argument) => sizeIn(argument, library.path, { path, text }, facts))
      .find((found) => found !== undefined)
    return {
      library: library.name,
      size: size ?? library.size,
      isDefault: size === undefined,
      place: `${path}:${lineAt(text, match.index)}`,
      option: library.path.join('.'),
    }
  })
}

/** A number that is written out, or that a variable decides which is known. */
function sizeIn(
  argument: string,
  [key = '', ...rest]: readonly string[],
  { path, text }: Source,
  facts: Facts,
): number | undefined {
  const object = argument.trim()
  if (!object.startsWith('{') || !object.endsWith('}')) return undefined
  const found = propertyOf(object, key)
  if (found === undefined) return undefined
  if (rest.length > 0) return sizeIn(found, rest, { path, text }, facts)
  const value = valueOf(found, { file: path, text, folder: facts.project.folder })
  if (value.kind === 'fixed') return count(value.text)
  if (value.kind === 'unknown') return undefined
  const config = facts.platform?.configVars ?? {}
  return count(value.names.map((name) => config[name]).find(Boolean) ?? value.otherwise)
}

const count = (text: string | undefined): number | undefined =>
  text !== undefined && /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined

function ownPoolOfPrisma(sources: Source[], project: ProjectFacts): Pool | undefined {
  const major = prismaMajor(project)
  const opens = sources.find(({ text }) => /\bnew\s+PrismaClient\s*\(/.test(text))
  if (!opens || major === undefined || major > 6 || prismaProvider(project) !== 'postgresql')
    return undefined
  const at = opens.text.search(/\bnew\s+PrismaClient\s*\(/)
  return {
    library: 'Prisma',
    size: PRISMA_POOL,
    isDefault: true,
    place: `${opens.path}:${lineAt(opens.text, at)}`,
    option: 'connection_limit',
  }
}
