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

const pgTier = (
  tier: string,
  plans: readonly (readonly [number: number, dollars: number | null, connections: number])[],
): Plan[] =>
  plans.map(([number, price, connections]) => ({
    name: `${tier.toLowerCase()}-${number}`,
    human_name: `${tier} ${number}`,
    cents: price === null ? null : dollars(price),
    connections,
  }))

const BY_CONTRACT = [
  [0, null, 120],
  [2, null, 400],
  [3, null, 500],
  [4, null, 500],
  [5, null, 500],
  [6, null, 500],
  [7, null, 500],
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
      [0, 5, 20],
      [1, 9, 20],
      [2, 20, 40],
    ]),
    ...pgTier('Standard', [
      [0, 50, 120],
      [2, 200, 400],
      [3, 400, 500],
      [4, 750, 500],
      [5, 1400, 500],
      [6, 2000, 500],
      [7, 3500, 500],
      [8, 4500, 500],
    ]),
    ...pgTier('Premium', [
      [0, 200, 120],
      [2, 350, 400],
      [3, 750, 500],
      [4, 1200, 500],
      [5, 2500, 500],
      [6, 3500, 500],
      [7, 6000, 500],
      [8, 8500, 500],
    ]),
    ...pgTier('Private', BY_CONTRACT),
    ...pgTier('Shield', BY_CONTRACT),
  ],
}

const redisPlan = (
  name: string,
  price: number,
  [memory, connections]: readonly [number, number],
): Plan => ({
  name,
  human_name: name.replace(/^./, (letter) => letter.toUpperCase()).replace('-', ' '),
  cents: dollars(price),
  memory,
  connections,
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
    redisPlan('mini', 3, [25, 20]),
    redisPlan('premium-0', 15, [50, 40]),
    redisPlan('premium-1', 30, [100, 80]),
    redisPlan('premium-2', 60, [250, 200]),
    redisPlan('premium-3', 120, [500, 400]),
    redisPlan('premium-5', 200, [1024, 1000]),
    redisPlan('premium-7', 750, [7 * 1024, 10_000]),
    redisPlan('premium-9', 1450, [10 * 1024, 25_000]),
    redisPlan('premium-10', 3500, [25 * 1024, 40_000]),
    redisPlan('premium-12', 6500, [50 * 1024, 65_000]),
    redisPlan('premium-14', 12_500, [100 * 1024, 65_000]),
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

export const SERVICES: readonly Service[] = [POSTGRES, REDIS, PAPERTRAIL]

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
