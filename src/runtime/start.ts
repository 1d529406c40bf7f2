import { dashboardKeys, KEY_VARIABLES } from './dashboard/keys.js'
import { resolveApp, type App } from './app.js'
import { DEV_VARIABLE, devSettings, type DevSettings } from './dev-settings.js'
import { readDyno, readMachine } from './dyno.js'
import {
  ecosystemOf,
  isEcosystemFile,
  readEcosystem,
  type Ecosystem,
  type EcosystemApp,
  type Pm2CommandLine,
  type EcosystemProblem,
} from './ecosystem-adapter.js'
import { appEnvironment } from './environment.js'
import { RuntimeError, warn } from './runtime-error.js'
import { dynoOutput } from './outlet.js'
import { Supervisor } from './supervisor.js'

/** What the command line says. `file`: an ecosystem file, a script or a command. */
type StartLine = Pm2CommandLine & { file: string }

/** Heroku kills 30 s after SIGTERM; what is left is for the supervisor's own end. */
const DRAIN_SECONDS = 25

/**
 * Runs the file's apps in this process until they end or a signal stops them. Throws a RuntimeError where
 * they cannot be started.
 */
export async function start(line: StartLine, lib: string): Promise<void> {
  const dev = devSettings(process.env)
  delete process.env[DEV_VARIABLE]
  const lines = dev && (await import('./control/index.js')).LineLog.of(dynoOutput)
  const dyno = dev ? readMachine(process.env) : readDyno(process.env)
  const env = snapshot()
  const ecosystem = isEcosystemFile(line.file)
    ? await readFile(line, env)
    : usable(ecosystemOf(line, line.file), 'the command line')
  for (const { flag, why } of line.dropped) warn(`${flag} is left out: ${why}`)
  const isWatchedByFlag = line.options.watch !== undefined && line.options.watch !== false
  const only = line.only?.split(/[, ]+/).filter(Boolean)
  const chosenApps = started(chosen(ecosystem, only), dev).map((app) =>
    printedAs(line, isWatchedByFlag ? { watch: true, ...app } : app),
  )
  // PM2 takes `cwd` and scripts from where it was started, not from where the file lies.
  const envName = line.env ?? env.SHIPIT_ENV
  const apps = chosenApps.map((app) =>
    prepare(app, envName, env, process.cwd(), ecosystem.deployEnv),
  )
  const isKnown =
    envName &&
    (ecosystem.deployEnv?.[envName] ??
      chosenApps.find((app) => app[`env_${envName}`] !== undefined))
  if (envName && !isKnown) warn(`no app has env_${envName} in ${line.file}`)
  const isWatched =
    line.options.watch !== false && watchIsWanted(chosenApps, dyno.isDyno && !isWatchedByFlag, env)
  warnOfFiles(apps, dev)
  const keys = dashboardKeys(env, apps[0]?.name ?? 'app', dyno.name)
  for (const name of KEY_VARIABLES) delete process.env[name]
  if (line.delay) await new Promise((resolve) => setTimeout(resolve, 1000 * line.delay!))
  await new Supervisor({ apps, dyno, env, keys, lib, isWatched, dev, lines }).run()
}

async function readFile(
  { file, options }: StartLine,
  env: Record<string, string>,
): Promise<Ecosystem> {
  const ignored = Object.keys(options).filter(
    (name) => name !== 'watch' && name !== 'log_date_format',
  )
  if (ignored.length > 0)
    warn(
      `the command line's ${ignored.join(', ')} is ignored: ${file} says what its apps have, ` +
        'as with PM2',
    )
  const ecosystem = await readEcosystem(file, env).catch((error: Error) => {
    throw new RuntimeError(
      `${file} cannot be read`,
      error.message.split('\n').slice(0, 6).join('\n  '),
      `correct it and ${process.env.DYNO ? 'deploy' : 'start'} again`,
    )
  })
  return usable(ecosystem, file)
}

/** Throws a RuntimeError for what cannot be started as it stands, and warns of the rest. */
function usable(ecosystem: Ecosystem, file: string): Ecosystem {
  const say = ecosystem.problems.map((one) => ({
    severity: one.severity,
    text: describe(file, one),
  }))
  const errors = say.filter((one) => one.severity === 'error')
  if (errors.length > 0)
    throw new RuntimeError(
      `${file} cannot be used`,
      errors.map((one) => one.text).join('\n  '),
      `correct it and ${process.env.DYNO ? 'deploy' : 'start'} again`,
    )
  for (const warning of say) warn(warning.text)
  return ecosystem
}

/**
 * pm2-runtime's --json, --format and --formatted are for all apps, and so is pm2-dev's --timestamp.
 */
function printedAs(
  { output, options: { log_date_format } }: Pm2CommandLine,
  app: EcosystemApp,
): EcosystemApp {
  const timed = typeof log_date_format === 'string' ? { log_date_format, ...app } : app
  return output === 'raw' ? timed : { ...timed, log_type: output }
}

function describe(
  file: string,
  { line, column, path: place, message, suggestion }: EcosystemProblem,
): string {
  return (
    `${[file, line, column].filter(Boolean).join(':')}${place ? ` ${place}` : ''}: ` +
    `${message}${suggestion ? ` (${suggestion})` : ''}`
  )
}

function chosen(ecosystem: Ecosystem, only: string[] | undefined): EcosystemApp[] {
  const missing = (only ?? []).filter((name) => !ecosystem.apps.some((app) => app.name === name))
  const names = ecosystem.apps.map((app) => app.name)
  if (missing.length > 0)
    throw new RuntimeError(
      `there is no app called ${missing.join(', ')} in ${ecosystem.file}`,
      `it has ${names.join(', ') || 'none'}`,
    )
  if (names.length === 0)
    throw new RuntimeError(
      `${ecosystem.file} has no apps`,
      undefined,
      'add one under `apps:`, with `name` and `script`',
    )
  return only ? ecosystem.apps.filter((app) => only.includes(app.name)) : ecosystem.apps
}

/**
 * PM2 only registers an app with `autostart: false`, for someone to start it by hand; in a dyno
 * nobody can.
 */
function started(apps: EcosystemApp[], dev: DevSettings | undefined): EcosystemApp[] {
  const waiting = apps.filter((app) => app.autostart === false).map((app) => app.name)
  if (dev) return apps
  if (waiting.length === apps.length)
    throw new RuntimeError(
      'no app is to be started',
      `\`autostart: false\` keeps ${waiting.join(', ')} from it`,
      'take it out of the ecosystem file',
    )
  if (waiting.length > 0)
    warn(`not started, as \`autostart: false\` wants it: ${waiting.join(', ')}`)
  return apps.filter((app) => app.autostart !== false)
}

function prepare(
  read: EcosystemApp,
  envName: string | undefined,
  dynoEnv: Record<string, string>,
  folder: string,
  deployEnv: Ecosystem['deployEnv'],
): App {
  const options =
    read.append_env_to_name === true && envName
      ? { ...read, name: `${read.name}-${envName}` }
      : read
  if (!options.script)
    throw new RuntimeError(
      `${options.name || 'an app'} has no \`script\``,
      undefined,
      'name the file to run',
    )
  const { env, warnings } = appEnvironment(options, envName, dynoEnv, deployEnv)
  for (const text of warnings) warn(text)
  const seconds = Number(dynoEnv.SHIPIT_DRAIN)
  return resolveApp(options, {
    cwd: folder,
    env,
    drain: 1000 * (seconds > 0 ? seconds : DRAIN_SECONDS),
  })
}

function watchIsWanted(
  apps: EcosystemApp[],
  isDyno: boolean,
  env: Record<string, string>,
): boolean {
  const watched = apps.filter((app) => app.watch)
  const isWatched = watched.length > 0 && (!isDyno || env.SHIPIT_WATCH === '1')
  if (watched.length > 0 && !isWatched)
    warn(
      `\`watch\` is ignored in a dyno, whose files do not change ` +
        `(${watched.map((app) => app.name).join(', ')})`,
    )
  return isWatched
}

function warnOfFiles(apps: App[], dev: DevSettings | undefined): void {
  const files = ['out_file', 'error_file', 'log_file', 'output', 'error', 'log', 'out', 'err']
  const writers = apps.filter((app) =>
    files.some(
      (name) =>
        typeof app.options[name] === 'string' &&
        app.options[name] !== '/dev/null' &&
        app.options[name] !== 'NULL',
    ),
  )
  if (writers.length > 0)
    warn(
      `log files are not written${dev ? '' : ", since a dyno's disk does not last"}; the ` +
        `lines are in ${dev ? "this session's" : "the app's"} log ` +
        `(${writers.map((app) => app.name).join(', ')})`,
    )
}

function snapshot(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
}
