/**
 * ps and monit before 100 dynos × 8 instances whose log has 500 other lines a second: how long
 * until every instance is shown with its figures.
 */
import { World } from '../e2e/support/world.js'
import { SimulatedApp } from '../support/simulated-app.js'
import type { Bench, Figure } from './figures.js'

const DYNOS = 100
const INSTANCES = 8
const FOREIGN = 500

interface Shown {
  instances: { memory_mb: number | null }[]
}
const countIn = (dynos: readonly Shown[]): number =>
  dynos.reduce(
    (sum, { instances }) =>
      sum + instances.filter(({ memory_mb: memory }) => memory !== null).length,
    0,
  )

const bench: Bench = async ({ rounds, note }) => {
  const times: Record<'ps' | 'monit', number[]> = { ps: [], monit: [] }
  for (let round = 0; round < rounds; round += 1) {
    const app = await SimulatedApp.start({ dynos: DYNOS, instances: INSTANCES, foreign: FOREIGN })
    const world = await World.create()
    const env = { HEROKU_HOST: app.url, HEROKU_API_KEY: 'bench' }
    try {
      let begun = performance.now()
      const seen = countIn(await world.json<Shown[]>(['ps', '--app', 'a1'], { env }))
      times.ps.push((performance.now() - begun) / 1000)
      if (seen !== DYNOS * INSTANCES)
        throw new Error(`ps shows ${seen} of ${DYNOS * INSTANCES} instances`)
      begun = performance.now()
      times.monit.push(await monit(world, env, begun))
      note(
        `round ${round + 1}: ps ${times.ps.at(-1)!.toFixed(1)} s, monit ${times.monit.at(-1)!.toFixed(1)} s`,
      )
    } finally {
      await world.close()
      await app.close()
    }
  }
  const seconds = (values: number[]): Figure => ({
    value: Math.max(...values),
    unit: 's',
    min: Math.min(...values),
    max: Math.max(...values),
    versus: `all ${DYNOS * INSTANCES} instances, ${FOREIGN} other lines/s; goal ≤ 25`,
  })
  return { 'ps, complete after': seconds(times.ps), 'monit, complete after': seconds(times.monit) }
}
bench.rounds = 2

/** Seconds until a line of monit has all of them. */
async function monit(world: World, env: NodeJS.ProcessEnv, begun: number): Promise<number> {
  let took = NaN
  let pid = 0
  let line = ''
  const ended = await world.shipit(['monit', '--app', 'a1', '--json', '--interval', '1s'], {
    env,
    onSpawn: (id) => {
      pid = id
    },
    onOutput: (text) => {
      const lines = (line + text).split('\n')
      line = lines.pop()!
      for (const one of lines) {
        if (
          !Number.isNaN(took) ||
          !one.startsWith('{') ||
          countIn((JSON.parse(one) as { dynos: Shown[] }).dynos) < DYNOS * INSTANCES
        )
          continue
        took = (performance.now() - begun) / 1000
        process.kill(pid, 'SIGTERM')
      }
    },
  })
  if (Number.isNaN(took)) throw new Error(`monit ended before: ${ended.stderr}`)
  return took
}

export default bench
