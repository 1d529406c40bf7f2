import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { median, milliseconds, ratio, type Bench, type Figure, type Figures } from './figures.js'
import { startLoad } from './runtime/load.js'
import {
  added,
  atCrash,
  atMemoryRestart,
  atReload,
  atStop,
  none,
  type Losses,
} from './runtime/losses.js'
import { memoryOf, sum } from './runtime/memory.js'
import { ALTERNATIVES, Bed, pause, type Alternative } from './runtime/servers.js'
import { throughput } from './runtime/throughput.js'

/** After the last instance is there, all that a start needs for a moment has been given back. */
const SETTLED = 2500
/** For the memory after load. */
const LOAD = 2000

interface Sizes {
  supervisor: number
  instance: number
  total: number
  pss: number
  loaded: number
}

/**
 * The same http app under node, node:cluster, throng, pm2-runtime and shipit-runtime. Two
 * instances; the load on a CPU of its own.
 */
const bench: Bench = async ({ rounds, only, note }) => {
  const bed = new Bed()
  const figures: Figures = {}
  try {
    for (const [name, section] of Object.entries(SECTIONS)) {
      if (only.length > 0 && !only.includes(name)) continue
      note(name)
      Object.assign(figures, await section(bed, rounds, note))
    }
  } finally {
    bed.remove()
  }
  return figures
}

type Section = (bed: Bed, rounds: number, note: (line: string) => void) => Promise<Figures>
const SECTIONS: Record<string, Section> = {
  memory,
  start,
  throughput,
  loss: losses,
  budget: (bed, _, note) => budget(bed, note),
}
bench.rounds = 5
bench.sections = Object.keys(SECTIONS)

const names = Object.keys(ALTERNATIVES) as Alternative[]

/** Measures every alternative once a round, in an order that turns. */
async function inRounds<T>(
  rounds: number,
  take: (name: Alternative) => Promise<T>,
  tell: (taken: Record<Alternative, T[]>) => void,
): Promise<Record<Alternative, T[]>> {
  const all = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<Alternative, T[]>
  for (let round = 0; round < rounds; round += 1) {
    for (const [i] of names.entries()) {
      const name = names[(i + round) % names.length]!
      all[name].push(await take(name))
    }
    tell(all)
  }
  return all
}

/** Resident memory at rest and after load. */
async function memory(bed: Bed, rounds: number, note: (line: string) => void): Promise<Figures> {
  const all = await inRounds(
    rounds,
    (name) => sizes(bed, name),
    (taken) =>
      note(names.map((name) => `${name} ${taken[name].at(-1)!.total.toFixed(0)} MB`).join(', ')),
  )
  const against = (field: keyof Sizes, name: Alternative): Figure =>
    ratio(
      all['shipit-runtime'].map((one) => one[field]),
      all[name].map((one) => one[field]),
      name,
    )
  return {
    ...(Object.assign({}, ...names.map((name) => described(name, all[name]))) as Figures),
    'shipit-runtime: total, ratio': against('total', 'pm2-runtime'),
    'shipit-runtime: total, ratio to throng': against('total', 'throng'),
    'shipit-runtime: PSS, ratio': against('pss', 'pm2-runtime'),
  }
}

/** From spawn to the first answer. */
async function start(bed: Bed, rounds: number, note: (line: string) => void): Promise<Figures> {
  const once = async (name: Alternative): Promise<number> => {
    const server = await bed.start(ALTERNATIVES[name])
    await server.kill()
    return server.firstAnswer
  }
  const all = await inRounds(rounds, once, (taken) =>
    note(names.map((name) => `${name} ${taken[name].at(-1)!.toFixed(0)} ms`).join(', ')),
  )
  return {
    ...Object.fromEntries(
      names.map((name) => [`${name}: first 200`, milliseconds(all[name], 'from spawn')]),
    ),
    'shipit-runtime: first 200, ratio': ratio(
      all['shipit-runtime'],
      all['pm2-runtime'],
      'pm2-runtime',
    ),
  }
}

async function sizes(bed: Bed, name: Alternative): Promise<Sizes> {
  const server = await bed.start(ALTERNATIVES[name], { isPinned: true })
  try {
    await server.hasInstances(name === 'node' ? 0 : 2)
    await pause(SETTLED)
    const supervisor = memoryOf(server.pid)
    const children = server.instances.map(memoryOf)
    const total = sum([supervisor, ...children])
    await startLoadFor(server.port, LOAD)
    const loaded = sum([server.pid, ...server.instances].map(memoryOf)).rss
    return {
      supervisor: supervisor.rss,
      instance: children.length ? sum(children).rss / children.length : 0,
      total: total.rss,
      pss: total.pss,
      loaded,
    }
  } finally {
    await server.kill()
  }
}

async function startLoadFor(port: number, ms: number): ReturnType<ReturnType<typeof startLoad>> {
  const end = startLoad(port, { kept: 20, fresh: 0, mode: 'stay' })
  await pause(ms)
  return end()
}

function described(name: Alternative, rounds: Sizes[]): Figures {
  const of = (field: keyof Sizes): number[] => rounds.map((round) => round[field])
  return {
    [`${name}: total`]: spread(of('total'), 'MB', 'resident, supervisor and instances'),
    [`${name}: total PSS`]: spread(of('pss'), 'MB', 'shared pages divided'),
    [`${name}: supervisor`]: spread(of('supervisor'), 'MB', 'resident'),
    ...(name === 'node'
      ? {}
      : { [`${name}: an instance`]: spread(of('instance'), 'MB', 'resident') }),
    [`${name}: total after load`]: spread(of('loaded'), 'MB', 'resident'),
  }
}

async function losses(bed: Bed, rounds: number, note: (line: string) => void): Promise<Figures> {
  const names = ['pm2-runtime', 'shipit-runtime'] as const
  const crashes: Alternative[] = ['node:cluster', ...names]
  const figures: Figures = {}
  const told: Record<string, Losses> = {}
  const count = async (key: string, event: (before: Losses) => Promise<Losses>): Promise<void> =>
    void (told[key] = await event(told[key] ?? none))
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      await count(`${name}: lost at stop`, (before) => atStop(bed, name, before))
      await count(`${name}: lost at memory restart`, (before) => atMemoryRestart(bed, name, before))
      await count(`${name}: lost at reload`, (before) => atReload(bed, name, before))
    }
    for (const name of crashes)
      await count(`${name}: lost at a crash`, (before) => atCrash(bed, name, before))
    note(
      Object.entries(told)
        .map(([key, { lost }]) => `${key} ${lost}`)
        .join(', '),
    )
  }
  for (const [key, { events, kept, fresh, lost }] of Object.entries(told)) {
    figures[key] = {
      value: lost,
      unit: '',
      min: lost,
      max: lost,
      versus: `of ${kept} kept-alive and ${fresh} new-connection requests, ${events} times`,
    }
  }
  for (const name of names) {
    const asked = ['stop', 'memory restart', 'reload']
      .map((event) => told[`${name}: lost at ${event}`]!)
      .reduce((sum, one) => added(sum, one))
    figures[`${name}: lost but for crashes`] = {
      value: asked.lost,
      unit: '',
      min: asked.lost,
      max: asked.lost,
      versus: `of ${asked.kept} kept-alive and ${asked.fresh} new-connection requests, ${asked.events} times`,
    }
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
  const sees = {
    'pm2-runtime': { NODE_OPTIONS: `--require ${preload}` },
    'shipit-runtime': { SHIPIT_CPUS: '8' },
  }
  for (const name of ['pm2-runtime', 'shipit-runtime'] as const) {
    const server = await bed.start([...ALTERNATIVES[name].slice(0, -1), 'max.config.yml'], {
      isPinned: true,
      env: { GROW_MB: '48', MEMORY_AVAILABLE: '512', ...sees[name] },
    })
    try {
      await pause(6000)
      const end = startLoad(server.port, { kept: 20, fresh: 2, mode: 'stay' })
      const totals: number[] = []
      for (let at = 0; at < seconds; at += 1) {
        await pause(1000)
        totals.push(sum([server.pid, ...server.instances].map(memoryOf)).rss)
      }
      await end()
      note(
        `${name}: ${server.instances.length} instances, at most ${Math.max(...totals).toFixed(0)} MB`,
      )
      figures[`${name}: instances: max`] = {
        ...spread(
          totals,
          'MB',
          `${server.instances.length} instances of 90 MB for ${seconds} s, 512 MB and 8 CPUs`,
        ),
        value: Math.max(...totals),
      }
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
