/** What `shipit` alone says on a terminal: the next commands for a folder, or its app's state. */
import type { App, Dyno, Release } from '../heroku/index.js'
import { ago } from './phrases.js'
import { colours, printable } from './printable.js'
import { renderTable } from './table.js'

export interface FolderState {
  /** What the folder's app could be called on Heroku. */
  name: string
  hasEcosystemFile: boolean
  isRepository: boolean
  /** `main at 3f2a1b9 Fix the cart, 2 files not committed`; undefined before the first commit. */
  commit: string | undefined
  uncommitted: number
}

export interface AppState {
  app: string
  /** How the folder names it: the git remote heroku, deploy: of ecosystem.config.yml … */
  from: string
  /** ` --local`, or nothing. */
  local: string
  /** Undefined for what the platform did not tell in time. */
  found?: App | undefined
  releases?: readonly Release[] | undefined
  dynos?: readonly Dyno[] | undefined
  /** Why something is not known, in a sentence. */
  problem?: string | undefined
}

/** A folder that deploys to no app yet: what to type next, from where it is. */
export function nextCommands(bin: string, folder: FolderState): string[] {
  const { name, hasEcosystemFile, isRepository, commit, uncommitted } = folder
  const mustCommit = commit === undefined || uncommitted > 0
  const words = [
    ...(isRepository ? [] : ['git init']),
    'git add --all',
    'git commit -m "Run under PM2"',
  ].join(' && ')
  const rows = [
    ...(hasEcosystemFile
      ? [[`${bin} doctor`, 'what would fail on Heroku, before it does']]
      : [[`${bin} init`, 'finds what starts the app, and makes it ready for PM2']]),
    ...(hasEcosystemFile && mustCommit ? [[words, 'a deploy is of a commit']] : []),
    [`${bin} deploy --local --app ${name}`, 'a rehearsal on this machine, without an account'],
    [`${bin} deploy --app ${name} --create`, 'the same on Heroku'],
  ]
  const width = Math.max(...rows.map(([command]) => command!.length))
  const c = colours()
  return [
    hasEcosystemFile
      ? `${name} is set up for PM2 on Heroku, and this folder deploys to no app yet. Next:`
      : `This folder has a Node.js app that is not set up for PM2 on Heroku yet. Next:`,
    '',
    ...rows.map(
      ([command, why]) => `  ${c.cyan(command!)}${' '.repeat(width - command!.length)}   ${why}`,
    ),
  ]
}

/** A folder that deploys to several apps. */
export const whichApp = (bin: string, apps: readonly string[], from: string): string[] => [
  `This folder deploys to several apps (${from}): ${apps.join(', ')}. Look at one:`,
  '',
  ...apps.map((app) => `  ${colours().cyan(`${bin} ps --app ${app}`)}`),
]

/** An app's state in one screen, as far as it is known. @param now ms since the epoch */
export function appLines(
  bin: string,
  { app, from, local, found, releases, dynos, problem }: AppState,
  { commit }: FolderState,
  now = Date.now(),
): string[] {
  const c = colours()
  const isAnythingKnown = found !== undefined || releases !== undefined || dynos !== undefined
  const rows: [string, string][] = [
    ...(isAnythingKnown ? platformRows({ found, releases, dynos }, now) : []),
    ['Here', commit ?? 'no commit yet'],
  ]
  const next = [
    `${bin} ps --app ${app}${local}`,
    `${bin} logs --tail --app ${app}${local}`,
    `${bin} deploy --app ${app}${local}`,
  ]
  return [
    `=== ${c.bold(app)} (${from})${found?.maintenance ? c.yellow(' in maintenance mode') : ''}`,
    renderTable(
      [],
      rows.map(([name, value]) => [name, printable(value)]),
      { width: process.stdout.isTTY ? process.stdout.columns : undefined, flexible: 1 },
    ),
    ...(problem === undefined ? [] : ['', c.yellow(printable(problem))]),
    '',
    ...next.map((line) => `  ${c.cyan(line)}`),
  ]
}

function platformRows(
  { found, releases, dynos }: Pick<AppState, 'found' | 'releases' | 'dynos'>,
  now: number,
): [string, string][] {
  const current = releases?.find((release) => release.current)
  const deploy = releases?.find(({ description }) => /^Deploy\b/.test(description))
  const pending = releases?.find(({ status }) => status === 'pending')
  return [
    ['URL', found?.web_url ?? 'not known'],
    ['Release', current ? told(current, now) : releases ? 'none serves' : 'not known'],
    ...(pending ? [['Pending', told(pending, now)] as [string, string]] : []),
    ['Dynos', dynos ? dynosInWords(dynos) : 'not known'],
    [
      'Last deploy',
      deploy ? told(deploy, now) : releases ? 'none among the last releases' : 'not known',
    ],
  ]
}

const told = ({ version, description, user, created_at }: Release, now: number) =>
  `v${version}, ${description}, by ${user.email}, ${ago(created_at, now)}`

/** `web: 2 up, 1 starting; worker: 1 crashed`, one-off dynos apart. */
function dynosInWords(dynos: readonly Dyno[]): string {
  if (dynos.length === 0) return 'none'
  const byType = new Map<string, Map<string, number>>()
  for (const { type, state } of dynos) {
    const states = byType.get(type) ?? new Map<string, number>()
    byType.set(type, states.set(state, (states.get(state) ?? 0) + 1))
  }
  return [...byType]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([type, states]) =>
        `${type}: ${[...states].map(([state, count]) => `${count} ${state}`).join(', ')}`,
    )
    .join('; ')
}
