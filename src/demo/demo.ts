/**
 * npm run demo: the whole promise on this machine, in the user's own commands. Every line that
 * begins with ✓ was checked against the running app; the first that is not true ends the demo with
 * a non-zero status.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pc from 'picocolors'
import { templatesDir } from '../paths.js'
import { STOP_SIGNALS } from '../lib/signals.js'
import { until } from '../lib/until.js'
import { get, startLoad } from './load.js'
import { Shell } from './shell.js'

const app = 'hello-heroku'
const started = performance.now()

interface Answer {
  greeting: string
  dyno: string
  instance?: string
  pid: number
}
/** A row of `shipit ps --json`. */
interface PsRow {
  name: string
  type: string
  state: string
  release: { version: number }
}

function say(text: string): void {
  process.stdout.write(`\n${pc.bold(pc.magenta('##'))} ${pc.bold(text)}\n`)
}

function check(isTrue: boolean, claim: string, seen?: unknown): void {
  if (!isTrue)
    throw new Error(
      'This is not true: ' +
        `${claim}${seen === undefined ? '' : `\nSeen instead: ${JSON.stringify(seen, null, 2)}`}`,
    )
  process.stdout.write(`${pc.green('✓')} ${claim}\n`)
}

async function answer(url: string): Promise<Answer> {
  const { status, body } = await get(url)
  if (status !== 200) throw new Error(`${url} answered ${status}: ${body.slice(0, 200)}`)
  return JSON.parse(body) as Answer
}

/**
 * Asks until `count` dynos, or processes, have answered, so that the router is seen to use them
 * all. Several requests at a time: one alone goes over the connection that the router has kept, to
 * the same process again.
 */
async function whoAnswers(
  url: string,
  count: number,
  key: (answer: Answer) => string,
): Promise<Set<string>> {
  const seen = new Set<string>()
  await until(
    async () => {
      const answers = await Promise.all(Array.from({ length: 4 * count }, () => answer(url)))
      for (const each of answers) seen.add(key(each))
      return seen.size >= count
    },
    { timeout: 20_000, every: 20 },
  )
  return seen
}

async function demo(folder: string): Promise<void> {
  const dir = path.join(folder, app)
  await cp(path.join(templatesDir, 'express'), dir, { recursive: true })
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    SHIPIT_HOME: path.join(folder, 'home'),
    SHIPIT_LOCAL: '1',
    SHIPIT_LOCAL_NODE: 'machine',
    HEROKU_APP: app,
    GIT_AUTHOR_NAME: 'Demo',
    GIT_AUTHOR_EMAIL: 'demo@example.com',
    GIT_COMMITTER_NAME: 'Demo',
    GIT_COMMITTER_EMAIL: 'demo@example.com',
    GIT_CONFIG_GLOBAL: path.join(folder, 'gitconfig'),
  }
  const shell = new Shell(dir, env)
  const succeeds = async (command: string): Promise<void> => {
    const { status } = await shell.show(command)
    if (status !== 0) throw new Error(`${command} ended with ${status}`)
  }
  try {
    await steps(shell, succeeds, dir)
  } finally {
    await shell.quiet('shipit local stop')
  }
}

async function steps(
  shell: Shell,
  succeeds: (command: string) => Promise<void>,
  dir: string,
): Promise<void> {
  say('An Express app, as anybody has one')
  await succeeds('git init --quiet --initial-branch main')
  await succeeds('shipit init --yes')
  const manifest = JSON.parse(await readFile(path.join(dir, 'package.json'), 'utf8')) as {
    scripts: { start: string }
  }
  check(
    manifest.scripts.start === 'shipit-runtime start ecosystem.config.yml',
    'npm start runs the app under PM2',
    manifest.scripts,
  )
  await succeeds('git add --all')
  await succeeds('git commit --quiet --message "Run under PM2 on Heroku"')

  say('Pushed with git, built, started')
  await succeeds(`shipit deploy --app ${app}`)
  const { url } = await shell.json<{ url: string }>('shipit open --json')
  const first = await answer(url)
  check(first.greeting === 'Hello from Heroku', `${url} answers: ${first.greeting}`, first)
  check(
    first.instance !== undefined,
    `the process that answered (pid ${first.pid}) is instance ${first.instance} of PM2 in ` +
      `${first.dyno}`,
    first,
  )

  say('Scaled to two dynos, with two processes in each')
  await succeeds('shipit scale web=2')
  const dynos = await shell.json<PsRow[]>('shipit ps --json')
  check(
    dynos.length === 2 && dynos.every((dyno) => dyno.state === 'up'),
    `${dynos.map((dyno) => dyno.name).join(' and ')} are up`,
    dynos,
  )
  check(
    (await whoAnswers(url, 2, (each) => each.dyno)).size === 2,
    'the router sends requests to both dynos',
  )
  await succeeds(`shipit scale --instances ${app}=2`)
  const processes = await whoAnswers(url, 4, (each) => `${each.dyno}/${each.pid}`)
  check(processes.size === 4, `four processes answer: ${[...processes].sort().join(', ')}`)

  say('Reloaded under load')
  const before = await whoAnswers(url, 4, (each) => String(each.pid))
  const load = startLoad(url, { keepAlive: 4, fresh: 4 })
  await succeeds('shipit reload')
  const { sent, ok, failures } = await load.stop()
  check(
    sent > 100 && ok === sent,
    `${sent} requests were sent during the reload, ${ok} got their answer, none was lost`,
    failures.slice(0, 10),
  )
  const after = await whoAnswers(url, 4, (each) => String(each.pid))
  check(
    [...after].every((pid) => !before.has(pid)),
    'every process is a new one',
    { before: [...before], after: [...after] },
  )

  say('Broken on purpose')
  await writeFile(path.join(dir, 'greeting.js'), "throw new Error('broken on purpose')\n")
  await succeeds('git commit --quiet --all --message "Break it"')
  const broken = await shell.show(`shipit deploy --app ${app}`)
  check(
    broken.status === 12,
    `the deploy failed with exit code ${broken.status}: a dyno crashed`,
    broken.status,
  )
  check(
    (broken.stdout + broken.stderr).includes('broken on purpose'),
    "it showed the app's own error",
  )
  const still = await answer(url)
  check(
    still.greeting === first.greeting,
    `it rolled back by itself: ${url} still answers: ${still.greeting}`,
    still,
  )
  await succeeds('shipit releases')
  const releases =
    await shell.json<{ description: string; current: boolean }[]>('shipit releases --json')
  check(
    releases.some((release) => release.current && /^Rollback to v\d+/.test(release.description)),
    'the release that serves is the rollback',
    releases,
  )
}

/** Ends the demo as it should end, whatever happened: the platform stopped, the folder gone. */
async function main(): Promise<number> {
  // Ctrl-C reaches the command that runs as well: it ends, the step is not true, and the way out
  // below is taken.
  for (const signal of STOP_SIGNALS)
    process.on(signal, () => process.stdout.write(`\n${signal}: cleaning up\n`))
  const folder = await mkdtemp(path.join(tmpdir(), 'shipit-demo-'))
  try {
    await demo(folder)
    process.stdout.write(
      `\n${pc.green(pc.bold('All of it is true.'))} ` +
        `${Math.round((performance.now() - started) / 1000)} s\n`,
    )
    return 0
  } catch (error) {
    process.stderr.write(
      `\n${pc.red('✗')} ${error instanceof Error ? error.message : String(error)}\n`,
    )
    return 1
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

process.exitCode = await main()
