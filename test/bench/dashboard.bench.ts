import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { recordOf } from '../../src/history/index.js'
import { packageRoot } from '../../src/paths.js'
import { launch } from '../dashboard/page/browser.js'
import { MeasuredPage, type LongTask } from './dashboard/measured-page.js'
import type { Task } from './dashboard/trace.js'
import type { Bench, Figure, Figures } from './figures.js'
import { startLoud, used } from './loud.js'
import { recordDay } from './recorded-day.js'

const DYNOS = 100
const INSTANCES = 8
const LINES_A_SECOND = 1000
/** That of loud-platform.ts. */
const APP_ID = '01234567-89ab-4cde-8f01-23456789abcd'
const MINUTE = 60_000
/** How often 24 h are drawn. */
const DRAWN = 5
/** ms after which a view has been loaded. */
const LOADED = 2000

/** What is open in turn, each for its part of a minute. */
const VIEWS = [
  { name: 'charts', hash: '#/app/loud/charts', ready: 'figure.chart canvas' },
  { name: 'dynos', hash: '#/app/loud/dynos', ready: '.grid-row' },
  { name: 'log', hash: '#/app/loud/log', ready: '.log-row' },
  { name: 'routes', hash: '#/app/loud/routes', ready: '.routes tbody tr' },
]

const figure = (values: number[], unit: string, versus: string): Figure => ({
  value: Math.max(...values),
  unit,
  min: Math.min(...values),
  max: Math.max(...values),
  versus,
})

interface Measured {
  /** Percent of a core, each minute. */
  cli: number[]
  page: number[]
  /** MB. */
  memory: number[]
  heap: number[]
  /** Of the CLI from its start. */
  mostMemory: number
  drawn: number[]
  longTasks: LongTask[]
  /** Of one more minute, in which each task is traced. */
  tasks: Task[]
}

/**
 * `shipit dashboard --record` of a platform of 100 dynos × 8 instances whose log has 1,000 lines a
 * second, with a day in its record, before Chromium. A round is a minute: the goal of a
 * memory that stays as it is is one of `--rounds 10`.
 */
const bench: Bench = async ({ rounds, note }) => {
  const home = await mkdtemp(path.join(tmpdir(), 'shipit-bench-'))
  const platform = await startLoud(DYNOS, INSTANCES, LINES_A_SECOND)
  let child: ChildProcess | undefined
  try {
    const record = await recordedIn(home)
    note(`a day recorded, ${record.toFixed(1)} MB`)
    child = spawn(
      process.execPath,
      [
        path.join(packageRoot, 'bin/shipit.js'),
        ...['dashboard', '--app', 'loud', '--no-open', '--json', '--record'],
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          PATH: process.env.PATH,
          HOME: home,
          SHIPIT_HOME: home,
          HEROKU_HOST: platform.url,
          HEROKU_API_KEY: 'bench',
          ...(process.env.NODE_OPTIONS ? { NODE_OPTIONS: process.env.NODE_OPTIONS } : {}),
        },
      },
    )
    const measured = await measure(await urlOf(child), child.pid!, rounds, note)
    return { ...figuresOf(measured), 'dashboard, the record': figure([record], 'MB', 'goal ≤ 64') }
  } finally {
    if (child?.exitCode === null) {
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      await ended
    }
    platform.end()
    await rm(home, { recursive: true, force: true })
  }
}
bench.rounds = 2

export default bench

/** @returns MB */
async function recordedIn(home: string): Promise<number> {
  const folder = path.join(home, 'history')
  await recordDay(folder, APP_ID, { dynos: DYNOS, instances: INSTANCES, requests: 100 }, Date.now())
  return (await stat(recordOf(folder, APP_ID))).size / 1e6
}

async function urlOf(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const line of createInterface({ input: child.stdout! })) {
    text += line
    if (line === '}' || line.endsWith('}')) return (JSON.parse(text) as { url: string }).url
  }
  throw new Error('the dashboard did not start')
}

async function measure(
  url: string,
  pid: number,
  rounds: number,
  note: (line: string) => void,
): Promise<Measured> {
  const browser = await launch()
  const all: Measured = {
    ...{ cli: [], page: [], memory: [], heap: [], mostMemory: 0 },
    ...{ drawn: [], longTasks: [], tasks: [] },
  }
  try {
    const page = await MeasuredPage.open(browser, url)
    for (let turn = 0; turn < DRAWN; turn += 1) {
      await page.page.reload()
      await page.show(VIEWS[0]!.hash, VIEWS[0]!.ready)
      await delay(LOADED)
      all.drawn.push(await page.spanDrawn('24 h'))
    }
    note(`24 h drawn in ${all.drawn.map((one) => one.toFixed(0)).join(', ')} ms`)
    for (let round = 0; round < rounds; round += 1) {
      await oneRound(page, pid, all)
      const last = (values: number[]) => values.at(-1)!.toFixed(1)
      note(
        `minute ${round + 1}: CLI ${last(all.cli)}% of a core, ${last(all.memory)} MB; page ${last(all.page)}% of a core, heap ${last(all.heap)} MB, ${all.longTasks.length} long tasks so far; load of the machine ${loadavg()[0]!.toFixed(1)}`,
      )
    }
    await traceViews(page, all)
    all.mostMemory = (await used(pid)).mostMegabytes
    return all
  } finally {
    await browser.close()
  }
}

/** Each view for its part of a minute; what it takes to open one is no part of it. */
async function oneRound(page: MeasuredPage, pid: number, all: Measured): Promise<void> {
  const [cliBefore, pageBefore, began] = [await used(pid), await page.cpu(), performance.now()]
  for (const { hash, ready } of VIEWS) {
    await page.show(hash, ready)
    await delay(LOADED)
    await page.takeLongTasks()
    await delay(MINUTE / VIEWS.length - LOADED)
    all.longTasks.push(...(await page.takeLongTasks()))
  }
  const seconds = (performance.now() - began) / 1000
  const cli = await used(pid)
  all.cli.push((100 * (cli.seconds - cliBefore.seconds)) / seconds)
  all.page.push((100 * ((await page.cpu()) - pageBefore)) / seconds)
  all.memory.push(cli.megabytes)
  all.heap.push(await page.heap())
}

/** What each task costs, whatever else the machine does; tracing costs too, so it is done apart. */
async function traceViews(page: MeasuredPage, all: Measured): Promise<void> {
  for (const { hash, ready } of VIEWS) {
    await page.show(hash, ready)
    await delay(LOADED)
    all.tasks.push(...(await page.tasks(() => delay(MINUTE / VIEWS.length - LOADED))))
  }
}

function figuresOf(all: Measured): Figures {
  const tasks = all.longTasks.map(({ ms }) => ms)
  const minutes = `${all.heap.length} min of ${DYNOS} dynos × ${INSTANCES}, ${LINES_A_SECOND} lines/s`
  return {
    'dashboard, share of a core': figure(all.cli, '%', `${minutes}; goal < 50`),
    'dashboard, most memory': figure(
      [...all.memory, all.mostMemory],
      'MB',
      'the process, from its start; goal < 200',
    ),
    'page, share of a core': figure(all.page, '%', 'of the process that draws it'),
    'page, long tasks': figure([tasks.length], '', 'over 50 ms by the clock; goal 0'),
    'page, longest task': figure(tasks.length > 0 ? tasks : [0], 'ms', 'by the clock; goal < 50'),
    'page, longest task, CPU': figure(
      [Math.max(...all.tasks.map(({ cpuMs }) => cpuMs))],
      'ms',
      `of ${all.tasks.length} in a minute that was traced; goal < 50 on a core of its own`,
    ),
    'page, heap': figure(all.heap, 'MB', `after ${all.heap.length} min, garbage collected`),
    'page, heap grown': figure(
      [all.heap.at(-1)! - all.heap[0]!],
      'MB',
      'from the first minute to the last; goal: none',
    ),
    'page, 24 h drawn': {
      ...figure(all.drawn, 'ms', 'from the click to the paint, slowest; goal < 500'),
    },
  }
}
