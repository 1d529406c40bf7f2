/** Whatever an instance has started ends with it, however it ends. */
import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { packageRoot, runtimePackageDir } from '../../src/paths.js'
import { AppFolder, freePort, until, type Run } from '../runtime/harness.js'
import { sideBySide } from './support/lanes.js'
import { RUNTIME } from './support/runtimes.js'
import { inSession, SERVER, STARTERS, type Starter } from './support/starters.js'
import { isSoak } from '../support/soak.js'

/** Forks a process of its own, and leaves another behind that nobody waits for. */
const FORKING = `
const { fork, spawnSync } = require('child_process')
if (process.argv[2] === 'job') return setInterval(() => {}, 1000)
fork(__filename, ['job'])
spawnSync('sh', ['-c', 'sleep 300 & exit'], { stdio: 'ignore' })
require('./server.js')`
const TREES: Record<string, Starter> = {
  'a launcher': STARTERS['a launcher that spawns'] as Starter,
  'an app that forks': { app: 'script: forking.js', files: { 'forking.js': FORKING } },
  'npm start': STARTERS['npm start'] as Starter,
}
const SHIPIT = path.join(packageRoot, 'bin/shipit.js')
const TIMES = { reload: 5, memory: 3, cron: 3 }
/** Apps that run at a time: mostly they wait. */
const WIDTH = 4

interface Case {
  title: string
  run(): Promise<void>
}

const trees = Object.keys(TREES)
/** What differs little from tree to tree is tried with one, unless SHIPIT_SOAK=1. */
const some = isSoak ? trees : trees.slice(0, 1)
const CASES: Case[] = [
  ...trees.map((tree) => ({
    title: `ends at each reload, a crash and a stop (${tree})`,
    run: () => reloadAndCrash(tree),
  })),
  ...some.map((tree) => ({
    title: `ends at an edit and at Ctrl-C under shipit dev (${tree})`,
    run: () => edit(tree),
  })),
  ...some.map((tree) => ({
    title: `ends at each restart by a schedule (${tree})`,
    run: () => schedule(tree),
  })),
  ...some.map((tree) => ({
    title: `is measured as a whole, and ends at each restart for its memory (${tree})`,
    run: () => grow(tree),
  })),
  { title: 'starts no more once a stop has begun', run: stopInBackoff },
  {
    title: 'ends with the dyno if what started the runtime was told in its place',
    run: loseLauncher,
  },
]

describe('the process tree of an instance', function () {
  this.timeout(120_000)
  const outcomes = sideBySide(
    WIDTH,
    () => CASES,
    (one) => one.run(),
  )

  for (const one of CASES) it(one.title, () => outcomes.of(one))
})

async function reloadAndCrash(tree: string): Promise<void> {
  await serving({ tree }, async (served) => {
    const { run, port } = served
    for (let n = 1; n <= TIMES.reload; n += 1) {
      run.child.kill('SIGUSR2')
      await isReplaced(served, n)
    }
    process.kill(Number(/.*event=start pid=(\d+)/s.exec(run.stdout)?.[1]), 'SIGKILL')
    await isReplaced(served, TIMES.reload + 1)
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).to.match(/^\d+$/)
    await endsWhole(run)
  })
}

/**
 * A schedule waits for nobody, so one tree may be on its way out while it is counted; the last one
 * is stopped.
 */
async function schedule(tree: string): Promise<void> {
  await serving({ tree, options: ', cron_restart: "*/4 * * * * *"' }, async (served) => {
    for (let n = 1; n <= TIMES.cron; n += 1) await isReplaced(served, n, true)
    await endsWhole(served.run)
  })
}

async function grow(tree: string): Promise<void> {
  await serving(
    { tree, options: ', max_memory_restart: 200M', env: { PM2_WORKER_INTERVAL: '300' } },
    async (served) => {
      for (let n = 1; n <= TIMES.memory; n += 1) {
        await fetch(`http://127.0.0.1:${served.port}/grow`)
        await isReplaced(served, n)
      }
      await endsWhole(served.run)
    },
  )
}

async function edit(tree: string): Promise<void> {
  await serving({ tree, isDev: true }, async (served) => {
    const { run, app } = served
    let n = 0
    let edited = 0
    await until(
      () => {
        // The watcher says nothing of when it is ready, so the change is made until it is seen.
        if (Date.now() - edited > 3000 && starts(run) === 1) {
          app.write('view.txt', String((n += 1)))
          edited = Date.now()
        }
        return starts(run) > 1
      },
      60_000,
      () => run.output,
    )
    await isReplaced(served, starts(run) - 1)
    await endsWhole(run, 'SIGINT')
  })
}

async function stopInBackoff(): Promise<void> {
  const slow = `${SERVER}\nprocess.on('SIGINT', () => setTimeout(() => process.exit(0), 2500))`
  const apps =
    'apps:\n  - { name: end, script: end.js, restart_delay: 1200 }\n  - { name: api, script: server.js }\n'
  const app = new AppFolder(
    { 'end.js': 'process.exit(1)', 'server.js': slow, 'e.yml': apps },
    RUNTIME,
  )
  try {
    const run = await app.start(['start', 'e.yml'], { PORT: String(await freePort()) })
    await run.says('event=listening', 30_000)
    await run.says(/app=end .*event=exit/)
    run.child.kill('SIGTERM')
    await run.says('event=stop')
    const before = run.stdout.match(/app=end .*event=start/g)?.length
    expect((await run.ended).code).to.equal(0)
    expect(run.stdout.match(/app=end .*event=start/g)).to.have.length(before as number)
  } finally {
    await app.end()
  }
}

async function loseLauncher(): Promise<void> {
  const app = new AppFolder(
    { 'server.js': SERVER, 'e.yml': 'apps:\n  - { name: api, script: server.js }\n' },
    RUNTIME,
  )
  try {
    const env = { PATH: process.env.PATH, DYNO: 'web.1', PORT: String(await freePort()) }
    const command = `"${process.execPath}" "${RUNTIME}" start e.yml; true`
    const shell = spawn('sh', ['-c', command], {
      cwd: app.dir,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      env,
    })
    let text = ''
    shell.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await until(
      () => text.includes('event=listening'),
      30_000,
      () => text,
    )
    shell.kill('SIGKILL')
    await until(
      () => inSession(shell.pid as number).length === 0,
      15_000,
      () => inSession(shell.pid as number).join('\n'),
    )
  } finally {
    await app.end()
  }
}

interface Wanted {
  tree: string
  /** Of the app. */
  options?: string
  env?: Record<string, string>
  /** Whether `shipit dev` runs it. */
  isDev?: boolean
}

interface Served {
  app: AppFolder
  run: Run
  port: number
  /** Processes of the session while one instance serves, the supervisor among them. */
  size: number
}

async function serving(
  { tree, options = '', env = {}, isDev = false }: Wanted,
  use: (served: Served) => Promise<void>,
): Promise<void> {
  const { app: script, files } = TREES[tree] as Starter
  const app = new AppFolder(
    {
      'package.json': '{"dependencies":{"shipit-runtime":"*"}}',
      'server.js': SERVER,
      ...files,
      'e.yml': `apps:\n  - { name: api, ${script}${options} }\n`,
    },
    isDev ? SHIPIT : RUNTIME,
  )
  try {
    mkdirSync(path.join(app.dir, 'node_modules'))
    symlinkSync(runtimePackageDir, path.join(app.dir, 'node_modules/shipit-runtime'))
    const port = await freePort()
    const run = await app.start([isDev ? 'dev' : 'start', 'e.yml'], {
      PORT: String(port),
      ...(isDev ? { DYNO: undefined } : {}),
      ...env,
    })
    await run.says('event=listening', 60_000)
    await use({ app, run, port, size: inSession(run.child.pid as number).length })
  } finally {
    await app.end()
  }
}

function starts(run: Run): number {
  return (run.stdout.match(/event=listening/g) ?? []).length
}

/**
 * After `times` restarts there are as many processes as one instance has, and none found its port
 * taken.
 */
async function isReplaced({ run, size }: Served, times: number, isMoving = false): Promise<void> {
  const session = run.child.pid as number
  await until(
    () => (isMoving ? starts(run) > times : starts(run) === times + 1),
    30_000,
    () => run.output,
  )
  await until(
    () => inSession(session).length <= size,
    20_000,
    () => `${inSession(session).join('\n')}\n${run.output}`,
  )
  expect(run.output).not.to.include('EADDRINUSE')
}

async function endsWhole(run: Run, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  run.signalAll(signal)
  expect((await run.ended).code).to.equal(0)
  expect(inSession(run.child.pid as number)).to.deep.equal([])
  expect(run.output).not.to.include('EADDRINUSE')
}
