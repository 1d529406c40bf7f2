/** `shipit-runtime start FILE`: what package.json's start script runs inside a dyno. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Fault } from './fault.js'
import { dynoOutput } from './outlet.js'
import { start } from './start.js'

const HELP = `Run an ecosystem file's apps under PM2 in a Heroku dyno.

USAGE
  shipit-runtime start FILE [--env NAME] [--only a,b] [--watch]

FLAGS
  --env NAME    apply env_NAME of each app (else SHIPIT_ENV)
  --only a,b    run these apps only
  --watch       restart on changed files, for every app that does not say \`watch: false\`
  --help        this text
  --version     the version

CONFIG VARS
  SHIPIT_INSTANCES   instances of each app, such as api=4,jobs=1; else WEB_CONCURRENCY, else the file
  SHIPIT_CPUS        CPUs that instances: max counts on, in place of the dyno's own
  SHIPIT_ENV         which env_NAME to apply
  SHIPIT_DRAIN       seconds that a stopping instance has for what is in flight (25)
  SHIPIT_PATIENCE    seconds that an app may go on failing before the dyno ends (30)
  SHIPIT_METRICS     seconds between lines of metrics (20), or off
  SHIPIT_WATCH       1 restarts on changed files in a dyno too
  PM2_PUBLIC_KEY, PM2_SECRET_KEY, PM2_MACHINE_NAME   PM2's dashboard; its agent runs when both keys are set

SIGNALS
  SIGTERM, SIGINT    stop all instances when they have answered what is on its way
  SIGUSR2            reload them one after another, without a gap in cluster mode

EXIT STATUS
  0 after SIGTERM or SIGINT, or when every app has finished with 0; an app's own status when it cannot stay up, 1 where it has none; 2 for a wrong call
`

/** Parses the command line and runs it. Sets the exit status of a failure; never throws. */
export async function main(argv: string[]): Promise<void> {
  try {
    await run(argv)
  } catch (error) {
    const fault = error instanceof Fault ? error : wrongCall(error)
    dynoOutput.err.write(fault.toString())
    process.exit(fault.exitCode)
  }
}

async function run(argv: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { env: { type: 'string' }, only: { type: 'string' }, watch: { type: 'boolean' }, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
  })
  if (values.version) return void process.stdout.write(`${version()}\n`)
  if (values.help) return void process.stdout.write(HELP)
  const [command, file, ...more] = positionals
  if (command !== 'start' || !file || more.length > 0) throw new Fault('expected `shipit-runtime start FILE`', undefined, 'shipit-runtime --help', 2)
  const only = values.only?.split(/[, ]+/).filter(Boolean)
  await start({ file, env: values.env, only, isWatched: values.watch === true }, __dirname)
}

function wrongCall(error: unknown): Fault {
  const { code, message, stack } = error as NodeJS.ErrnoException
  if (code?.startsWith('ERR_PARSE_ARGS')) return new Fault(message, undefined, 'shipit-runtime --help', 2)
  return new Fault(`a fault in shipit-runtime: ${message}`, process.env.DEBUG ? stack : undefined)
}

function version(): string {
  const manifest = readFileSync(path.join(__dirname, '../package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
