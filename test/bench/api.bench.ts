/**
 * What shipit takes of an account's calls of the Platform API (4,500 an hour, refilled by 75 a
 * minute).
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { JournalEntry } from '../../src/embedded/api/journal.js'
import { takeTurn } from '../../src/deploy/lock/turn.js'
import type { Platform } from '../../src/deploy/platform.js'
import { reload } from '../../src/operate/index.js'
import type { Build } from '../../src/heroku/index.js'
import { World } from '../e2e/support/world.js'
import { apiFor } from '../support/platform.js'
import { failureOf } from '../support/failures.js'
import { SimulatedApp } from '../support/simulated-app.js'
import type { Bench, Figure, Figures } from './figures.js'

const BOOT = 60_000
const RELOADED = 4
const RELOAD_BOOT = 30_000
const MANY = 100
const MINUTE = 60_000

const count = (value: number, versus: string): Figure => ({
  value,
  unit: '',
  min: value,
  max: value,
  versus,
})

/**
 * A deploy of an app that listens a minute after its start, against the embedded Heroku; counted by
 * its journal.
 */
async function deploy(note: (line: string) => void): Promise<Figures> {
  const world = await World.create({
    SHIPIT_LOCAL_LIMITS: JSON.stringify({ bootTimeout: 2 * BOOT }),
  })
  const journal = path.join(world.folder, 'calls')
  const env = { SHIPIT_LOCAL_JOURNAL: journal }
  try {
    const dir = await world.app('slow', {
      'package.json': {
        name: 'slow',
        version: '1.0.0',
        private: true,
        scripts: { start: 'node server.js' },
      },
      'server.js': `setTimeout(() => require('node:http').createServer((q, s) => s.end('ok')).listen(process.env.PORT), ${BOOT})\n`,
    })
    await world.ok(['local', 'start'], { env })
    await world.ok(['deploy', '--local', '--app', 'slow', '--yes'], { cwd: dir, env })
    const calls = await callsIn(journal)
    note(calls.map(({ method, url }) => `${method} ${url}`).join('\n  '))
    return { 'deploy, boot of 60 s': count(calls.length, 'calls; goal ≤ 40') }
  } finally {
    await world.close()
  }
}

async function callsIn(journal: string): Promise<JournalEntry[]> {
  const lines = existsSync(journal) ? (await readFile(journal, 'utf8')).trimEnd().split('\n') : []
  return lines
    .map((line) => JSON.parse(line) as JournalEntry)
    .filter(
      ({ url, userAgent }) =>
        userAgent?.startsWith('shipit-heroku/') && !url.startsWith('/shipit/'),
    )
}

/**
 * Few dynos in real time, and many that boot so quickly that nothing of what they take comes back
 * meanwhile.
 */
async function reloads(): Promise<Figures> {
  const few = await SimulatedApp.start({ dynos: RELOADED, instances: 1, boot: RELOAD_BOOT })
  const many = await SimulatedApp.start({ dynos: MANY, instances: 1, boot: 200 })
  try {
    await Promise.all(
      [few, many].map((app) => reload(apiFor(app.url), 'a1', { waitTimeout: 2 * RELOAD_BOOT })),
    )
    return {
      'reload, boot of 30 s': count(few.total / RELOADED, 'calls a dyno; goal ≤ 6'),
      'reload, 100 dynos': count(
        many.leastRemaining,
        `left of 4,500 at the worst, ${many.total} calls with none refilled; goal ≥ 1,000`,
      ),
    }
  } finally {
    await Promise.all([few.close(), many.close()])
  }
}

/** The built CLI before an app that is quiet but for its figures. */
async function quiet(): Promise<Figures> {
  const figures: Figures = {}
  for (const [name, argv] of Object.entries({
    monit: ['monit', '--json'],
    'ps --watch': ['ps', '--watch', '--json'],
  })) {
    const app = await SimulatedApp.start({ dynos: 10, instances: 2 })
    const world = await World.create()
    try {
      let pid = 0
      const running = world.shipit([...argv, '--app', 'a1'], {
        env: { HEROKU_HOST: app.url, HEROKU_API_KEY: 'bench' },
        onSpawn: (id) => {
          pid = id
        },
      })
      await delay(MINUTE / 4)
      const before = app.total
      await delay(2 * MINUTE)
      figures[`${name}, quiet`] = count((app.total - before) / 2, 'calls a minute; goal ≤ 4')
      process.kill(pid, 'SIGTERM')
      await running
    } finally {
      await world.close()
      await app.close()
    }
  }
  return figures
}

/** A wait of a minute for a build that does not end. */
async function lockWait(): Promise<Figures> {
  const made: string[] = []
  const build = {
    id: 'b',
    status: 'pending',
    source_blob: { version: 'c' },
    user: { email: 'ada@example.com' },
    created_at: new Date().toISOString(),
  } as Build
  /** A log that is there and says nothing. */
  const logs = (_app: string, { signal }: { signal: AbortSignal }): AsyncIterable<never> => {
    made.push('log')
    const next = () =>
      delay(10 * MINUTE, undefined, { signal })
        .catch(() => undefined)
        .then(() => ({ done: true as const, value: undefined }))
    return { [Symbol.asyncIterator]: () => ({ next }) }
  }
  const told =
    <T>(name: string, answer: T) =>
    () => {
      made.push(name)
      return Promise.resolve(answer)
    }
  const platform = {
    logs,
    builds: told('builds', [build]),
    build: told('build', build),
    releases: told('releases', []),
  } as unknown as Platform
  await failureOf(
    takeTurn(
      platform,
      { app: 'a1', commit: { id: 'other' }, mayFollow: false },
      { wait: 2 * MINUTE },
    ),
  )
  return {
    '--lock-wait': count(
      (made.length - 5) / 2,
      `calls a minute after the first look, and 5 around it; goal ≤ 4`,
    ),
  }
}

const SECTIONS = { deploy, reload: reloads, quiet, 'lock-wait': lockWait } as const

const bench: Bench = async ({ only, note }) => {
  const figures: Figures = {}
  for (const [name, section] of Object.entries(SECTIONS))
    if (only.length === 0 || only.includes(name)) Object.assign(figures, await section(note))
  return figures
}
bench.rounds = 1
bench.sections = Object.keys(SECTIONS)

export default bench
