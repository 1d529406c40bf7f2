/** What is known of dynos and instances: ps, show, monit and the log. */
import { eachFigure, type FigureName } from '../lib/figures.js'
import { snakeKeys } from '../lib/terminal.js'
import { SHOW_SINCE } from './history.js'
import { DYNO_PROPERTIES, RELEASE_REF } from './platform.js'
import {
  anyOf,
  array,
  boolean,
  integer,
  map,
  nullable,
  number,
  object,
  oneOf,
  string,
  time,
} from './schema.js'

const unknown = nullable(number())

/** `memoryMb` is memory_mb, as snakeKeys has it. */
type Snake<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : ''

const INSTANCE_PROPERTIES = {
  id: string('api:0: its app in the ecosystem file, and its number in the dyno'),
  app: string(),
  instance: integer(),
  pid: nullable(integer()),
  status: nullable(string("PM2's word")),
  restarts: nullable(integer()),
  uptime_seconds: nullable(integer()),
  ...(snakeKeys(eachFigure(() => unknown)) as Record<Snake<FigureName>, typeof unknown>),
  version: nullable(string("of the app's package.json")),
  metrics: array(
    object({ name: string(), value: anyOf(number(), string()), unit: nullable(string()) }),
  ),
  actions: array(string()),
  sampled_at: nullable(time('when the figures were printed')),
}
export const INSTANCE = object(INSTANCE_PROPERTIES)
const DEV_PROPERTIES = {
  ...INSTANCE_PROPERTIES,
  pm_id: nullable(integer(), "PM2's id; null for an app that was never started"),
  mode: oneOf(['cluster', 'fork']),
  is_watched: boolean(),
}

const REPORT_PROPERTIES = {
  ...DYNO_PROPERTIES,
  figures_from: nullable(string('shipit-runtime or log-runtime-metrics; null if nobody tells')),
  memory_quota_mb: unknown,
  memory_mb: unknown,
  load_average: nullable(number('over one minute')),
  requests_per_minute: unknown,
  errors_per_minute: unknown,
  fault: nullable(string("the last of Heroku's codes since the dyno started")),
  instances: array(INSTANCE),
}
export const DYNO_REPORT = object(REPORT_PROPERTIES)
export const PAST_REPORT = object(
  {
    ...REPORT_PROPERTIES,
    id: nullable(string()),
    state: nullable(string()),
    size: nullable(string()),
    command: nullable(string()),
    release: nullable(RELEASE_REF),
    created_at: nullable(time()),
    updated_at: nullable(time()),
  },
  'with --at: null is what was not recorded',
)
const DEV_SESSION = {
  folder: string(),
  pid: integer(),
  started_at: time(),
  port: nullable(integer()),
  url: nullable(string()),
  line: array(string(), 'what was typed after `shipit dev`'),
}
export const DEV_INSTANCE = object(DEV_PROPERTIES)
export const DEV_REPORT = object({ ...DEV_SESSION, instances: array(DEV_INSTANCE) })

export const PS = array(
  anyOf(DYNO_REPORT, DEV_REPORT, PAST_REPORT),
  'with --watch one such list a line',
)

const EVENT = { occurred_at: time(), text: string(), is_bad: boolean() }
const DETAILS = {
  events: array(object({ ...EVENT, instance: nullable(string()) }), 'newest last'),
  error_lines: array(object({ logged_at: time(), text: string() })),
  exceptions: array(
    object({
      instance: string(),
      type: string(),
      message: string('of the last one'),
      place: nullable(string('the frame that it is from')),
      is_uncaught: boolean(),
      count: integer(),
      first_at: time(),
      last_at: time(),
    }),
  ),
  codes: map(integer(), "Heroku's codes and those of the router, and how often each came"),
  peaks: object({ memory_mb: unknown, cpu_percent: unknown, event_loop_p95_ms: unknown }),
}
export const SHOW = anyOf(
  object({
    dyno: DYNO_REPORT,
    instance: nullable(INSTANCE),
    release_description: string(),
    ...DETAILS,
  }),
  object({ dev: string(), instances: array(object({ ...DEV_PROPERTIES, ...DETAILS })) }),
  SHOW_SINCE,
)
export const MONIT = object(
  {
    app: string(),
    seen_at: time(),
    requests_per_minute: unknown,
    errors_per_minute: unknown,
    dynos: array(DYNO_REPORT),
    events: array(object({ ...EVENT, place: string() }), 'since the look before'),
    problem: nullable(string('why figures may be missing')),
  },
  'one a line, again and again',
)
export const LOG_LINE = object(
  {
    id: nullable(string("of the platform's stream")),
    logged_at: time(),
    source: string('app or heroku'),
    dyno: string('web.1, router, api, …'),
    message: string(),
  },
  'one a line of the log',
)
