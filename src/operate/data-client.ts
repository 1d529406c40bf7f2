/** The machine's own psql and redis-cli against a URL of an app's config vars. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ShipitError } from '../errors.js'
import { withoutKeys } from '../lib/child-environment.js'
import { exitStatus } from '../lib/signals.js'

export interface DataClient {
  /** Tried in this order. */
  programs: readonly string[]
  args: string[]
  /** With the password: it is never on a command line. */
  env: Record<string, string>
}

const part = (text: string): string => decodeURIComponent(text)

/** As libpq reads its environment (postgresql.org/docs/current/libpq-envars.html). */
export function psqlClient(address: string, more: string[]): DataClient {
  const url = new URL(address)
  return {
    programs: ['psql'],
    args: more,
    env: {
      PGHOST: url.hostname,
      PGPORT: url.port || '5432',
      PGUSER: part(url.username),
      PGPASSWORD: part(url.password),
      PGDATABASE: part(url.pathname.slice(1)),
      // Heroku's takes nobody without TLS, and its certificates are signed by nobody.
      PGSSLMODE: url.searchParams.get('sslmode') ?? 'require',
    },
  }
}

export function redisClient(address: string, more: string[]): DataClient {
  const url = new URL(address)
  const tls = url.protocol === 'rediss:' ? ['--tls', '--insecure'] : []
  const user = url.username === '' || url.username === 'h' ? [] : ['--user', part(url.username)]
  const database = url.pathname.length > 1 ? ['-n', url.pathname.slice(1)] : []
  return {
    programs: ['valkey-cli', 'redis-cli'],
    args: ['-h', url.hostname, '-p', url.port || '6379', ...tls, ...user, ...database, ...more],
    env: { REDISCLI_AUTH: part(url.password), VALKEYCLI_AUTH: part(url.password) },
  }
}

/**
 * Runs it on this terminal and answers its exit status.
 * @param install what to say if the machine has none of the programs
 */
export async function runDataClient(
  { programs, args, env }: DataClient,
  install: string,
): Promise<number> {
  for (const program of programs) {
    const child = spawn(program, args, {
      stdio: 'inherit',
      env: { ...withoutKeys(process.env), ...env },
    })
    // Ctrl-C is the client's: it ends a query there, and not shipit.
    const ignore = () => undefined
    process.on('SIGINT', ignore)
    try {
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
      return exitStatus(code, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    } finally {
      process.removeListener('SIGINT', ignore)
    }
  }
  throw new ShipitError('usage', {
    message: `This machine has no ${programs.join(' and no ')}.`,
    next: install,
  })
}

/** The value of the config var that is meant: its name, with or without `_URL`. */
export function dataUrl(
  vars: Readonly<Record<string, string>>,
  name: string,
  { app, protocols, service }: { app: string; protocols: readonly string[]; service: string },
): string {
  const wanted = name.toUpperCase()
  const value = vars[wanted] ?? vars[`${wanted}_URL`]
  const isOf = (text: string) => URL.canParse(text) && protocols.includes(new URL(text).protocol)
  if (value !== undefined && isOf(value)) return value
  const others = Object.keys(vars).filter((key) => isOf(vars[key]!))
  throw new ShipitError('not_found', {
    message: `${app} has no ${value === undefined ? '' : 'usable '}${wanted}.`,
    why: others.length > 0 ? `It has ${others.sort().join(', ')}.` : undefined!,
    next: others.length > 0 ? '' : `shipit addons create ${service} --app ${app}`,
  })
}
