/**
 * What counts as a healthy answer: by the flags, else by `health:` of the environment, else
 * anything that shows that the app serves.
 */
import { parseDuration } from '../../lib/duration.js'
import { isHeader, NO_HEALTH_CHECK, readStatuses } from '../../ecosystem/health.js'
import type { HealthTarget } from '../../ecosystem/types.js'
import { ShipitError } from '../../errors.js'

/** Plain data of the plan. The values of headers are not in it: they may be secret. */
export interface HealthCheck {
  /** Path of the app's URL; null if nothing is asked. */
  path: string | null
  /**
   * Whether the user named the path: it then has to answer as `status` says. Else the app has to
   * serve, no more.
   */
  isNamed: boolean
  /** Statuses that are healthy, such as 200-399,401; null for the default. */
  status: string | null
  /** Names of the headers that are sent. */
  headers: string[]
  /** ms that it may take; null for the default. */
  timeout: number | null
}

/** As typed. */
export interface HealthFlags {
  /** A path, or `none`. */
  path?: string | undefined
  status?: string | undefined
  /** NAME:VALUE */
  headers?: string[] | undefined
}

/** @throws ShipitError `usage` for flags that cannot be read */
export function healthCheck(
  flags: HealthFlags,
  target: string | HealthTarget | undefined,
): HealthCheck {
  const ofFile: HealthTarget = typeof target === 'string' ? { path: target } : (target ?? {})
  const path = flags.path ?? ofFile.path
  const status = flags.status ?? ofFile.status ?? null
  if (status !== null && !readStatuses(status))
    throw new ShipitError('usage', {
      message: `${status} is not a list of HTTP statuses.`,
      next: 'Write --health-status 200-399,401',
    })
  return {
    path: path === NO_HEALTH_CHECK ? null : withSlash(path ?? '/'),
    isNamed: path !== undefined && path !== NO_HEALTH_CHECK,
    status,
    headers: Object.keys(headersOf(flags, target)).sort(),
    timeout: ofFile.timeout === undefined ? null : (parseDuration(ofFile.timeout) ?? null),
  }
}

/**
 * The headers to send, with their values: those of the flags over those of the file. A value of
 * $NAME is that of a variable of `env`, so that no secret has to stand on the command line or in
 * the file.
 * @throws ShipitError `usage` for what is not NAME:VALUE, and for a variable that is not set
 */
export function healthHeaders(
  flags: HealthFlags,
  target: string | HealthTarget | undefined,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const written = headersOf(flags, target)
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, valueOf(name, value, env)]),
  )
}

function headersOf(
  { headers = [] }: HealthFlags,
  target: string | HealthTarget | undefined,
): Record<string, string> {
  const typed = headers.map((text): [string, string] => {
    const [, name = '', value = ''] = /^([^:]*):\s*(.*)$/s.exec(text) ?? []
    // Its value may be a secret, so what was typed is not repeated.
    if (!isHeader(name, value))
      throw new ShipitError('usage', {
        message: 'A --health-header is not NAME:VALUE.',
        next:
          "--health-header 'Authorization:$HEALTH_TOKEN' takes the value from the environment " +
          'variable.',
      })
    return [name.toLowerCase(), value]
  })
  const ofFile =
    typeof target === 'object'
      ? Object.entries(target.header ?? {}).map(([name, value]) => [name.toLowerCase(), value])
      : []
  return Object.fromEntries([...ofFile, ...typed]) as Record<string, string>
}

function valueOf(header: string, written: string, env: NodeJS.ProcessEnv): string {
  const name = /^\$([A-Za-z_]\w*)$/.exec(written)?.[1]
  if (name === undefined) return written
  const value = env[name]
  if (value === undefined || !isHeader(header, value)) {
    throw new ShipitError('usage', {
      message:
        `The health check's header ${header} takes its value from $${name}, which is ` +
        `${value === undefined ? 'not set' : 'not a value that can be sent'}.`,
      next: `export ${name}=…`,
    })
  }
  return value
}

const withSlash = (path: string) => (path.startsWith('/') ? path : `/${path}`)
