/** heroku-postgresql: a database and a role in the platform's one PostgreSQL. */
import { randomBytes } from 'node:crypto'
import type { AddonRecord } from '../../store/records.js'
import type { Provider } from '../provider.js'
import { planIn, serviceNamed, type Plan } from '../catalog.js'
import { Cluster } from './cluster.js'

type Addon = Readonly<AddonRecord>

/** As Heroku makes them up: d and u, then letters and digits. */
const newName = (letter: string) => letter + randomBytes(7).toString('hex')

/** Connections beyond the plan's are refused: too many connections for role. */
const limitOf = ({ connections = -1 }: Plan) => connections

export function createPostgres(options: ConstructorParameters<typeof Cluster>[0]): Provider {
  const cluster = new Cluster(options)
  const urlOf = ({ resource: { database, role, password } }: Pick<Addon, 'resource'>) => ({
    URL: `postgres://${role}:${password}@127.0.0.1:${cluster.port}/${database}`,
  })

  return {
    prepare: () => ({
      database: newName('d'),
      role: newName('u'),
      password: 'p' + randomBytes(32).toString('hex'),
    }),

    async provision(addon, plan, say) {
      await cluster.start(say)
      // Of one that was begun before, what there is goes first.
      await drop(cluster, addon)
      await create(cluster, addon.resource, limitOf(plan))
      return { resource: addon.resource, config: urlOf(addon) }
    },

    async changePlan({ resource: { role } }, plan) {
      const sql = await cluster.sql()
      await sql`ALTER ROLE ${sql(role!)} CONNECTION LIMIT ${sql.unsafe(String(limitOf(plan)))}`
    },

    async deprovision(addon, rest) {
      if (rest.length === 0) return cluster.remove()
      await cluster.start(() => undefined)
      await drop(cluster, addon)
    },

    async start(addons, isAll) {
      if (addons.length === 0) {
        if (isAll) await cluster.remove()
        return new Map()
      }
      await cluster.start(options.log)
      if (isAll) await dropUnknown(cluster, addons)
      const ready = addons.filter(({ state }) => state === 'provisioned')
      return new Map(
        ready.map((addon) => [addon.id, { resource: addon.resource, config: urlOf(addon) }]),
      )
    },

    stop: () => cluster.stop(),

    facts: (addon) => facts(cluster, addon),

    async reset({ resource }) {
      const { database, role } = resource
      const sql = await cluster.sql()
      await sql`DROP DATABASE IF EXISTS ${sql(database!)} WITH (FORCE)`
      await createDatabase(cluster, database!, role!)
    },
  }
}

async function create(
  cluster: Cluster,
  { database, role, password }: Addon['resource'],
  limit: number,
): Promise<void> {
  const sql = await cluster.sql()
  // Names and password are hexadecimal digits, made here: statements like these take no parameters.
  await sql.unsafe(
    `CREATE ROLE ${role} LOGIN PASSWORD '${password}' CONNECTION LIMIT ${String(limit)}`,
  )
  await createDatabase(cluster, database!, role!)
}

/** Nobody but its owner may connect to it. */
async function createDatabase(cluster: Cluster, database: string, role: string): Promise<void> {
  const sql = await cluster.sql()
  await sql`CREATE DATABASE ${sql(database)} OWNER ${sql(role)}`
  await sql`REVOKE ALL ON DATABASE ${sql(database)} FROM PUBLIC`
  // Before PostgreSQL 15 everybody may write there, from then on its owner.
  const inside = await cluster.sql(database)
  try {
    await inside`ALTER SCHEMA public OWNER TO ${inside(role)}`
  } finally {
    await inside.end({ timeout: 5 })
  }
}

async function drop(
  cluster: Cluster,
  { resource: { database, role } }: Pick<Addon, 'resource'>,
): Promise<void> {
  const sql = await cluster.sql()
  await sql`DROP DATABASE IF EXISTS ${sql(database!)} WITH (FORCE)`
  await sql`DROP ROLE IF EXISTS ${sql(role!)}`
}

/** Of apps that were destroyed just before the platform was killed. */
async function dropUnknown(cluster: Cluster, addons: readonly Addon[]): Promise<void> {
  const sql = await cluster.sql()
  const known = new Set(addons.flatMap(({ resource }) => [resource.database, resource.role]))
  const databases = await sql<{ name: string }[]>`SELECT datname AS name FROM pg_database
    WHERE datname ~ '^d[0-9a-f]{14}$'`
  const roles = await sql<{ name: string }[]>`SELECT rolname AS name FROM pg_roles
    WHERE rolname ~ '^u[0-9a-f]{14}$'`
  for (const { name } of databases.filter((one) => !known.has(one.name)))
    await sql`DROP DATABASE ${sql(name)} WITH (FORCE)`
  for (const { name } of roles.filter((one) => !known.has(one.name)))
    await sql`DROP ROLE ${sql(name)}`
}

/** What `heroku pg:info` shows, in its order. */
async function facts(
  cluster: Cluster,
  { plan, service, resource: { database, role }, created_at: createdAt }: Addon,
): Promise<Record<string, string>> {
  const sql = await cluster.sql()
  const [row] = await sql<{ size: string; version: string; connections: number }[]>`
    SELECT pg_size_pretty(pg_database_size(${database!})) AS size,
           current_setting('server_version') AS version,
           (SELECT count(*)::int FROM pg_stat_activity WHERE usename = ${role!}) AS connections`
  const inside = await cluster.sql(database)
  const [tables] = await inside<{ count: number }[]>`
    SELECT count(*)::int FROM information_schema.tables WHERE table_schema NOT IN
      ('pg_catalog', 'information_schema')`.finally(() => inside.end({ timeout: 5 }))
  const found = planIn(serviceNamed(service)!, plan)
  return {
    Plan: found?.human_name ?? plan,
    Status: 'Available',
    Connections: `${row!.connections}/${found?.connections ?? 'unlimited'}`,
    'PG Version': row!.version.split(' ')[0]!,
    Created: createdAt,
    'Data Size': row!.size,
    Tables: String(tables!.count),
    'Fork/Follow': 'Unsupported',
    Rollback: 'Unsupported',
  }
}
