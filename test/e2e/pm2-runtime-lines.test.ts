/**
 * The command lines of pm2-runtime and pm2-dev, given to these and to shipit-runtime and shipit
 * dev: both start the same processes. SHIPIT_SOAK=1 runs all lines.
 */
import { expect } from 'chai'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { packageRoot } from '../../src/paths.js'
import { AppFolder, isAlive, until, type Run } from '../runtime/harness.js'
import { sideBySide } from './support/lanes.js'
import { isSoak } from '../support/soak.js'

const PM2 = path.join(
  path.dirname(createRequire(import.meta.url).resolve('pm2/package.json')),
  'bin',
)
const SHIPIT = path.join(packageRoot, 'bin/shipit.js')

/**
 * Tells what it was started with, again and again: pm2-dev prints only what comes once all apps are
 * started and its own bus is connected.
 */
const APP = `
const flags = process.execArgv.filter((flag) => /max-old-space-size=(77|88)|no-warnings/.test(flag))
const { name, NODE_APP_INSTANCE, STAGE, FROM } = process.env
const fact = JSON.stringify({ args: process.argv.slice(2), flags, name, instance: NODE_APP_INSTANCE, isCluster: require('node:cluster').isWorker, stage: STAGE, from: FROM, cwd: require('node:path').basename(process.cwd()) })
const tell = () => console.log('FACT ' + process.pid + ' ' + fact)
tell()
setInterval(tell, 500)
`
const FILE = `apps:
  - { name: api, script: app.js, env: { STAGE: base }, env_prod: { STAGE: prod } }
  - { name: jobs, script: app.js, args: --jobs, instances: 2 }
`
const FILES = {
  'app.js': APP,
  'lib/app.js': APP,
  'run.sh': 'echo "FACT $$ $*"; exec sleep 60\n',
  'ecosystem.config.yml': FILE,
  'process.json': JSON.stringify({ apps: [{ name: 'one', script: './app.js' }] }),
  'package.json': JSON.stringify({ name: 'shop', scripts: { serve: 'node app.js --served' } }),
}

interface Line {
  line: string[]
  facts: number
  program?: 'pm2-dev'
}

/** Each tells something of its own; what the others tell besides is for the soak. */
const REPRESENTATIVE: Line[] = [
  { line: ['start', 'app.js', '-i', '2', '-n', 'web', '--watch'], facts: 2 },
  { line: ['start', 'ecosystem.config.yml', '--env', 'prod'], facts: 3 },
  { line: ['app.js', '-i', '1', '--node-args', '--no-warnings --max-old-space-size=88'], facts: 1 },
  {
    line: [
      'app.js',
      '--no-autorestart',
      '--max-memory-restart',
      '300M',
      '--cron',
      '0 4 * * *',
      '--',
      '--port',
      '1',
      '-i',
      '4',
    ],
    facts: 1,
  },
  { line: ['npm run serve'], facts: 1 },
  { line: ['bash', '--', '-c', 'exec node app.js --from-bash'], facts: 1 },
  {
    line: ['start', 'app.js', '--node-args=--max-old-space-size=77', '--timestamp'],
    facts: 1,
    program: 'pm2-dev',
  },
]
const OTHERS: Line[] = [
  { line: ['app.js'], facts: 1 },
  { line: ['start', 'app.js'], facts: 1 },
  { line: ['app.js', '-i', '2', '--name', 'web'], facts: 2 },
  { line: ['ecosystem.config.yml'], facts: 3 },
  { line: ['start', 'ecosystem.config.yml', '--only', 'jobs'], facts: 2 },
  { line: ['process.json', '--raw'], facts: 1 },
  { line: ['app.js', '--node-args=--max-old-space-size=77'], facts: 1 },
  { line: ['app.js', '--', '--port', '1', '-i', '4'], facts: 1 },
  { line: ['run.sh', '--interpreter', 'bash', '--', 'a', 'b'], facts: 1 },
  { line: ['npm', '--', 'run', 'serve'], facts: 1 },
  { line: ['lib/app.js', '--delay', '1'], facts: 1 },
  { line: ['start', 'ecosystem.config.yml', '--env', 'prod'], facts: 3, program: 'pm2-dev' },
  { line: ['app.js', '--interpreter', 'node'], facts: 1, program: 'pm2-dev' },
  { line: ['process.json', '--raw'], facts: 1, program: 'pm2-dev' },
]
const LINES = isSoak ? [...REPRESENTATIVE, ...OTHERS] : REPRESENTATIVE

describe('the command lines of pm2-runtime and pm2-dev', function () {
  this.timeout(120_000)
  let folder: AppFolder
  before(() => {
    folder = new AppFolder(FILES)
    mkdirSync(path.join(folder.dir, '.tmp'))
  })
  const outcomes = sideBySide(
    3,
    () => LINES,
    async (one) => {
      const [theirs, ours] = await Promise.all([startTheirs(one), startOurs(one)])
      try {
        return { theirs: await factsOf(theirs, one), ours: await factsOf(ours, one) }
      } finally {
        await Promise.all([
          stop(ours, one.program === 'pm2-dev' ? 'SIGINT' : 'SIGTERM'),
          one.program === 'pm2-dev' ? stopPm2Dev(theirs, homeOf(one)) : stop(theirs),
        ])
      }
    },
  )
  after(() => folder.end())

  const homeOf = ({ line, program }: Line) =>
    path.join(
      folder.dir,
      `.pm2-${LINES.findIndex((each) => each.line === line && each.program === program)}`,
    )
  const startTheirs = (one: Line) => {
    const { line, program } = one
    const home = homeOf(one)
    mkdirSync(home, { recursive: true })
    const env = { ...temporary(), DYNO: undefined }
    return program === 'pm2-dev'
      ? folder.start(line, { ...env, HOME: home }, path.join(PM2, program))
      : folder.start(line, { ...env, PM2_HOME: home }, path.join(PM2, 'pm2-runtime'))
  }
  const startOurs = ({ line, program }: Line) =>
    program === 'pm2-dev'
      ? folder.start(
          ['dev', ...line],
          { ...temporary(), DYNO: undefined, SHIPIT_HOME: path.join(folder.dir, '.shipit') },
          SHIPIT,
        )
      : folder.start(line, temporary())
  /** A folder that no --watch looks into. */
  const temporary = () => ({ TMPDIR: path.join(folder.dir, '.tmp') })

  for (const one of LINES) {
    it(`${one.program === 'pm2-dev' ? 'shipit dev' : 'shipit-runtime'} ${one.line.join(' ')} starts what ${one.program ?? 'pm2-runtime'} starts`, async () => {
      const { ours, theirs } = await outcomes.of(one)
      expect(ours).to.deep.equal(theirs.map((fact) => withoutOwnLine(fact, one.line)))
    })
  }

  for (const flag of isSoak ? ['--json', '--format'] : ['--json']) {
    it(`prints lines by ${flag}, with the fields that pm2-runtime gives them`, async () => {
      const fields = async (run: Run): Promise<string[]> => {
        await run.says('FACT', 30_000)
        const line = run.stdout.split('\n').find((each) => each.includes('FACT')) ?? ''
        await stop(run)
        return flag === '--json'
          ? Object.keys(JSON.parse(line) as object).sort()
          : [...line.replace(/message=.*/, 'message=').matchAll(/(\w+)=/g)].map(([, name]) => name!)
      }
      const runs = await Promise.all([
        folder.start(
          ['app.js', flag],
          { PM2_HOME: path.join(folder.dir, `.pm2${flag}`), DYNO: undefined },
          path.join(PM2, 'pm2-runtime'),
        ),
        folder.start(['app.js', flag]),
      ])
      const [theirs, ours] = await Promise.all(runs.map(fields))
      expect(ours).to.include.members(
        theirs!.filter((name) => name !== 'app_name' || flag === '--json'),
      )
    })
  }

  it('refuses keys on the command line, and says where they belong', async () => {
    const run = await folder.start(['app.js', '--secret', 's3cr3t', '--public', 'p'])
    expect((await run.ended).code).to.equal(2)
    expect(run.stderr)
      .to.match(/--secret cannot be used here/)
      .and.match(/shipit keys set/)
      .and.not.include('s3cr3t')
  })
})

/** What the started processes told, one word each, in an order of its own. */
async function factsOf(run: Run, { facts: count }: Line): Promise<string[]> {
  const facts = () => [
    // The last piece may be half a line.
    ...new Map(
      run.stdout
        .split('\n')
        .slice(0, -1)
        .flatMap((line) => {
          const [, pid, fact] = /FACT (\d+) (.*)$/.exec(line) ?? []
          return pid === undefined ? [] : [[pid, fact!.trim()] as const]
        }),
    ).values(),
  ]
  await until(
    () => facts().length >= count,
    60_000,
    () => `${count} processes of:\n${run.output}`,
  )
  return facts().sort()
}

/**
 * pm2-runtime lets its own command line slip into the arguments of cluster instances, before the
 * app's.
 */
function withoutOwnLine(fact: string, line: string[]): string {
  return fact
    .replace(`"args":${JSON.stringify(line).slice(0, -1)}`, '"args":[')
    .replace('"args":[,', '"args":[')
}

async function stop(run: Run, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (run.child.exitCode === null && run.child.signalCode === null) run.signalAll(signal)
  await run.ended
}

/**
 * pm2-dev ends its daemon at Ctrl-C alone, and leaves it behind if that comes before its apps are
 * started, or even before the daemon is.
 */
async function stopPm2Dev(run: Run, home: string): Promise<void> {
  const file = path.join(home, '.pm2-dev/pm2.pid')
  const daemon = () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0)
  await until(
    () => daemon() > 0 || run.child.exitCode !== null,
    60_000,
    () => `pm2-dev's daemon of:\n${run.output}`,
  )
  const pid = daemon()
  await stop(run, 'SIGINT')
  if (pid === 0) return
  if (isAlive(pid)) process.kill(pid, 'SIGTERM')
  await until(
    () => !isAlive(pid),
    60_000,
    () => `the end of pm2-dev's daemon ${pid}`,
  )
}
