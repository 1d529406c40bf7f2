/**
 * Whether a verb speaks to a `shipit dev` on this machine or to an app on a platform: never to the
 * one that was not meant.
 */
import path from 'node:path'
import type { DevClient } from '../dev/client.js'
import type { RunningSession } from '../dev/sessions.js'
import { ShipitError } from '../errors.js'
import { writeErr } from '../lib/terminal.js'

export interface TargetFlags {
  dev: boolean
  app?: string | undefined
  local: boolean
}

interface Asking {
  /** As it is typed, such as `shipit restart`. */
  spoken: string
  argv: readonly string[]
  /** Whether the verb changes anything. */
  isChange: boolean
}

/**
 * The sessions of this folder that a verb speaks to; undefined if it speaks to a platform. With
 * --dev always the sessions; with --app, --local or their variables always the platform. With
 * neither, the sessions if the folder deploys to no app; if it does, a verb that changes something
 * is refused, and one that shows something shows the app and says so.
 * @throws ShipitError `not_found` with --dev where none runs, `usage` where both could be meant
 */
export async function devTarget(
  flags: TargetFlags,
  asking: Asking,
): Promise<DevClient[] | undefined> {
  const typed = asking.argv.find((word) => /^(--app\b|-a|--local$)/.test(word))
  if (flags.dev && typed !== undefined)
    throw new ShipitError('usage', {
      message: `--dev and ${typed} are two targets.`,
      next: `${asking.spoken} --dev, or ${asking.spoken} ${typed}`,
    })
  if (!flags.dev && (flags.app !== undefined || flags.local)) return undefined
  const { sessionsOf } = await import('../dev/sessions.js')
  const sessions = await sessionsOf(process.cwd())
  if (flags.dev) return clientsOf(sessions.length > 0 ? sessions : await nobody())
  if (sessions.length === 0) return undefined
  const app = await appOfFolder()
  if (app === undefined) {
    if (asking.isChange) writeErr(`On ${spokenOf(sessions[0]!)}; this folder deploys to no app.\n`)
    return clientsOf(sessions)
  }
  if (asking.isChange) {
    throw new ShipitError('usage', {
      message: `Which one? \`shipit dev\` runs here, and this folder deploys to ${app}.`,
      next: `${asking.spoken} --dev, or ${asking.spoken} --app ${app}`,
    })
  }
  writeErr(
    `Of ${app}, which this folder deploys to. \`shipit dev\` runs here too: ${asking.spoken} ` +
      '--dev\n',
  )
  return undefined
}

/** As it is called in a sentence. */
export const spokenOf = ({ folder, pid }: Pick<RunningSession, 'folder' | 'pid'>): string =>
  `shipit dev in ${folder} (pid ${pid})`

async function clientsOf(sessions: readonly RunningSession[]): Promise<DevClient[]> {
  const { DevClient } = await import('../dev/client.js')
  return sessions.map((session) => new DevClient(session))
}

/** An app that the folder is deployed to, as commands without --app find it. */
export async function appOfFolder(): Promise<string | undefined> {
  const { herokuRemoteApp } = await import('../git/remotes.js')
  return (await herokuRemoteApp(process.cwd())) ?? (await appsOfFolder(process.cwd())).apps[0]
}

async function nobody(): Promise<never> {
  const { runningSessions } = await import('../dev/sessions.js')
  const others = await runningSessions()
  throw new ShipitError('not_found', {
    message: 'No `shipit dev` runs in this folder.',
    ...(others.length === 0
      ? {}
      : { why: `Elsewhere: ${others.map(({ folder }) => folder).join(', ')}` }),
    next:
      others.length === 0
        ? 'Start one in another terminal: shipit dev'
        : 'Start one in another terminal (shipit dev), or go to a folder where one runs.',
  })
}

interface DeployedApps {
  /** Name of the ecosystem file; undefined if the folder has none. */
  file: string | undefined
  /** The apps that its `deploy:` block names, each once. */
  apps: string[]
}

/**
 * The apps that a folder is deployed to, by its ecosystem file. What is wrong with that file is for
 * `deploy` and `doctor` to tell.
 */
export async function appsOfFolder(dir: string): Promise<DeployedApps> {
  const { findEcosystemFile, readEcosystem } = await import('../ecosystem/index.js')
  const file = await findEcosystemFile(dir)
  if (file === undefined) return { file, apps: [] }
  const { deploy } = await readEcosystem(file)
  return {
    file: path.basename(file),
    apps: [...new Set(Object.values(deploy).flatMap(({ app }) => app ?? []))],
  }
}
