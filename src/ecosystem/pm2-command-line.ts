/**
 * The command lines of `pm2 start` and `pm2-runtime`, as data: the options of an ecosystem file
 * that say the same. Flags are those of PM2
 * 7.0.4's own programs (lib/binaries/CLI.js, Runtime4Docker.js and DevCLI.js).
 */

export interface Pm2CommandLine {
  /** A script, an ecosystem file or a command; undefined if none is named. */
  file?: string
  /** Files named after the first: PM2 starts each as an app of its own. */
  more: string[]
  /** What follows `--`. */
  args: string[]
  /** Options of an app, by the names that an ecosystem file uses. */
  options: Record<string, unknown>
  /** --env */
  env?: string
  /** --only */
  only?: string
  /** --delay, in seconds: pm2-runtime waits before it starts anything. */
  delay?: number
  /**
   * How lines are printed: --raw (or nothing said), --json, --format (key=value) or --formatted
   * (id|name).
   */
  output: 'raw' | 'json' | 'format' | 'formatted'
  /** Flags that change nothing in a dyno, and why. */
  dropped: Refusal[]
  /** Flags that no ecosystem file can carry. */
  refused: Refusal[]
}

/** The first flag that an ecosystem file cannot carry, and why. */
export function notInFile({ delay, refused }: Pm2CommandLine): Refusal | undefined {
  return delay === undefined
    ? refused[0]
    : { flag: '--delay', why: 'an ecosystem file has no such option; let the app wait itself' }
}

interface Refusal {
  flag: string
  why: string
}

/**
 * `value`: the next word; `optional`: the next word unless it is a flag; `list`: all words up to
 * the next flag.
 */
interface Flag {
  takes?: 'value' | 'optional' | 'list'
  /** The options it sets; undefined for one that is dropped or refused. */
  sets?: (value: string) => Record<string, unknown>
  drop?: string
  refuse?: string
}

const as = (key: string): Flag => ({ takes: 'value', sets: (value) => ({ [key]: value }) })
const number = (key: string): Flag => ({
  takes: 'value',
  sets: (value) => ({ [key]: Number.isFinite(Number(value)) ? Number(value) : value }),
})
const on = (key: string, value: unknown = true): Flag => ({ sets: () => ({ [key]: value }) })
const drop = (why: string, takes?: Flag['takes']): Flag => ({
  drop: why,
  ...(takes ? { takes } : {}),
})
const refuse = (why: string, takes?: Flag['takes']): Flag => ({
  refuse: why,
  ...(takes ? { takes } : {}),
})

const LOG_FILES = "a dyno's disk does not last; the lines are in the app's log"
const KEYS = 'keys on a command line are seen by every process of the dyno; use: shipit keys set'

const FLAGS: Record<string, Flag> = {
  '--name': as('name'),
  '--namespace': as('namespace'),
  '--instances': {
    takes: 'value',
    sets: (value) => ({ instances: /^-?\d+$/.test(value) ? Number(value) : value }),
  },
  '--interpreter': as('interpreter'),
  '--node-args': as('node_args'),
  '--interpreter-args': as('node_args'),
  '--cwd': as('cwd'),
  '--max-memory-restart': as('max_memory_restart'),
  '--cron': as('cron_restart'),
  '--cron-restart': as('cron_restart'),
  '--kill-timeout': number('kill_timeout'),
  '--listen-timeout': number('listen_timeout'),
  '--restart-delay': number('restart_delay'),
  '--exp-backoff-restart-delay': number('exp_backoff_restart_delay'),
  '--max-restarts': {
    takes: 'optional',
    sets: (value) => (value === '' ? {} : { max_restarts: Number(value) }),
  },
  '--min-uptime': as('min_uptime'),
  '--stop-exit-codes': {
    takes: 'list',
    sets: (value) => ({
      stop_exit_codes: value
        .split(/[\s,]+/)
        .filter(Boolean)
        .map(Number),
    }),
  },
  '--uid': as('uid'),
  '--gid': as('gid'),
  '--user': as('uid'),
  '--log-type': as('log_type'),
  '--log-date-format': as('log_date_format'),
  '--filter-env': { takes: 'value', sets: (value) => ({ filter_env: value.split(',') }) },
  '--watch-delay': {
    takes: 'value',
    sets: (value) => ({
      watch_delay: /ms$/.test(value) ? parseFloat(value) : parseFloat(value) * 1000,
    }),
  },
  '--ignore-watch': { takes: 'value', sets: (value) => ({ ignore_watch: value.split(/[\s,]+/) }) },
  '--watch': {
    takes: 'optional',
    sets: (value) => ({ watch: value === '' ? true : value.split(',') }),
  },
  '--no-watch': on('watch', false),
  // pm2-dev's own (lib/binaries/DevCLI.js).
  '--ignore': {
    takes: 'optional',
    sets: (value) => ({ ignore_watch: [...value.split(',').filter(Boolean), 'node_modules'] }),
  },
  '--timestamp': on('log_date_format', 'YYYY-MM-DD-HH:mm:ss'),
  '--post-exec': refuse('it belongs to watching files, which do not change in a dyno', 'optional'),
  '--silent-exec': refuse('it belongs to --post-exec'),
  '--test-mode': refuse("it is for PM2's own tests"),
  '--auto-exit': drop('the runtime ends when no app is left to run'),
  '--time': on('time'),
  '--disable-logs': on('disable_logs'),
  '--merge-logs': on('merge_logs'),
  '--wait-ready': on('wait_ready'),
  '--shutdown-with-message': on('shutdown_with_message'),
  '--source-map-support': on('source_map_support'),
  '--disable-source-map-support': on('disable_source_map_support'),
  '--execute-command': on('exec_mode', 'fork'),
  '--no-autorestart': on('autorestart', false),
  '--no-autostart': on('autostart', false),
  '--no-treekill': on('treekill', false),
  '--no-pmx': on('pmx', false),
  '--no-automation': on('automation', false),
  '--no-vizion': on('vizion', false),
  '--trace': on('trace'),
  '--disable-trace': on('disable_trace'),
  '--v8': on('v8'),
  '--event-loop-inspector': on('event_loop_inspector'),
  '--deep-monitoring': on('deep_monitoring'),
  '--output': drop(LOG_FILES, 'value'),
  '--error': drop(LOG_FILES, 'value'),
  '--log': drop(LOG_FILES, 'optional'),
  '--pid': drop("a dyno's disk does not last", 'value'),
  '--attach': drop('the runtime always prints what the apps print'),
  '--no-daemon': drop('the runtime always stays in the foreground'),
  '--no-auto-exit': drop('the runtime stays as long as an app is to run'),
  '--no-color': drop('the runtime prints no colours'),
  '--silent': drop('PM2 itself prints nothing in a dyno'),
  '--mini-list': drop('there is no list to show'),
  '--force': drop('a dyno starts each app once'),
  '--update-env': drop('a dyno starts with its environment as it is'),
  '--parallel': drop('instances start by what the dyno holds', 'value'),
  '--sort': drop('there is no list to sort', 'value'),
  '--write': drop('nothing is written in a dyno'),
  '--service-name': drop('a dyno has no services', 'value'),
  '--wait-ip': drop('a dyno has its network when it starts'),
  '--ext': refuse('it belongs to watching files, which do not change in a dyno', 'value'),
  '--web': refuse("only PORT is reached from outside a dyno, and it is the app's", 'optional'),
  '--secret': refuse(KEYS, 'optional'),
  '--public': refuse(KEYS, 'optional'),
  '--machine-name': refuse('set it as a config var: PM2_MACHINE_NAME', 'optional'),
  '--hp': refuse('PM2 keeps nothing in a folder of the dyno', 'value'),
  '--container': refuse('a dyno is a container already'),
}

const SHORT: Record<string, string> = {
  '-n': '--name',
  '-i': '--instances',
  '-o': '--output',
  '-e': '--error',
  '-l': '--log',
  '-p': '--pid',
  '-k': '--kill-timeout',
  '-c': '--cron',
  '-x': '--execute-command',
  '-u': '--user',
  '-a': '--update-env',
  '-f': '--force',
  '-s': '--silent',
  '-m': '--mini-list',
  '-w': '--write',
}

/**
 * Reads the words after `pm2`, `pm2-runtime` or `pm2-dev`, with or without `start` before them.
 * Never throws: what it cannot carry is in `refused`.
 */
export function parsePm2CommandLine(words: readonly string[]): Pm2CommandLine {
  const dashes = words.indexOf('--')
  const own = dashes === -1 ? words : words.slice(0, dashes)
  const read: Pm2CommandLine = {
    output: 'raw',
    more: [],
    args: dashes === -1 ? [] : words.slice(dashes + 1),
    options: {},
    dropped: [],
    refused: [],
  }
  const names: string[] = []
  for (let at = 0; at < own.length;) {
    const word = own[at]!
    if (!/^-./.test(word)) {
      names.push(word)
      at += 1
    } else {
      at += takeFlag(read, own, at)
    }
  }
  if (
    /^(start|restart|reload|startOrRestart|startOrReload|startOrGracefulReload)$/.test(
      names[0] ?? '',
    )
  )
    names.shift()
  const [file, ...more] = names
  return { ...read, ...(file === undefined ? {} : { file }), more }
}

/** Takes a flag and its value; returns after how many words the next one stands. */
function takeFlag(read: Pm2CommandLine, words: readonly string[], at: number): number {
  const [, written, inline] = /([^=]+)(?:=([^]*))?/.exec(words[at]!) ?? []
  const attached = /^-[a-z]./i.test(written!) ? written!.slice(2) : undefined
  const short = attached === undefined ? written! : written!.slice(0, 2)
  const name = SHORT[short] ?? written!
  const { value, taken } = valueOf(name, inline ?? attached, words, at)
  if (name === '--env') read.env = value
  else if (name === '--only') read.only = value
  else if (name === '--delay') read.delay = Number(value) || 0
  else if (/^--(raw|json|format|formatted)$/.test(name))
    read.output = name.slice(2) as Pm2CommandLine['output']
  else apply(read, name, value)
  return taken
}

function valueOf(
  name: string,
  inline: string | undefined,
  words: readonly string[],
  at: number,
): { value: string; taken: number } {
  const takes = ['--env', '--only', '--delay'].includes(name)
    ? 'value'
    : Object.hasOwn(FLAGS, name)
      ? FLAGS[name]?.takes
      : undefined
  if (inline !== undefined) return { value: inline, taken: 1 }
  if (takes === undefined) return { value: '', taken: 1 }
  const rest = words.slice(at + 1)
  if (takes === 'value') return { value: rest[0] ?? '', taken: 2 }
  const end = rest.findIndex((word) => word.startsWith('-'))
  const own =
    takes === 'list'
      ? rest.slice(0, end === -1 ? rest.length : end).filter((word) => /^\d+(,\d+)*$/.test(word))
      : rest.slice(0, 1).filter((word) => isValue(name, word))
  return { value: own.join(' '), taken: 1 + own.length }
}

/** `--watch` and `--max-restarts` may stand without a value, before the name of a file. */
function isValue(name: string, word: string): boolean {
  if (word.startsWith('-')) return false
  if (name === '--max-restarts' || name === '--web') return /^\d+$/.test(word)
  return name !== '--watch'
}

function apply(read: Pm2CommandLine, name: string, value: string): void {
  const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name]! : undefined
  if (!flag) read.refused.push({ flag: name, why: 'PM2 7.0.4 has no such flag' })
  else if (flag.refuse) read.refused.push({ flag: name, why: flag.refuse })
  else if (flag.drop) read.dropped.push({ flag: name, why: flag.drop })
  else Object.assign(read.options, flag.sets?.(value))
}
