/** Documents as the dashboard's server sends them, of apps that never ran. */
import type {
  AppSummary,
  DetailsDocument,
  DynoDocument,
  ExceptionDocument,
  FormationDocument,
  InstanceDocument,
  LogEntry,
  Mark,
  ReleaseDocument,
  RouteDocument,
  SeriesDocument,
} from '../../../src/dashboard/wire.js'

export const iso = (time: number): string => new Date(time).toISOString()

/** What runs if any text of a document becomes an element. */
export const MARKUP =
  `<img src=x onerror="document.title='owned'; alert(1)">` +
  `<script>document.title = 'owned'</script><b style="color:red">bold</b>`

/** What is read by the page, not shown: a word of a list, a time, a key. */
const NO_TEXT =
  /^(?:app|kind|state|level|source|platform|rule|web_url|size|cost_class|figures_from|at|.*_at)$/

/** A document with markup in every text that somebody else may have written. */
export function withMarkup(document: unknown, name = ''): unknown {
  if (typeof document === 'string') return NO_TEXT.test(name) ? document : document + MARKUP
  if (Array.isArray(document)) return document.map((one) => withMarkup(one, name))
  if (typeof document !== 'object' || document === null) return document
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [key, withMarkup(value, key)]),
  )
}

/** The same figures at each run. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

export function summary(app: string, now: number, some: Partial<AppSummary> = {}): AppSummary {
  const next = random(app.length * 97)
  return {
    app,
    platform: 'heroku',
    web_url: `https://${app}.example.com/`,
    state: 'up',
    state_why: null,
    release: {
      version: 42,
      description: 'Deploy 3f9c2ab1',
      commit: '3f9c2ab1d00c5b2e1f6a7788c4d2b7ac61a0e9f3',
      at: iso(now - 5_400_000),
    },
    dynos: { up: 3, of: 3 },
    instances: { online: 6, of: 6 },
    requests_per_minute: 1240,
    errors_per_minute: 0,
    service_p95_ms: 84,
    cpu_percent: 61,
    memory_mb: 712,
    memory_quota_mb: 1536,
    faults: [],
    sparkline: Array.from({ length: 60 }, (_, at) =>
      at < 4 ? null : Math.round(1100 + 260 * Math.sin(at / 8) + 160 * next()),
    ),
    problem: null,
    ...some,
  }
}

export function instance(
  id: string,
  now: number,
  some: Partial<InstanceDocument> = {},
): InstanceDocument {
  const [app = 'api', number = '0'] = id.split(':')
  return {
    id,
    app,
    instance: Number(number),
    pid: 23 + Number(number),
    status: 'online',
    restarts: 0,
    uptime_seconds: 5300,
    memory_mb: 112.4 + Number(number) * 7,
    heap_mb: 58.2,
    external_mb: 6.1,
    memory_limit_mb: 230,
    cpu_percent: 9.8 + Number(number),
    event_loop_p95_ms: 12.6,
    requests_per_minute: 207,
    active_requests: 3,
    version: '2.4.1',
    metrics: [
      { name: 'orders in the queue', value: 17, unit: null },
      { name: 'database pool', value: '8/20', unit: 'in use' },
      { name: 'cache hits', value: 96.2, unit: '%' },
    ],
    actions: ['flush cache', 'heap snapshot'],
    sampled_at: iso(now - 4000),
    ...some,
  }
}

export function dyno(name: string, now: number, some: Partial<DynoDocument> = {}): DynoDocument {
  const type = name.split('.')[0]!
  return {
    id: `dyno-${name}`,
    name,
    type,
    state: 'up',
    size: 'Standard-1X',
    command: 'shipit-runtime start ecosystem.config.yml',
    release: { id: 'release-42', version: 42 },
    app: { id: 'app-1', name: 'shop' },
    created_at: iso(now - 5_400_000),
    updated_at: iso(now - 5_390_000),
    figures_from: 'shipit-runtime',
    memory_quota_mb: 512,
    memory_mb: 237.2,
    load_average: 0.31,
    requests_per_minute: 413,
    errors_per_minute: 0,
    fault: null,
    instances: [instance('api:0', now), instance('api:1', now)],
    ...some,
  }
}

/** A span of figures with a busy hour in it. @param known part of the span that has figures */
export function series(
  { from, to, points }: { from: number; to: number; points: number },
  { scale = 1, since = -Infinity, quota = 1536 as number | null } = {},
): SeriesDocument {
  const step = Math.max(20_000, Math.ceil((to - from) / points / 20_000) * 20_000)
  const first = Math.ceil(from / step) * step
  const at = Array.from(
    { length: Math.max(0, Math.floor((to - first) / step) + 1) },
    (_, index) => first + index * step,
  )
  const next = random(7)
  const of = (middle: number, swing: number, noise: number) =>
    at.map((time) =>
      time < since
        ? null
        : Math.max(0, scale * (middle + swing * Math.sin(time / 900_000) + noise * (next() - 0.5))),
    )
  const requests = of(1240, 320, 180)
  return {
    at,
    step_ms: step,
    cpu_percent: of(61, 18, 12),
    memory_mb: of(712, 60, 20),
    memory_quota_mb: quota,
    event_loop_p95_ms: of(13, 3, 4),
    requests_per_minute: requests,
    client_errors_per_minute: of(6, 3, 5),
    server_errors_per_minute: at.map((time, index) =>
      time < since ? null : index % 41 === 7 ? 9 : next() < 0.06 ? 2 : 0,
    ),
    service_p50_ms: of(21, 4, 4),
    service_p95_ms: of(84, 18, 16),
    service_p99_ms: of(148, 36, 50),
    dyno_count: at.map((time) => (time < since ? null : time > to - 1_500_000 ? 3 : 2)),
  }
}

export const marks = (now: number): Mark[] => [
  {
    at: now - 5_400_000,
    kind: 'release',
    place: 'shop',
    text: 'v42: Deploy 3f9c2ab1',
    is_bad: false,
  },
  {
    at: now - 3_000_000,
    kind: 'config',
    place: 'shop',
    text: 'Set CACHE_URL config vars',
    is_bad: false,
  },
  {
    at: now - 2_100_000,
    kind: 'fault',
    place: 'web.2',
    text: 'R14 memory quota exceeded',
    is_bad: true,
  },
  {
    at: now - 1_900_000,
    kind: 'crash',
    place: 'web.2 api:1',
    text: 'exited with code 1, restarting in 225 ms',
    is_bad: true,
  },
  {
    at: now - 1_500_000,
    kind: 'scale',
    place: 'shop',
    text: 'web from 2 to 3 dynos',
    is_bad: false,
  },
  {
    at: now - 700_000,
    kind: 'restart',
    place: 'web.1',
    text: 'restarted, as asked',
    is_bad: false,
  },
]

const MESSAGES: readonly (Pick<LogEntry, 'dyno' | 'source' | 'message' | 'level'> & {
  is_figures?: boolean
})[] = [
  { dyno: 'web.1', source: 'app', message: 'order 42 is paid', level: 'info' },
  {
    dyno: 'router',
    source: 'heroku',
    message:
      'at=info method=GET path="/orders/42" host=shop.example.com request_id=9f1 fwd="203.0.113.9" dyno=web.1 connect=0ms service=18ms status=200 bytes=812 protocol=https',
    level: 'info',
  },
  {
    dyno: 'web.2',
    source: 'app',
    message: 'slow query: select * from orders where state = $1 (812 ms)',
    level: 'warn',
  },
  {
    dyno: 'web.1',
    source: 'app',
    message:
      'shipit source=web.1 app=api instance=0 pid=23 status=online sample#memory_rss=112.40MB sample#cpu=9.8%',
    level: 'info',
    is_figures: true,
  },
  {
    dyno: 'web.2',
    source: 'app',
    message: "TypeError: Cannot read properties of undefined (reading 'total')",
    level: 'error',
  },
  { dyno: 'worker.1', source: 'app', message: 'mailed the receipt of order 42', level: 'info' },
  {
    dyno: 'web.3',
    source: 'app',
    message: '<img src=x onerror="document.title=\'owned\'"><script>alert(1)</script>',
    level: 'info',
  },
]

/** @param first seq of the first line */
export function lines(first: number, count: number, until: number): LogEntry[] {
  return Array.from({ length: count }, (_, at) => {
    const { is_figures = false, ...message } = MESSAGES[(first + at) % MESSAGES.length]!
    const logged = until - (count - 1 - at) * 800
    return {
      id: `line-${first + at}`,
      logged_at: iso(logged),
      seq: first + at,
      is_figures,
      ...message,
    }
  })
}

export const routes = (): RouteDocument[] => [
  route('GET', '/', 18_204, { p50: 9, p95: 31, most: 220 }),
  route('GET', '/orders/:id', 9120, { p50: 18, p95: 84, most: 912, client: 41 }),
  route('POST', '/orders', 1240, { p50: 62, p95: 310, most: 2410, client: 12, server: 37 }),
  route('GET', '/reports/:id/export', 88, { p50: 1800, p95: 6400, most: 29_800, server: 4 }),
  route('GET', '/assets/:file', 44_102, { p50: 2, p95: 6, most: 71 }),
]

const route = (
  method: string,
  path: string,
  requests: number,
  { p50, p95, most, client = 0, server = 0 }: Record<string, number>,
): RouteDocument => ({
  method,
  path,
  requests,
  client_errors: client!,
  server_errors: server!,
  p50_ms: p50!,
  p95_ms: p95!,
  max_ms: most!,
})

export const exceptions = (now: number): ExceptionDocument[] => [
  {
    type: 'TypeError',
    message: "Cannot read properties of undefined (reading 'total')",
    place: 'src/orders/total.js:41:17',
    is_uncaught: true,
    count: 128,
    instances: ['web.1 api:0', 'web.2 api:1'],
    first_at: iso(now - 5_000_000),
    last_at: iso(now - 64_000),
  },
  {
    type: 'ConnectionError',
    message: 'connect ETIMEDOUT 10.1.4.7:5432',
    place: 'src/db/pool.js:88:9',
    is_uncaught: false,
    count: 3,
    instances: ['web.2 api:0'],
    first_at: iso(now - 3_200_000),
    last_at: iso(now - 3_100_000),
  },
]

export const releases = (now: number): ReleaseDocument[] => [
  release(42, 'Deploy 3f9c2ab1', now - 5_400_000, { commit: '3f9c2ab1d00c', isCurrent: true }),
  release(41, 'Set CACHE_URL, CACHE_TTL config vars', now - 9_000_000, {}),
  release(40, 'Deploy 77aa01c9', now - 86_400_000, { commit: '77aa01c9d00c' }),
  release(39, 'Deploy 0b55cf2e', now - 172_800_000, { commit: '0b55cf2ed00c', status: 'failed' }),
  release(38, 'Remove OLD_KEY config vars', now - 200_000_000, {}),
]

const release = (
  version: number,
  description: string,
  at: number,
  {
    commit = null,
    isCurrent = false,
    status = 'succeeded',
  }: { commit?: string | null; isCurrent?: boolean; status?: string },
): ReleaseDocument => ({
  version,
  description,
  status,
  user: 'ada@example.com',
  at: iso(at),
  commit,
  is_current: isCurrent,
  is_rollback_possible: !isCurrent && status === 'succeeded',
})

export const formation = (now: number): FormationDocument => ({
  process_types: [
    {
      type: 'web',
      command: 'shipit-runtime start ecosystem.config.yml',
      quantity: 3,
      size: 'Standard-1X',
      cost_class: 'standard',
      most: 100,
      memory_mb_per_dyno: 512,
      instances_per_dyno: 2,
    },
    {
      type: 'worker',
      command: 'node worker.js',
      quantity: 0,
      size: 'Standard-1X',
      cost_class: 'standard',
      most: 100,
      memory_mb_per_dyno: 512,
      instances_per_dyno: null,
    },
  ],
  sizes: [
    { name: 'Basic', memory_mb: 512, cost_class: 'basic' },
    { name: 'Standard-1X', memory_mb: 512, cost_class: 'standard' },
    { name: 'Standard-2X', memory_mb: 1024, cost_class: 'standard' },
    { name: 'Performance-M', memory_mb: 2560, cost_class: 'performance' },
  ],
  is_maintenance: false,
  builds: [{ id: 'build-7', at: iso(now - 41_000), user: 'ada@example.com' }],
})

export const config = (): string[] => [
  'CACHE_TTL',
  'CACHE_URL',
  'DATABASE_URL',
  'NODE_ENV',
  'SESSION_SECRET',
]

export function details(one: DynoDocument, id: string | undefined, now: number): DetailsDocument {
  return {
    dyno: one,
    instance: one.instances.find((instance) => instance.id === id) ?? null,
    release_description: 'Deploy 3f9c2ab1',
    events: [
      {
        occurred_at: iso(now - 1_900_000),
        text: 'exited with code 1, restarting in 225 ms',
        is_bad: true,
        instance: 'api:1',
      },
      {
        occurred_at: iso(now - 1_899_000),
        text: 'online (pid 31)',
        is_bad: false,
        instance: 'api:1',
      },
    ],
    error_lines: [
      {
        logged_at: iso(now - 64_000),
        text: "TypeError: Cannot read properties of undefined (reading 'total')",
      },
    ],
    exceptions: exceptions(now).map(({ instances, ...rest }) => ({
      ...rest,
      instance: instances[0]!,
    })),
    codes: { R14: 2 },
    peaks: { memory_mb: 260, cpu_percent: 48, event_loop_p95_ms: 31 },
  }
}
