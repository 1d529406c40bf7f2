import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/until.js'
import { plainApp, plainServer } from './support/apps.js'
import { World } from './support/world.js'

const COUNT = process.env.SHIPIT_SOAK ? 50 : 2
const SEED = Number(process.env.SHIPIT_SEED ?? Date.now() % 1_000_000)

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6D2B79F5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

describe(`kill -9 of the CLI at ${COUNT} moments of a deploy`, function () {
  this.timeout(COUNT * 60_000 + 120_000)
  let world: World
  before(async () => { world = await World.create() })
  after(() => world.close())

  it(`leaves what the next deploy takes to its end (SHIPIT_SEED=${SEED})`, async () => {
    const random = randomFrom(SEED)
    const flags = ['--local', '--app', 'killed']
    const dir = await world.app('killed', { ...plainApp('first'), Procfile: 'web: npm start\nrelease: node -e "setTimeout(() => {}, 300)"\n' })
    const { url } = await world.json<{ url: string }>(['deploy', ...flags], { cwd: dir })
    // As long as a deploy takes here, so that the moments lie all over it.
    let length = 0
    const outcomes: Record<string, number> = {}
    for (let round = -1; round < COUNT; round++) {
      const word = `round ${round}`
      await writeFile(path.join(dir, 'server.js'), plainServer(word))
      await world.commit(dir, word)
      const start = performance.now()
      let pid = 0
      const killed = world.shipit(['deploy', ...flags], { cwd: dir, onSpawn: (spawned) => { pid = spawned } })
      if (round === -1) {
        expect((await killed).status).to.equal(0)
        length = performance.now() - start
        continue
      }
      const moment = random() * length
      const isOver = await Promise.race([killed.then(() => true), delay(moment).then(() => false)])
      if (!isOver) process.kill(pid, 'SIGKILL')
      const { output } = await killed
      const next = await world.shipit(['deploy', ...flags], { cwd: dir })
      const story = `killed after ${Math.round(moment)} ms:\n${output}\nthen:\n${next.output}`
      expect(next.status, story).to.equal(0)
      expect((await get(url)).body, story).to.equal(word)
      const isGone = await until(async () => !(await world.processes()).some(({ command }) => /git(-remote-http)? push|git-remote-http/.test(command)), { timeout: 20_000, every: 50 })
      expect(isGone, story).to.equal(true)
      const how = /Following the build/.test(next.output) ? 'build followed' : /Following it to its end/.test(next.output) ? 'release followed' : /already live/.test(next.output) ? 'already live' : /the slug of v\d+ again/.test(next.output) ? 'slug released again' : 'pushed'
      outcomes[how] = (outcomes[how] ?? 0) + 1
    }
    console.log(`      ${COUNT} kills within ${Math.round(length)} ms (SHIPIT_SEED=${SEED}); the next deploy: ${Object.entries(outcomes).map(([how, count]) => `${how} ${count}`).join(', ')}`)
  })
})
