import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { median, milliseconds, ratio, type Bench, type Figure, type Figures } from './figures.js'
import { startLoad } from './runtime/load.js'
import { atCrash, atMemoryRestart, atReload, atStop, none, type Losses } from './runtime/losses.js'
import { memoryOf, sum } from './runtime/memory.js'
import { ALTERNATIVES, Bed, pause, type Alternative } from './runtime/servers.js'
import { throughput } from './runtime/throughput.js'

/** After the last instance is there, all that a start needs for a moment has been given back. */
const SETTLED = 2500
/** For the memory after load. */
const LOAD = 2000

interface Round {
  first: number
  supervisor: number
  instance: number
  total: number
  pss: number
  loaded: number
}

/** The same http app under node, node:cluster, throng, pm2-runtime and shipit-runtime. Two instances; the load on a CPU of its own. */
const bench: Bench & { rounds?: number } = async ({ rounds, note }) => {
  const bed = new Bed()
  const names = Object.keys(ALTERNATIVES) as Alternative[]
  const all = Object.fromEntries(names.map((name) => [name, [] as Round[]])) as Record<Alternative, Round[]>
  const figures: Figures = {}
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const [i] of names.entries()) {
        const name = names[(i + round) % names.length]!
        all[name].push(await measure(bed, name))
      }
      note(`round ${round + 1}: ${names.map((name) => `${name} ${all[name][round]!.total.toFixed(0)} MB ${all[name][round]!.first.toFixed(0)} ms`).join(', ')}`)
    }
    for (const name of names) Object.assign(figures, described(name, all[name]))
    Object.assign(figures, compared(all))
    Object.assign(figures, await throughput(bed, rounds))
    Object.assign(figures, await losses(bed, rounds, note))
    Object.assign(figures, await budget(bed, note))
  } finally {
    bed.remove()
  }
  return figures
}
bench.rounds = 5

async function measure(bed: Bed, name: Alternative): Promise<Round> {
  const instances = name === 'node' ? 0 : 2
  const timed = await bed.start(ALTERNATIVES[name])
  await timed.hasInstances(instances)
  await pause(SETTLED)
  const supervisor = memoryOf(timed.pid)
  const children = timed.instances.map(memoryOf)
  const total = sum([supervisor, ...children])
  await timed.kill()
  const server = await bed.start(ALTERNATIVES[name], { isPinned: true })
  await server.hasInstances(instances)
  await pause(500)
  await startLoadFor(server.port, LOAD)
  const loaded = sum([server.pid, ...server.instances].map(memoryOf)).rss
  await server.kill()
  return { first: timed.firstAnswer, supervisor: supervisor.rss, instance: children.length ? sum(children).rss / children.length : 0, total: total.rss, pss: total.pss, loaded }
}

async function startLoadFor(port: number, ms: number): ReturnType<ReturnType<typeof startLoad>> {
  const end = startLoad(port, { kept: 20, fresh: 0, mode: 'stay' })
  await pause(ms)
  return end()
}

function described(name: Alternative, rounds: Round[]): Figures {
  const of = (field: keyof Round): number[] => rounds.map((round) => round[field])
  return {
    [`${name}: total`]: spread(of('total'), 'MB', 'resident, supervisor and instances'),
    [`${name}: total PSS`]: spread(of('pss'), 'MB', 'shared pages divided'),
    [`${name}: supervisor`]: spread(of('supervisor'), 'MB', 'resident'),
    ...(name === 'node' ? {} : { [`${name}: an instance`]: spread(of('instance'), 'MB', 'resident') }),
    [`${name}: total after load`]: spread(of('loaded'), 'MB', 'resident'),
    [`${name}: first 200`]: milliseconds(of('first'), 'from spawn'),
  }
}

function compared(all: Record<Alternative, Round[]>): Figures {
  const shipit = all['shipit-runtime']
  const against = (field: keyof Round, name: Alternative): Figure => ratio(shipit.map((round) => round[field]), all[name].map((round) => round[field]), name)
  return {
    'shipit-runtime: total, ratio': against('total', 'pm2-runtime'),
    'shipit-runtime: total, ratio to throng': against('total', 'throng'),
    'shipit-runtime: PSS, ratio': against('pss', 'pm2-runtime'),
    'shipit-runtime: first 200, ratio': against('first', 'pm2-runtime'),
  }
}

async function losses(bed: Bed, rounds: number, note: (line: string) => void): Promise<Figures> {
  const names = ['pm2-runtime', 'shipit-runtime'] as const
  const crashes: Alternative[] = ['node:cluster', ...names]
  const figures: Figures = {}
  const told: Record<string, Losses> = {}
  const count = async (key: string, event: (before: Losses) => Promise<Losses>): Promise<void> => void (told[key] = await event(told[key] ?? none))
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      await count(`${name}: lost at stop`, (before) => atStop(bed, name, before))
      await count(`${name}: lost at memory restart`, (before) => atMemoryRestart(bed, name, before))
    }
    await count('pm2-runtime: lost at reload', (before) => atReload(bed, before))
    for (const name of crashes) await count(`${name}: lost at a crash`, (before) => atCrash(bed, name, before))
  }
  for (const [key, { events, kept, fresh, lost }] of Object.entries(told)) {
    note(`${key}: ${lost}`)
    figures[key] = { value: lost, unit: '', min: lost, max: lost, versus: `of ${kept} kept-alive and ${fresh} new-connection requests, ${events} times` }
  }
  return figures
}

/** Lets PM2 see 8 CPUs, as it does on a host of Heroku's. */
const EIGHT_CPUS = `const os = require('node:os'); const cpus = os.cpus(); os.cpus = () => Array.from({ length: 8 }, (_, i) => cpus[i % cpus.length])\n`

/** `instances: max` on 8 CPUs and 512 MB, with an app of 90 MB an instance. */
async function budget(bed: Bed, note: (line: string) => void): Promise<Figures> {
  const seconds = Number(process.env.SHIPIT_BENCH_SECONDS) || 10
  const figures: Figures = {}
  const preload = path.join(bed.dir, 'eight-cpus.cjs')
  writeFileSync(preload, EIGHT_CPUS)
  const sees = { 'pm2-runtime': { NODE_OPTIONS: `--require ${preload}` }, 'shipit-runtime': { SHIPIT_CPUS: '8' } }
  for (const name of ['pm2-runtime', 'shipit-runtime'] as const) {
    const server = await bed.start([...ALTERNATIVES[name].slice(0, -1), 'max.config.yml'], { isPinned: true, env: { GROW_MB: '48', MEMORY_AVAILABLE: '512', ...sees[name] } })
    try {
      await pause(6000)
      const end = startLoad(server.port, { kept: 20, fresh: 2, mode: 'stay' })
      const totals: number[] = []
      for (let at = 0; at < seconds; at += 1) {
        await pause(1000)
        totals.push(sum([server.pid, ...server.instances].map(memoryOf)).rss)
      }
      await end()
      note(`${name}: ${server.instances.length} instances, at most ${Math.max(...totals).toFixed(0)} MB`)
      figures[`${name}: instances: max`] = { ...spread(totals, 'MB', `${server.instances.length} instances of 90 MB for ${seconds} s, 512 MB and 8 CPUs`), value: Math.max(...totals) }
    } finally {
      await server.kill()
    }
  }
  return figures
}

function spread(values: number[], unit: string, versus: string): Figure {
  return { value: median(values), unit, min: Math.min(...values), max: Math.max(...values), versus }
}

export default bench
