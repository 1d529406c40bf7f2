/** Every command line of pm2-runtime, given to pm2-runtime itself and to shipit-runtime: both start the same processes. */
import { expect } from 'chai'
import { createRequire } from 'node:module'
import path from 'node:path'
import { AppFolder, until, type Run } from '../runtime/harness.js'

const PM2_RUNTIME = path.join(path.dirname(createRequire(import.meta.url).resolve('pm2/package.json')), 'bin/pm2-runtime')

/** Tells what it was started with, and stays. */
const APP = `
const flags = process.execArgv.filter((flag) => /max-old-space-size=(77|88)|no-warnings/.test(flag))
const { name, NODE_APP_INSTANCE, STAGE, FROM } = process.env
console.log('FACT ' + JSON.stringify({ args: process.argv.slice(2), flags, name, instance: NODE_APP_INSTANCE, isCluster: require('node:cluster').isWorker, stage: STAGE, from: FROM, cwd: require('node:path').basename(process.cwd()) }))
setInterval(() => {}, 1000)
`
const FILE = `apps:
  - { name: api, script: app.js, env: { STAGE: base }, env_prod: { STAGE: prod } }
  - { name: jobs, script: app.js, args: --jobs, instances: 2 }
`
const FILES = {
  'app.js': APP,
  'lib/app.js': APP,
  'run.sh': 'echo "FACT $*"; exec sleep 60\n',
  'ecosystem.config.yml': FILE,
  'process.json': JSON.stringify({ apps: [{ name: 'one', script: './app.js' }] }),
  'package.json': JSON.stringify({ name: 'shop', scripts: { serve: 'node app.js --served' } }),
}

const LINES: { line: string[]; facts: number }[] = [
  { line: ['app.js'], facts: 1 },
  { line: ['start', 'app.js'], facts: 1 },
  { line: ['app.js', '-i', '2', '--name', 'web'], facts: 2 },
  { line: ['start', 'app.js', '-i', '2', '-n', 'web', '--watch'], facts: 2 },
  { line: ['ecosystem.config.yml'], facts: 3 },
  { line: ['start', 'ecosystem.config.yml', '--env', 'prod'], facts: 3 },
  { line: ['start', 'ecosystem.config.yml', '--only', 'jobs'], facts: 2 },
  { line: ['process.json', '--raw'], facts: 1 },
  { line: ['app.js', '--node-args=--max-old-space-size=77'], facts: 1 },
  { line: ['app.js', '-i', '1', '--node-args', '--no-warnings --max-old-space-size=88'], facts: 1 },
  { line: ['app.js', '--', '--port', '1', '-i', '4'], facts: 1 },
  { line: ['app.js', '--no-autorestart', '--max-memory-restart', '300M', '--cron', '0 4 * * *'], facts: 1 },
  { line: ['run.sh', '--interpreter', 'bash', '--', 'a', 'b'], facts: 1 },
  { line: ['npm run serve'], facts: 1 },
  { line: ['npm', '--', 'run', 'serve'], facts: 1 },
  { line: ['bash', '--', '-c', 'exec node app.js --from-bash'], facts: 1 },
  { line: ['lib/app.js', '--delay', '1'], facts: 1 },
]

describe("pm2-runtime's command lines", function () {
  this.timeout(90_000)
  let folder: AppFolder
  before(() => void (folder = new AppFolder(FILES)))
  after(() => folder.end())

  for (const { line, facts } of LINES) {
    it(`shipit-runtime ${line.join(' ')} starts what pm2-runtime starts`, async () => {
      const PM2_HOME = path.join(folder.dir, `.pm2-${LINES.findIndex((each) => each.line === line)}`)
      const theirs = factsOf(await folder.start(line, { PM2_HOME, DYNO: undefined }, PM2_RUNTIME), facts)
      const ours = factsOf(await folder.start(line), facts)
      expect(await ours).to.deep.equal((await theirs).map((fact) => withoutOwnLine(fact, line)))
    })
  }

  it('prints lines as JSON and as key=value, with the fields that pm2-runtime gives them', async () => {
    for (const flag of ['--json', '--format']) {
      const PM2_HOME = path.join(folder.dir, `.pm2${flag}`)
      const [theirs, ours] = [await folder.start(['app.js', flag], { PM2_HOME, DYNO: undefined }, PM2_RUNTIME), await folder.start(['app.js', flag])]
      const fields = async (run: Run): Promise<string[]> => {
        await run.says('FACT')
        const line = run.stdout.split('\n').find((each) => each.includes('FACT')) ?? ''
        await stop(run)
        return flag === '--json' ? Object.keys(JSON.parse(line) as object).sort() : [...line.replace(/message=.*/, 'message=').matchAll(/(\w+)=/g)].map(([, name]) => name!)
      }
      expect(await fields(ours), flag).to.include.members((await fields(theirs)).filter((name) => name !== 'app_name' || flag === '--json'))
    }
  })

  it('refuses keys on the command line, and says where they belong', async () => {
    const run = await folder.start(['app.js', '--secret', 's3cr3t', '--public', 'p'])
    expect((await run.ended).code).to.equal(2)
    expect(run.stderr).to.match(/--secret cannot be used here/).and.match(/shipit keys set/).and.not.include('s3cr3t')
  })
})

/** What the started processes told, in an order of its own; then the runtime is stopped. */
async function factsOf(run: Run, count: number): Promise<string[]> {
  const facts = () => run.stdout.split('\n').filter((line) => line.includes('FACT ')).map((line) => line.slice(line.indexOf('FACT ') + 5).trim())
  await until(() => facts().length >= count, 30_000, () => `${count} processes of:\n${run.output}`)
  const told = facts().sort()
  await stop(run)
  return told
}

/** pm2-runtime lets its own command line slip into the arguments of cluster instances, before the app's. */
function withoutOwnLine(fact: string, line: string[]): string {
  return fact.replace(`"args":${JSON.stringify(line).slice(0, -1)}`, '"args":[').replace('"args":[,', '"args":[')
}

async function stop(run: Run): Promise<void> {
  run.signalAll()
  await run.ended
}
