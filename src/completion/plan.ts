/** What can stand at a place of a command line. */

export interface Candidate {
  value: string
  /** A few words for shells that show them. */
  about?: string
}

/** What only the platform, the folder or the shell knows. */
export type Ask =
  | 'apps'
  | 'pipelines'
  | 'remotes'
  | 'types'
  | 'dynos'
  | 'releases'
  | 'config vars'
  | 'environments'
  | 'files'

export interface Plan {
  /** What is known without asking. */
  fixed: Candidate[]
  asks: Ask[]
  /** What stands before the value in the same word, such as `--app=`. */
  before: string
  /** What stands after it, such as the `=` of `web=`. */
  after: string
  /** Of which app, and of which platform, the values are. */
  app: string | undefined
  isLocal: boolean
}

interface Flag {
  name: string
  type: 'boolean' | 'option'
  char?: string
  summary?: string
  description?: string
  hidden?: boolean
  multiple?: boolean
  allowNo?: boolean
  options?: readonly string[]
}
interface Arg {
  name: string
  options?: readonly string[]
}

/** What is read of oclif's commands (its manifest). */
export interface KnownCommand {
  id: string
  summary?: string
  hidden?: boolean
  aliases?: readonly string[]
  flags: Record<string, Flag>
  args: Record<string, Arg>
}
export interface KnownTopic {
  name: string
  description?: string
}

/** Of flags by their names. */
const FLAG_ASKS: Record<string, Ask[]> = {
  app: ['apps'],
  remote: ['remotes'],
  confirm: ['apps'],
  type: ['types'],
  'process-type': ['types'],
  dyno: ['types', 'dynos'],
  env: ['environments'],
  to: ['apps'],
  pipeline: ['pipelines'],
  vars: ['files'],
  dir: ['files'],
  file: ['files'],
}
/** A flag or an argument that is called as others are, and means something else. */
const OTHERWISE: Record<string, Ask[]> = {
  'run --env': [],
  'init --env': [],
  'pipelines:destroy --confirm': ['pipelines'],
  'init dir': ['files'],
  'dev file': ['files'],
}
/** Of arguments by the parts of their names: `type|dyno`, `release`. */
const ARGUMENT_ASKS: Record<string, Ask[]> = {
  type: ['types'],
  dyno: ['dynos'],
  release: ['releases'],
  pipeline: ['pipelines'],
  env: ['environments'],
  app: ['apps'],
  dir: ['files'],
  file: ['files'],
}
/** Of commands that take any number of words. */
const REST_ASKS: Record<string, { asks: Ask[]; after?: string }> = {
  'config:get': { asks: ['config vars'] },
  'config:unset': { asks: ['config vars'] },
  'config:set': { asks: ['config vars'], after: '=' },
  'keys:unset': { asks: ['config vars'] },
  scale: { asks: ['types'], after: '=' },
}

/**
 * What can stand in the place of the last of `words`, which are those after `shipit`, the last one
 * as far as it is typed and perhaps empty.
 */
export function planFor(
  words: readonly string[],
  commands: readonly KnownCommand[],
  topics: readonly KnownTopic[],
): Plan {
  const current = words.at(-1) ?? ''
  const typed = words.slice(0, -1)
  const { id, used } = commandOf(typed, commands)
  const command = commands.find((one) => one.id === id || one.aliases?.includes(id))
  const rest = typed.slice(used)
  const plan: Plan = {
    fixed: [],
    asks: [],
    before: '',
    after: '',
    app: valueOf(rest, '--app', '-a'),
    isLocal: typed.includes('--local'),
  }
  if (rest.includes('--')) return plan
  const isPath = rest.length === 0 && !current.startsWith('-')
  const fixed = isPath ? wordsAfter(id, current, commands, topics) : []
  if (command === undefined) return { ...plan, fixed }
  const flags = Object.values(command.flags).filter(({ hidden }) => !hidden)
  const open = openFlag(current, rest.at(-1), flags)
  if (open)
    return {
      ...plan,
      before: open.before,
      fixed: (open.flag.options ?? []).map((value) => ({ value })),
      asks: OTHERWISE[`${command.id} --${open.flag.name}`] ?? FLAG_ASKS[open.flag.name] ?? [],
    }
  if (current.startsWith('-')) return { ...plan, fixed: flagsLeft(flags, rest) }
  return { ...plan, ...argument(command, countArguments(rest, flags), fixed) }
}

/** The command's id as far as the words name one, and how many of them do. */
function commandOf(
  typed: readonly string[],
  commands: readonly KnownCommand[],
): { id: string; used: number } {
  let id = ''
  let used = 0
  for (const word of typed) {
    const longer = id === '' ? word : `${id}:${word}`
    const isKnown = commands.some(
      (one) =>
        one.id === longer || one.id.startsWith(`${longer}:`) || one.aliases?.includes(longer),
    )
    if (!isKnown || word.startsWith('-')) break
    id = longer
    used += 1
  }
  return { id, used }
}

/** Names of commands and topics that go on from `id`; with colons if the word has one. */
function wordsAfter(
  id: string,
  current: string,
  commands: readonly KnownCommand[],
  topics: readonly KnownTopic[],
): Candidate[] {
  const isColons = current.includes(':')
  const start = id === '' ? '' : `${id}:`
  const found = new Map<string, Candidate>()
  const offer = (name: string, about: string | undefined) => {
    if (!name.startsWith(`${start}${current}`) || name === id) return
    const value = isColons ? name.slice(start.length) : name.slice(start.length).split(':')[0]!
    const isWhole = name === `${start}${value}`
    if (isWhole || !found.has(value))
      found.set(value, { value, ...(isWhole && about ? { about } : {}) })
  }
  for (const { name, description } of topics)
    if (commands.some((one) => !one.hidden && one.id.startsWith(`${name}:`)))
      offer(name, description)
  for (const command of commands)
    if (!command.hidden && !command.aliases?.includes(command.id))
      offer(command.id, command.summary)
  return [...found.values()].sort((a, b) => (a.value < b.value ? -1 : 1))
}

/** The flag whose value is typed: `--app my`, `-a my` or `--app=my`. */
function openFlag(
  current: string,
  previous: string | undefined,
  flags: readonly Flag[],
): { flag: Flag; before: string } | undefined {
  const takesValue = flags.filter(({ type }) => type === 'option')
  const [, name] = /^--([\w-]+)=/.exec(current) ?? []
  const joined = takesValue.find((flag) => flag.name === name)
  if (joined) return { flag: joined, before: `--${joined.name}=` }
  const flag = takesValue.find(
    ({ name, char }) => previous === `--${name}` || (char && previous === `-${char}`),
  )
  return flag && { flag, before: '' }
}

function flagsLeft(flags: readonly Flag[], rest: readonly string[]): Candidate[] {
  const isThere = ({ name, char, multiple }: Flag) =>
    !multiple &&
    rest.some(
      (word) =>
        word === `--${name}` ||
        word === `--no-${name}` ||
        word.startsWith(`--${name}=`) ||
        word === `-${char}`,
    )
  return flags
    .filter((flag) => !isThere(flag))
    .flatMap((flag) => {
      const about = flag.summary ?? flag.description
      const names = flag.allowNo ? [flag.name, `no-${flag.name}`] : [flag.name]
      return names.map((name) => ({ value: `--${name}`, ...(about ? { about } : {}) }))
    })
    .sort((a, b) => (a.value < b.value ? -1 : 1))
}

/** Words that are neither flags nor values of flags. */
function countArguments(rest: readonly string[], flags: readonly Flag[]): number {
  const takesValue = new Set(
    flags
      .filter(({ type }) => type === 'option')
      .flatMap(({ name, char }) => [`--${name}`, `-${char}`]),
  )
  return rest.filter((word, at) => !word.startsWith('-') && !takesValue.has(rest[at - 1] ?? ''))
    .length
}

function argument(
  command: KnownCommand,
  at: number,
  fixed: Candidate[],
): Pick<Plan, 'fixed' | 'asks' | 'after'> {
  const rest = REST_ASKS[command.id]
  if (rest) return { fixed, asks: rest.asks, after: rest.after ?? '' }
  const arg = Object.values(command.args)[at]
  if (arg === undefined) return { fixed, asks: [], after: '' }
  const options = (arg.options ?? []).map((value) => ({ value }))
  const asks =
    OTHERWISE[`${command.id} ${arg.name}`] ??
    arg.name.split('|').flatMap((part) => ARGUMENT_ASKS[part] ?? [])
  return { fixed: [...fixed, ...options], asks, after: '' }
}

function valueOf(words: readonly string[], ...names: string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    if (names.includes(word)) return words[at + 1]
    const joined = names.find((name) => word.startsWith(`${name}=`))
    if (joined) return word.slice(joined.length + 1)
  }
  return undefined
}
