/** Kinds of databases that an app speaks to, and how it is told where they are. */
import type { Manifest, ProjectFacts } from './facts.js'
import { allSources, type Source } from './app-sources.js'
import { prismaConfigs, prismaProvider, prismaSchema } from './prisma.js'

export interface DatabaseKind {
  name: string
  /** Of what an app that speaks to it depends on. */
  packages: readonly string[]
  /** What Prisma's schema calls it. */
  provider?: string
  /** Names of the variables that hold its URL, whole. */
  variables: RegExp
  /** Heroku's own add-on, and the variable that it sets. */
  addon?: { plan: string; variable: string }
}

export const DATABASE_KINDS: readonly DatabaseKind[] = [
  {
    name: 'PostgreSQL',
    packages: ['pg', 'postgres', 'pg-promise', '@prisma/adapter-pg', '@mikro-orm/postgresql'],
    provider: 'postgresql',
    variables:
      /^(?:(?:DATABASE|DB|PG|POSTGRES(?:QL)?)(?:_PRISMA)?_UR[LI]|HEROKU_POSTGRESQL_[A-Z]+_URL)$/,
    addon: { plan: 'heroku-postgresql:essential-0', variable: 'DATABASE_URL' },
  },
  {
    name: 'Redis',
    packages: ['ioredis', 'redis', '@redis/client', 'bullmq', 'bull', 'bee-queue'],
    variables: /^(?:REDIS(?:CLOUD|TOGO)?(?:_TLS)?_UR[LI]|HEROKU_REDIS_[A-Z]+_(?:TLS_)?URL)$/,
    addon: { plan: 'heroku-redis:mini', variable: 'REDIS_URL' },
  },
  {
    name: 'MongoDB',
    packages: ['mongoose', 'mongodb', '@typegoose/typegoose'],
    provider: 'mongodb',
    variables: /^(?:MONGO(?:DB)?_?(?:DB)?_(?:UR[LI]|CONNECTION_STRING)|DB_UR[LI]|DATABASE_UR[LI])$/,
  },
]

/** The kinds that the app's dependencies speak to. */
export function kindsOf(project: ProjectFacts): DatabaseKind[] {
  const { manifest } = project
  if (!manifest) return []
  const provider = has(manifest, '@prisma/client') ? prismaProvider(project) : undefined
  const found = DATABASE_KINDS.filter(
    (kind) =>
      kind.packages.some((name) => has(manifest, name)) ||
      (provider !== undefined && kind.provider === provider),
  )
  // DATABASE_URL is that of a PostgreSQL if there are both.
  return found.some(({ name }) => name === 'PostgreSQL')
    ? found.filter(({ name }) => name !== 'MongoDB')
    : found
}

const has = ({ dependencies }: Manifest, name: string): boolean => dependencies[name] !== undefined

/** Where apps say how they reach a database, besides the sources that their scripts load. */
const CONFIGS = [
  ...['config/config', 'config/database', 'src/config/database', 'knexfile', 'ormconfig'],
  ...['data-source', 'src/data-source', 'src/config/config', 'src/db', 'src/lib/prisma'],
].flatMap((name) => ['js', 'cjs', 'mjs', 'ts', 'json'].map((ending) => `${name}.${ending}`))

/** A variable that the app reads, and where. */
export interface ReadVariable {
  name: string
  place: string
}

/** The variables of a kind that are named in the app's own files. */
export function variablesRead({ variables }: DatabaseKind, project: ProjectFacts): ReadVariable[] {
  const { folder } = project
  const schema = prismaSchema(project)
  const files: Source[] = [
    ...allSources(project),
    ...(schema ? [schema] : []),
    ...[...prismaConfigs(project), ...CONFIGS]
      .filter((file) => folder.isFile(file))
      .map((file) => ({ path: file, text: folder.read(file) ?? '' })),
  ]
  const found = files.flatMap(({ path, text }) =>
    [...text.matchAll(/\b[A-Z][A-Z0-9_]+\b/g)]
      .filter(([name]) => variables.test(name))
      .map(([name]) => ({ name, place: path })),
  )
  return found.filter(({ name }, at) => found.findIndex((each) => each.name === name) === at)
}
