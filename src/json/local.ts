/** The embedded Heroku itself. */
import {
  array,
  boolean,
  integer,
  map,
  nullable,
  object,
  oneOf,
  type Schema,
  string,
  time,
} from './schema.js'

const daemon = {
  pid: integer(),
  supervisor_pid: nullable(integer(), 'what starts it anew if it dies'),
  version: string(),
  api_url: string(),
  git_url: string(),
  router_port: integer('an app answers on http://NAME.localhost:PORT/'),
  preboot_switch_ms: integer(),
  started_at: time(),
}

/** Of an embedded Heroku that does not run. */
export const NOT_RUNNING = {
  running: false,
  uptime_seconds: null,
  generation: null,
  isolated: null,
  exposed: null,
  ...Object.fromEntries(Object.keys(daemon).map((name) => [name, null])),
  apps: null,
  problems: null,
}

/** What the daemon says of itself, without its token. */
export const daemonDocument = (info: {
  pid: number
  supervisor_pid?: number | undefined
  version: string
  apiUrl: string
  gitUrl: string
  routerPort: number
  preboot_switch: number
  started_at: string
}) => ({
  pid: info.pid,
  supervisor_pid: info.supervisor_pid ?? null,
  version: info.version,
  api_url: info.apiUrl,
  git_url: info.gitUrl,
  router_port: info.routerPort,
  preboot_switch_ms: info.preboot_switch,
  started_at: info.started_at,
})

export const LOCAL_START = object({ started: boolean('false if it ran already'), ...daemon })
export const LOCAL_STOP = object({ stopped: boolean('false if it did not run') })
export const LOCAL_RESET = object({ reset: boolean(), home: string() })
export const LOCAL_ENV = map(string(), 'environment variables, by name; a token is among them')
export const LOCAL_CYCLE = object({ app: string(), cycled: array(string()) })
export const LOCAL_STATUS = object({
  running: boolean('if it does not run, all but home is null'),
  home: string(),
  uptime_seconds: nullable(integer()),
  generation: nullable(oneOf(['cedar', 'fir']), 'of new apps'),
  isolated: nullable(boolean()),
  exposed: nullable(boolean()),
  ...Object.fromEntries(
    Object.entries(daemon).map(([name, schema]) => [name, nullable(schema as Schema)] as const),
  ),
  apps: nullable(
    array(object({ name: string(), dynos: map(integer(), 'how many are in each state') })),
  ),
  problems: nullable(array(object({ file: string(), problem: string() }))),
})
