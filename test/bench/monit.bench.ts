import path from 'node:path'
import { packageRoot } from '../../src/paths.js'
import { until } from '../../src/lib/until.js'
import { PseudoTerminal } from '../support/pseudo-terminal.js'
import { milliseconds, type Bench, type Figure } from './figures.js'
import { startLoud, used } from './loud.js'

const LINES_A_SECOND = 10_000
const DYNOS = 100
const INSTANCES = 8
/** Seconds that a round measures, after those that the start takes. */
const MEASURED = 15
const KEYS = 30
/** Moves the cursor by one row and waits until its mark is written anew. */
async function keyToPaint(terminal: PseudoTerminal): Promise<number> {
  const begun = performance.now()
  const from = terminal.raw.length
  terminal.type('j')
  if (!(await until(() => terminal.raw.includes('▸', from), { timeout: 5000, every: 1 })))
    throw new Error(`a key was not answered:\n${terminal.text}`)
  return performance.now() - begun
}

/**
 * monit on a real pseudo-terminal, before a platform of 100 dynos × 8 instances whose log has
 * 10,000 lines a second.
 */
const bench: Bench = async ({ rounds, note }) => {
  const platform = await startLoud(DYNOS, INSTANCES, LINES_A_SECOND)
  const shares: number[] = []
  const sizes: number[] = []
  const latencies: number[] = []
  try {
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LANG: 'C.UTF-8',
      HEROKU_HOST: platform.url,
      HEROKU_API_KEY: 'bench',
    }
    for (let round = 0; round < rounds; round += 1) {
      const terminal = new PseudoTerminal(
        process.execPath,
        [path.join(packageRoot, 'bin/shipit.js'), 'monit', '--app', 'loud'],
        { columns: 200, rows: 60, env },
      )
      try {
        await terminal.shows(new RegExp(`${DYNOS}/${DYNOS} dynos up`))
        await terminal.shows(/api:7 +online/)
        const pid = await terminal.pid
        const before = await used(pid)
        const begun = performance.now()
        for (let key = 0; key < KEYS; key += 1) {
          latencies.push(await keyToPaint(terminal))
          await new Promise((resolve) => setTimeout(resolve, (MEASURED * 1000) / KEYS))
        }
        const after = await used(pid)
        shares.push((100 * (after.seconds - before.seconds)) / ((performance.now() - begun) / 1000))
        sizes.push(after.mostMegabytes)
        note(
          `round ${round + 1}: ${shares.at(-1)!.toFixed(0)}% of a core, ${sizes.at(-1)!.toFixed(0)} MB`,
        )
        terminal.type('q')
        await terminal.ended
      } finally {
        await terminal.close()
      }
    }
  } finally {
    platform.end()
  }
  latencies.sort((one, other) => one - other)
  const worst = latencies[Math.floor(latencies.length * 0.99)]!
  const most = (values: number[], unit: string, versus: string): Figure => ({
    value: Math.max(...values),
    unit,
    min: Math.min(...values),
    max: Math.max(...values),
    versus,
  })
  return {
    'monit, share of a core': most(
      shares,
      '%',
      `${DYNOS} dynos × ${INSTANCES}, ${LINES_A_SECOND} lines/s; goal < 50`,
    ),
    'monit, most memory': most(sizes, 'MB', 'the process, from its start; goal < 200'),
    'monit, key to paint': milliseconds(latencies, 'median; goal < 100'),
    'monit, key to paint, 99 of 100': {
      value: worst,
      unit: 'ms',
      min: latencies[0]!,
      max: latencies.at(-1)!,
      versus: 'goal < 100',
    },
  }
}
bench.rounds = 2

export default bench
