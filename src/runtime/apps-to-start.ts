/** What a command line and an ecosystem file ask to be run, checked and prepared. */
import { resolveApp, type App } from './app.js'
import type { OwnDyno } from './dyno.js'
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

/** What the command line says. `file`: an ecosystem file, a script or a command. */
export type StartLine = Pm2CommandLine & { file: string }

interface Around {
  /** The environment of the dyno, or the machine. */
  env: Record<string, string>
  dyno: Pick<OwnDyno, 'isDyno'>
  /** Whether `shipit dev` runs it. */
  isDev: boolean
}

/** Heroku kills 30 s after SIGTERM; what is left is for the supervisor's own end. */
const DRAIN_SECONDS = 25

/**
 * The apps of the line, and whether their files are watched; warns of what is left out of it.
 * Throws a RuntimeError where they cannot be started.
 */
export async function appsToStart(
  line: StartLine,
  { env, dyno, isDev }: Around,
): Promise<{ apps: App[]; isWatched: boolean }> {
  const ecosystem = isEcosystemFile(line.file)
    ? await readFile(line, env)
    : usable(ecosystemOf(line, line.file), 'the command line', env)
  for (const { flag, why } of line.dropped) warn(`${flag} is left out: ${why}`)
  const isWatchedByFlag = line.options.watch !== undefined && line.options.watch !== false
  const only = line.only?.split(/[, ]+/).filter(Boolean)
  const chosenApps = started(chosen(ecosystem, only), isDev).map((app) =>
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
      chosenApps.some((app) => app[`env_${envName}`] !== undefined))
  if (envName && !isKnown) warn(`no app has env_${envName} in ${line.file}`)
  const isWatched =
    line.options.watch !== false && watchIsWanted(chosenApps, dyno.isDyno && !isWatchedByFlag, env)
  warnOfFiles(apps, isDev)
  return { apps, isWatched }
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
  return usable(await readEcosystem(file, env), file, env)
}

/** Throws a RuntimeError for what cannot be started as it stands, and warns of the rest. */
function usable(ecosystem: Ecosystem, file: string, env: Record<string, string>): Ecosystem {
  const say = ecosystem.problems.map((one) => ({
    severity: one.severity,
    text: describe(file, one),
  }))
  const errors = say.filter((one) => one.severity === 'error')
  if (errors.length > 0)
    throw new RuntimeError(
      `${file} cannot be used`,
      errors.map((one) => one.text).join('\n  '),
      `correct it and ${env.DYNO ? 'deploy' : 'start'} again`,
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
  if (missing.length > 0)
    throw new RuntimeError(
      `there is no app called ${missing.join(', ')} in ${ecosystem.file}`,
      `it has ${ecosystem.apps.map((app) => app.name).join(', ')}`,
    )
  return only ? ecosystem.apps.filter((app) => only.includes(app.name)) : ecosystem.apps
}

/**
 * PM2 only registers an app with `autostart: false`, for someone to start it by hand; in a dyno
 * nobody can.
 */
function started(apps: EcosystemApp[], isDev: boolean): EcosystemApp[] {
  const waiting = apps.filter((app) => app.autostart === false).map((app) => app.name)
  if (isDev) return apps
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

function warnOfFiles(apps: App[], isDev: boolean): void {
  const files = ['out_file', 'error_file', 'log_file']
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
      `log files are not written${isDev ? '' : ", since a dyno's disk does not last"}; the ` +
        `lines are in ${isDev ? "this session's" : "the app's"} log ` +
        `(${writers.map((app) => app.name).join(', ')})`,
    )
}
