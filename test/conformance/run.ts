/**
 * npm run test:heroku -- [--real] [--only ID,…] [--group api|deploys]: every behaviour of the
 * platform that shipit relies on, against the embedded Heroku or, with --real, HEROKU_API_KEY and
 * SHIPIT_CONFORMANCE_APP_PREFIX, against Heroku. Prints one table in Markdown; fails where a
 * behaviour is another.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { resolveEndpoint, type Endpoint } from '../../src/heroku/index.js'
import { ensureLocal, stopLocal } from '../../src/embedded/daemon/index.js'
import { api } from './api.js'
import { Context, type Behaviour } from './context.js'
import { deploys } from './deploys.js'
import { check, table, type Result } from './table.js'

const GROUPS: Record<string, Behaviour[]> = { api, deploys }
const { values } = parseArgs({
  options: {
    real: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    group: { type: 'string' },
  },
})
const say = (line: string) => process.stderr.write(`${line}\n`)

/** ms in which somebody may still change their mind. */
const GRACE = 10_000

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)))

const wanted = values.only.split(',').filter(Boolean)
const chosen = Object.entries(GROUPS)
  .flatMap(([group, all]) => (values.group === undefined || values.group === group ? all : []))
  // The app is made by one of them, and the others need it.
  .filter(({ id }) => wanted.length === 0 || id === 'app-create' || wanted.includes(id))

async function real(): Promise<{ endpoint: Endpoint; app: string; close(): Promise<void> }> {
  const prefix = process.env.SHIPIT_CONFORMANCE_APP_PREFIX
  if (!process.env.HEROKU_API_KEY || !prefix || !/^[a-z][a-z0-9-]{0,20}$/.test(prefix)) {
    throw new Error(
      '--real needs HEROKU_API_KEY, and SHIPIT_CONFORMANCE_APP_PREFIX: up to 21 of a-z, 0-9 and -, with a letter first.',
    )
  }
  const app = `${prefix}-${randomBytes(4).toString('hex')}`
  const endpoint = await resolveEndpoint({ local: false })
  say(
    `Against ${endpoint.apiUrl}: creates the app ${app}, deploys to it, and runs at most one web and one worker dyno of the account's default size for some 10 minutes.`,
  )
  say(
    'That costs less than 1 US cent with Eco or Basic dynos, and takes some 300 calls of the API. The app is destroyed at the end, also after Ctrl-C.',
  )
  say(`Begins in ${GRACE / 1000} s; Ctrl-C now leaves nothing.`)
  await delay(GRACE, undefined, { signal: stop.signal })
  return { endpoint, app, close: () => Promise.resolve() }
}

async function local(): Promise<{ endpoint: Endpoint; app: string; close(): Promise<void> }> {
  const home = await mkdtemp(path.join(tmpdir(), 'shipit-conformance-home-'))
  const { apiUrl, gitUrl, token } = await ensureLocal({ home })
  return {
    endpoint: {
      apiUrl,
      gitUrl,
      token,
      tokenSource: 'the embedded Heroku',
      label: 'the embedded Heroku',
    },
    app: 'conformance',
    close: async () => {
      await stopLocal(home)
      await rm(home, { recursive: true, force: true })
    },
  }
}

const { endpoint, app, close } = await (values.real ? real() : local())
const results: Result[] = []
try {
  const context = await Context.open(endpoint, app, stop.signal)
  try {
    for (const behaviour of chosen) {
      const result = stop.signal.aborted
        ? { behaviour, outcome: 'not run' as const, ms: 0, note: 'stopped' }
        : await check(behaviour, context)
      results.push(result)
      say(
        `${result.outcome === 'as expected' ? '✔' : '✗'} ${behaviour.id} (${(result.ms / 1000).toFixed(1)} s)${result.note ? `: ${result.note}` : ''}`,
      )
    }
  } finally {
    // A client of its own: the signal that stopped the suite must not stop this.
    await context.close()
    say('All that was made is destroyed.')
  }
} finally {
  await close()
}
process.stdout.write(table(results, endpoint))
process.exitCode = results.every(({ outcome }) => outcome === 'as expected') ? 0 : 1
