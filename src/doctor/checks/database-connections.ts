import { parseDynoCount } from '../../lib/dyno-count.js'
import { planConnections } from '../../lib/plan-connections.js'
import { DATABASE_KINDS, variablesRead } from '../database-kinds.js'
import { instancesPerDyno } from '../instances-per-dyno.js'
import { poolsOf, type Pool } from '../pools.js'
import { processesOf } from '../processes.js'
import type { Facts, PlatformFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'

/**
 * Each instance has a pool of its own: in cluster mode a plan's connections are used up sooner than
 * by one process a dyno.
 */
export const databaseConnections: Check = {
  name: 'database-connections',
  theme: 'Platform',
  asserts: "the pools of all instances fit the database's plan",
  needsPlatform: true,
  run: (facts) => {
    const database = facts.platform && databaseOf(facts.platform, facts)
    const limit = database && planConnections(database.plan)
    const uses = usesOf(facts)
    const total = uses.reduce((sum, use) => sum + use.total, 0)
    const [first] = uses.toSorted((a, b) => b.total - a.total)
    if (!database || limit === undefined || !first || total <= limit) return []
    return [problemOf(first, { ...database, limit, total, isAll: uses.length === 1 }, facts)]
  },
}

interface Use {
  app: string
  type: string
  dynos: number
  instances: number
  isEstimate: boolean
  pools: Pool[]
  /** Connections of all its instances in all dynos of that type. */
  total: number
}

/** The add-on whose variable the code reads, else the app's first. */
function databaseOf({ databases }: PlatformFacts, { project }: Facts) {
  const read = variablesRead(DATABASE_KINDS[0]!, project).map(({ name }) => name)
  return (
    databases.find(({ configVars }) => configVars.some((name) => read.includes(name))) ??
    databases[0]
  )
}

/** What each app of the ecosystem file opens in each process type that starts it. */
function usesOf(facts: Facts): Use[] {
  const { project } = facts
  const sized = instancesPerDyno(facts)
  return processesOf(project)
    .filter(({ type, runtime }) => runtime !== undefined && type !== 'release')
    .flatMap(({ type, runtime }) => {
      const only = runtime?.only?.split(/[\s,]+/).filter(Boolean)
      const dynos = dynosOf(type, facts)
      return (project.ecosystem?.apps ?? []).flatMap((app, at): Use[] => {
        if (only && !only.includes(app.name)) return []
        const { instances, isEstimate } = sized[at]!
        const pools = poolsOf(app, facts)
        const total = pools.reduce((sum, { size }) => sum + size, 0) * instances * dynos
        return total === 0
          ? []
          : [{ app: app.name, type, dynos, instances, isEstimate, pools, total }]
      })
    })
}

/** What the deploy was told, the file asks for, the app has; one web dyno for a first release. */
function dynosOf(type: string, { scale, environment, platform }: Facts): number {
  const asked = scale?.[type] ?? environment?.target.formation?.[type]
  const quantity = asked === undefined ? undefined : parseDynoCount(asked)?.quantity
  const current = platform?.formation.find((each) => each.type === type)?.quantity
  return quantity ?? current ?? (type === 'web' ? 1 : 0)
}

interface Limit {
  name: string
  plan: string
  limit: number
  total: number
  /** Whether one app in one process type is all. */
  isAll: boolean
}

function problemOf(use: Use, { name, plan, limit, total, isAll }: Limit, facts: Facts): Problem {
  const { app, type, dynos, instances, isEstimate, pools } = use
  const [pool] = pools
  const each = pools.reduce((sum, { size }) => sum + size, 0)
  const isDefault = pools.every((one) => one.isDefault)
  const factors = [
    `${each} connections${isDefault ? ` (${pool!.library}'s own number)` : ''}`,
    `${instances} ${instances === 1 ? 'instance' : 'instances'}`,
    `${dynos} ${type} ${dynos === 1 ? 'dyno' : 'dynos'}`,
  ]
  const fits = Math.floor(limit / (dynos * instances * pools.length))
  return {
    severity: 'warning',
    place: pool!.place,
    what:
      `${app} may open ${isEstimate ? 'about ' : ''}${total} connections, and ${plan} takes ` +
      `${limit}: ${factors.join(' × ')}${isAll ? '' : ', and other apps and process types'}.`,
    why:
      'Each instance has a pool of its own. PostgreSQL refuses what is beyond the limit: "too ' +
      'many connections for role".',
    next: [smaller(pool!, fits), ...larger(plan, name, total, facts.platform!.app)].join('\n'),
  }
}

const smaller = ({ option }: Pool, fits: number): string =>
  fits < 1
    ? 'Run fewer instances or dynos.'
    : option === 'connection_limit'
      ? `Add connection_limit=${fits} to the URL that Prisma gets.`
      : `Set ${option} of the pool to ${fits}.`

/** A plan that takes them all, of the tier that begins where connections become more. */
function larger(plan: string, addon: string, total: number, app: string): string[] {
  const found = ['standard-0', 'standard-2', 'standard-3']
    .map((name) => `heroku-postgresql:${name}`)
    .find((name) => (planConnections(name) ?? 0) >= total)
  return found === undefined || /:(?:private|shield|premium)-/.test(plan)
    ? []
    : [`Or take a larger plan:\nheroku addons:upgrade ${addon} ${found} -a ${app}`]
}
