/**
 * Apps whose server is not the instance itself: what is in flight is answered, and nothing is left,
 * however they are stopped.
 */
import { expect } from 'chai'
import { AppFolder, freePort, until, type Run } from '../runtime/harness.js'
import { sideBySide } from './support/lanes.js'
import { found, RUNTIME } from './support/runtimes.js'
import { inSession, SERVER, STARTERS, type Starter } from './support/starters.js'
import { isSoak } from '../support/soak.js'

/** Of these, the supervisor alone is told as well; SHIPIT_SOAK=1 does so for all. */
const ALONE = isSoak
  ? Object.keys(STARTERS)
  : ['npm start', 'sh -c', 'a launcher that pipes', 'its own cluster']
/** Apps that run at a time: mostly they wait. */
const WIDTH = 4

interface Served {
  run: Run
  ask(path: string): Promise<string>
}

interface Case {
  title: string
  starter: string
  /** Of the app. */
  options?: string
  env?: Record<string, string>
  check(served: Served): Promise<unknown>
}

const CASES: Case[] = [
  ...Object.keys(STARTERS).map((starter) => stopOf(starter, 'every process')),
  ...ALONE.map((starter) => stopOf(starter, 'the supervisor alone')),
  {
    title: 'answers what is in flight at a reload',
    starter: 'npm start',
    check: async (served) => {
      const { answers } = await inFlight(served, '/held')
      served.run.child.kill('SIGUSR2')
      await isReplaced(served, await answers)
    },
  },
  {
    title: 'answers what is in flight at a restart for its memory',
    starter: 'npm start',
    options: ', max_memory_restart: 220M',
    env: { PM2_WORKER_INTERVAL: '300' },
    check: async (served) => {
      const { answers } = await inFlight(served, '/held')
      await served.ask('/grow')
      await isReplaced(served, await answers)
    },
  },
  {
    title: 'reports requests and memory of the server itself',
    starter: 'npm start',
    check: ({ run, ask }) =>
      until(async () => {
        await ask('/')
        return /sample#requests=[1-9]\d*rpm/.test(run.stdout)
      }),
  },
]

describe('an app that another program starts', function () {
  this.timeout(120_000)
  const outcomes = sideBySide(
    WIDTH,
    () => CASES.filter(({ starter }) => !isMissing(starter)),
    runCase,
  )

  for (const one of CASES) {
    it(`${one.title} (${one.starter}${isMissing(one.starter) ? ', which is not installed here' : ''})`, async function () {
      if (isMissing(one.starter)) this.skip()
      await outcomes.of(one)
    })
  }
})

function stopOf(starter: string, told: 'every process' | 'the supervisor alone'): Case {
  const check = async (served: Served) => {
    const { run } = served
    const { answers } = await inFlight(served, '/slow')
    if (told === 'every process') run.signalAll()
    else run.child.kill('SIGTERM')
    expect(await answers, run.output).to.deep.equal(['slow', 'slow', 'slow', 'slow'])
    const answered = Date.now()
    expect((await run.ended).code).to.equal(0)
    if (process.env.SHIPIT_TIMES)
      console.log(
        `      ${starter}, ${told}: ended ${Date.now() - answered} ms after the last answer`,
      )
    expect(inSession(run.child.pid as number)).to.deep.equal([])
  }
  return {
    title: `answers what is in flight and leaves nothing, when ${told} is told to stop`,
    starter,
    check,
  }
}

async function runCase({ starter, options = '', env, check }: Case): Promise<void> {
  const { app: script, files } = STARTERS[starter] as Starter
  const app = new AppFolder(
    { 'server.js': SERVER, ...files, 'e.yml': `apps:\n  - { name: api, ${script}${options} }\n` },
    RUNTIME,
  )
  try {
    const port = await freePort()
    const run = await app.start(['start', 'e.yml'], {
      PORT: String(port),
      SHIPIT_METRICS: '0.5',
      ...env,
    })
    await run.says('event=listening', 60_000)
    const ask = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        (response) => response.text(),
        (error: Error) => String(error.cause ?? error),
      )
    await check({ run, ask })
  } finally {
    await app.end()
  }
}

/** Four requests in the server's hands, since a fifth after them is answered. */
async function inFlight({ ask }: Served, path: string): Promise<{ answers: Promise<string[]> }> {
  const answers = Promise.all(Array.from({ length: 4 }, () => ask(path)))
  await ask('/')
  return { answers }
}

async function isReplaced({ run }: Served, answers: string[]): Promise<void> {
  expect(answers, run.output).to.deep.equal(['held', 'held', 'held', 'held'])
  await until(
    () => run.stdout.match(/event=listening/g)?.length === 2,
    30_000,
    () => run.output,
  )
  expect(run.output).not.to.include('EADDRINUSE')
}

function isMissing(starter: string): boolean {
  const { needs } = STARTERS[starter] as Starter
  return needs !== undefined && !found(needs)
}
