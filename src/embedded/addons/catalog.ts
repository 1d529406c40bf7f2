import { planConnections } from '../../lib/plan-connections.js'

/**
 * Add-on services and their plans as Heroku has them (devcenter.heroku.com/articles/
 * heroku-postgres-plans, heroku-redis; elements.heroku.com has the prices), as far as this platform
 * stands in for them. Here they cost nothing; the price is what Heroku would bill.
 */
export interface Plan {
  /** Without its service. */
  name: string
  human_name: string
  /** US cents a month; null for one by contract (Private Spaces). */
  cents: number | null
  /** Connections at a time. */
  connections?: number
  /** MB of memory. */
  memory?: number
}

export interface Service {
  name: string
  human_name: string
  /** Other names that `addons:create` takes. */
  aliases: readonly string[]
  /** How names of its add-ons begin. */
  prefix: string
  /** Of an app's first attachment; the next have a colour. */
  attachment: string
  /** How the further ones begin; absent if they are numbered. */
  colored?: string
  plans: readonly Plan[]
  default: string
}

const dollars = (amount: number) => amount * 100

function withConnections(service: string, plan: Plan): Plan {
  const connections = planConnections(`${service}:${plan.name}`)
  return connections === undefined ? plan : { ...plan, connections }
}

const pgTier = (
  tier: string,
  plans: readonly (readonly [number: number, dollars: number | null])[],
): Plan[] =>
  plans.map(([number, price]) =>
    withConnections('heroku-postgresql', {
      name: `${tier.toLowerCase()}-${number}`,
      human_name: `${tier} ${number}`,
      cents: price === null ? null : dollars(price),
    }),
  )

const BY_CONTRACT = [
  [0, null],
  [2, null],
  [3, null],
  [4, null],
  [5, null],
  [6, null],
  [7, null],
] as const

const POSTGRES: Service = {
  name: 'heroku-postgresql',
  human_name: 'Heroku Postgres',
  aliases: ['heroku-postgres', 'postgresql', 'postgres'],
  prefix: 'postgresql',
  attachment: 'DATABASE',
  colored: 'HEROKU_POSTGRESQL',
  default: 'essential-0',
  plans: [
    ...pgTier('Essential', [
      [0, 5],
      [1, 9],
      [2, 20],
    ]),
    ...pgTier('Standard', [
      [0, 50],
      [2, 200],
      [3, 400],
      [4, 750],
      [5, 1400],
      [6, 2000],
      [7, 3500],
      [8, 4500],
    ]),
    ...pgTier('Premium', [
      [0, 200],
      [2, 350],
      [3, 750],
      [4, 1200],
      [5, 2500],
      [6, 3500],
      [7, 6000],
      [8, 8500],
    ]),
    ...pgTier('Private', BY_CONTRACT),
    ...pgTier('Shield', BY_CONTRACT),
  ],
}

/** @param memory MB */
const redisPlan = (name: string, price: number, memory: number): Plan =>
  withConnections('heroku-redis', {
    name,
    human_name: name.replace(/^./, (letter) => letter.toUpperCase()).replace('-', ' '),
    cents: dollars(price),
    memory,
  })

const REDIS: Service = {
  name: 'heroku-redis',
  human_name: 'Heroku Key-Value Store',
  aliases: ['heroku-key-value-store', 'redis', 'heroku-kvs'],
  prefix: 'redis',
  attachment: 'REDIS',
  colored: 'HEROKU_REDIS',
  default: 'mini',
  plans: [
    redisPlan('mini', 3, 25),
    redisPlan('premium-0', 15, 50),
    redisPlan('premium-1', 30, 100),
    redisPlan('premium-2', 60, 250),
    redisPlan('premium-3', 120, 500),
    redisPlan('premium-5', 200, 1024),
    redisPlan('premium-7', 750, 7 * 1024),
    redisPlan('premium-9', 1450, 10 * 1024),
    redisPlan('premium-10', 3500, 25 * 1024),
    redisPlan('premium-12', 6500, 50 * 1024),
    redisPlan('premium-14', 12_500, 100 * 1024),
  ],
}

const PAPERTRAIL: Service = {
  name: 'papertrail',
  human_name: 'Papertrail',
  aliases: ['solarwinds'],
  prefix: 'papertrail',
  attachment: 'PAPERTRAIL',
  default: 'choklad',
  plans: [{ name: 'choklad', human_name: 'Choklad', cents: 0 }],
}

const SCHEDULER: Service = {
  name: 'scheduler',
  human_name: 'Heroku Scheduler',
  aliases: [],
  prefix: 'scheduler',
  attachment: 'SCHEDULER',
  default: 'standard',
  plans: [{ name: 'standard', human_name: 'Standard', cents: 0 }],
}

export const SERVICES: readonly Service[] = [POSTGRES, REDIS, PAPERTRAIL, SCHEDULER]

/** By its name or one that stands for it. */
export const serviceNamed = (name: string): Service | undefined =>
  SERVICES.find((one) => one.name === name || one.aliases.includes(name))

export const planIn = (service: Service, name: string): Plan | undefined =>
  service.plans.find((plan) => plan.name === name)

/** `heroku-redis:mini`, or a service alone for its default plan; undefined if there is none. */
export function planNamed(text: string): { service: Service; plan: Plan } | undefined {
  const [serviceName = '', planName] = text.split(':')
  const service = serviceNamed(serviceName)
  const plan = service && planIn(service, planName ?? service.default)
  return service && plan && { service, plan }
}
