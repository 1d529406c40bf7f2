/** `shipit-runtime start FILE`: what package.json's start script runs inside a dyno, and every other command line of pm2-runtime. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Fault } from './fault.js'
import { dynoOutput } from './outlet.js'
import { parsePm2CommandLine } from './ecosystem-adapter.js'
import { start } from './start.js'

const HELP = `Run apps under PM2 in a Heroku dyno, by pm2-runtime's own command lines.

USAGE
  shipit-runtime start FILE [flags]          an ecosystem file's apps
  shipit-runtime [start] SCRIPT [flags] [-- args]

FLAGS
  --env NAME    apply env_NAME of each app (else SHIPIT_ENV)
  --only a,b    run these apps only
  --watch       restart on changed files, for every app that does not say \`watch: false\`
  --delay N     start after N seconds
  --json, --format, --formatted   each line as JSON, as key=value, or behind id|name
  -i, -n, --max-memory-restart, --node-args, --interpreter, --cron, --no-autorestart and the other flags
                of pm2-runtime, for a script; --secret and --public are refused (shipit keys set)
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
    const fault = error instanceof Fault ? error : internalError(error)
    dynoOutput.err.write(fault.toString())
    process.exit(fault.exitCode)
  }
}

async function run(argv: string[]): Promise<void> {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  if (own.includes('--version') || own[0] === '-v') return void process.stdout.write(`${version()}\n`)
  if (own.includes('--help') || own.includes('-h')) return void process.stdout.write(HELP)
  const line = parsePm2CommandLine(argv)
  const [refusal] = line.refused
  if (refusal) throw new Fault(`${refusal.flag} cannot be used here`, refusal.why, 'shipit-runtime --help', 2)
  if (line.file === undefined) throw new Fault('expected a file: `shipit-runtime start FILE`', undefined, 'shipit-runtime --help', 2)
  await start({ ...line, file: line.file }, __dirname)
}

function internalError(error: unknown): Fault {
  const { message, stack } = error as Error
  return new Fault(`internal error (a bug in shipit-runtime): ${message}`, process.env.DEBUG ? stack : undefined)
}

function version(): string {
  const manifest = readFileSync(path.join(__dirname, '../package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
