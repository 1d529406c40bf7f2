/**
 * Every option of an app that PM2 knows, in our own words. Names, types, aliases, defaults and
 * lower bounds are PM2 7.0.4's (lib/API/schema.json and lib/tools/Config.js);
 * src/build/check-options.mjs compares them at build and test time.
 */
export type OptionType = 'string' | 'number' | 'boolean' | 'array' | 'object'

export interface AppOption {
  /** The name that a read file uses, whatever alias was written. */
  name: string
  /** PM2's own key, where the file's usual word is only an alias of it. */
  pm2Name?: string
  /**
   * Other spellings, the one that wins first, as PM2 ranks them. The camelCase form is derived: see
   * spellingsOf.
   */
  aliases?: readonly string[]
  types: readonly OptionType[]
  /** One sentence. */
  does: string
  /** What PM2 puts if the option is absent. */
  default?: string | number | boolean
  /** Lowest number PM2 accepts. */
  min?: number
  /** How a string is turned into a number: "100M" into bytes, "10s" into milliseconds. */
  unit?: 'bytes' | 'milliseconds'
  required?: true
}

const STRING = ['string'] as const
const NUMBER = ['number'] as const
const BOOLEAN = ['boolean'] as const
const TEXT_OR_LIST = ['array', 'string'] as const
const VARIABLES = ['object', 'string'] as const

export const APP_OPTIONS: readonly AppOption[] = [
  {
    name: 'script',
    aliases: ['cmd', 'command', 'exec'],
    types: STRING,
    required: true,
    does: 'The file or command that the app starts with.',
  },
  {
    name: 'name',
    types: STRING,
    does: "What the app is called; the script's file name without its extension if absent.",
  },
  { name: 'name_prefix', types: STRING, does: 'Put before the name.' },
  { name: 'namespace', types: STRING, does: 'A group that apps can be addressed by.' },
  { name: 'install_url', types: STRING, does: 'Where PM2 took a module from; set by PM2 itself.' },
  { name: 'cwd', types: STRING, does: 'The folder the app runs in.' },
  { name: 'args', types: TEXT_OR_LIST, does: 'Arguments of the script.' },
  {
    name: 'interpreter',
    pm2Name: 'exec_interpreter',
    types: STRING,
    does: 'What runs the script; chosen by its extension if absent.',
  },
  {
    name: 'node_args',
    aliases: ['interpreter_args', 'interpreterArgs'],
    types: TEXT_OR_LIST,
    does: 'Arguments of the interpreter, such as --max-old-space-size=200.',
  },
  {
    name: 'exec_mode',
    types: STRING,
    does: 'cluster: instances share one port; fork: each is a process of its own.',
  },
  { name: 'instances', types: NUMBER, does: 'How many processes run side by side in one dyno.' },
  { name: 'execute_command', types: BOOLEAN, does: 'Forces fork mode.' },
  { name: 'env', types: VARIABLES, does: "The app's environment variables." },
  {
    name: 'filter_env',
    types: ['boolean', 'array', 'string'],
    does: 'Variables of the surrounding environment that the app does not get.',
  },
  {
    name: 'increment_var',
    types: STRING,
    does: 'A variable that grows by one from instance to instance.',
  },
  {
    name: 'instance_var',
    types: STRING,
    default: 'NODE_APP_INSTANCE',
    does: "The variable that holds an instance's number.",
  },
  {
    name: 'append_env_to_name',
    types: BOOLEAN,
    does: "Adds the chosen environment's name to the app's.",
  },
  { name: 'port', types: NUMBER, does: 'Sets PORT; in a dyno the platform decides it.' },
  {
    name: 'max_memory_restart',
    types: ['string', 'number'],
    unit: 'bytes',
    does: 'An instance that grows beyond this is replaced.',
  },
  {
    name: 'autorestart',
    types: BOOLEAN,
    default: true,
    does: 'Starts an instance again when it exits.',
  },
  {
    name: 'stop_exit_codes',
    types: ['array', 'number'],
    does: 'Exit codes after which an instance stays down.',
  },
  { name: 'restart_delay', types: NUMBER, does: 'Milliseconds to wait before a restart.' },
  {
    name: 'exp_backoff_restart_delay',
    types: NUMBER,
    does: 'First wait in milliseconds; it grows by half with every crash.',
  },
  {
    name: 'min_uptime',
    types: ['number', 'string'],
    unit: 'milliseconds',
    min: 100,
    does: 'An instance that dies sooner counts as unstable.',
  },
  {
    name: 'max_restarts',
    types: NUMBER,
    min: 0,
    does: 'Unstable restarts in a row after which PM2 gives an instance up.',
  },
  {
    name: 'cron_restart',
    aliases: ['cron'],
    types: ['string', 'number'],
    does: 'Restarts the app at the times of a cron pattern.',
  },
  {
    name: 'autostart',
    types: BOOLEAN,
    default: true,
    does: 'Starts the app with the file; false only registers it.',
  },
  {
    name: 'wait_ready',
    types: BOOLEAN,
    does: "Counts an instance as up when it sends 'ready', not when it listens.",
  },
  { name: 'listen_timeout', types: NUMBER, does: 'Milliseconds an instance has to become ready.' },
  {
    name: 'kill_timeout',
    types: NUMBER,
    does: 'Milliseconds an instance has to finish before it is killed.',
  },
  {
    name: 'kill_retry_time',
    types: NUMBER,
    default: 100,
    does: 'Milliseconds between two looks at whether an instance has ended.',
  },
  {
    name: 'shutdown_with_message',
    types: BOOLEAN,
    does: 'Asks an instance to end by a message in place of a signal.',
  },
  {
    name: 'treekill',
    types: BOOLEAN,
    default: true,
    does: "Ends an instance's own children with it.",
  },
  {
    name: 'watch',
    types: ['boolean', 'array', 'string'],
    does: 'Restarts the app when files change; for a laptop, not for a dyno.',
  },
  { name: 'watch_delay', types: NUMBER, does: 'Milliseconds between a change and the restart.' },
  { name: 'ignore_watch', types: TEXT_OR_LIST, does: 'Paths whose changes do not count.' },
  { name: 'watch_options', types: ['object'], does: 'Options for the library that watches files.' },
  {
    name: 'out_file',
    aliases: ['out_log', 'output', 'out'],
    types: STRING,
    does: 'File for stdout; the disk of a dyno does not last.',
  },
  {
    name: 'error_file',
    aliases: ['err_log', 'err_file', 'err', 'error'],
    types: STRING,
    does: 'File for stderr; the disk of a dyno does not last.',
  },
  {
    name: 'log_file',
    aliases: ['log'],
    types: ['boolean', 'string'],
    does: 'File for stdout and stderr together.',
  },
  { name: 'disable_logs', types: BOOLEAN, does: 'Keeps no log files.' },
  { name: 'log_type', types: STRING, does: 'json: each line becomes a JSON object.' },
  { name: 'log_date_format', types: STRING, does: 'A time in this format before each line.' },
  { name: 'time', types: BOOLEAN, does: 'An ISO time before each line.' },
  {
    name: 'merge_logs',
    aliases: ['combine_logs'],
    types: BOOLEAN,
    does: 'One log file for all instances.',
  },
  { name: 'pid_file', aliases: ['pid'], types: STRING, does: 'File for the process id.' },
  { name: 'source_map_support', types: BOOLEAN, does: 'Maps stack traces to the original source.' },
  { name: 'disable_source_map_support', types: BOOLEAN, does: 'Leaves stack traces as they are.' },
  {
    name: 'vizion',
    types: BOOLEAN,
    default: true,
    does: 'Lets PM2 look up the commit that the folder is at.',
  },
  { name: 'force', types: BOOLEAN, does: 'Starts a script that already runs a second time.' },
  {
    name: 'post_update',
    types: ['array'],
    does: "Commands that PM2's dashboard runs after a pull.",
  },
  {
    name: 'pmx',
    types: ['boolean', 'string'],
    default: true,
    does: "Loads PM2's metrics module into each instance.",
  },
  { name: 'automation', types: BOOLEAN, default: true, does: 'false is the same as pmx: false.' },
  { name: 'trace', types: BOOLEAN, does: 'Traces transactions for the dashboard.' },
  { name: 'disable_trace', types: BOOLEAN, does: 'true is the same as trace: false.' },
  { name: 'v8', types: BOOLEAN, does: 'Sends V8 figures to the dashboard.' },
  {
    name: 'event_loop_inspector',
    types: BOOLEAN,
    does: 'Sends what keeps the event loop busy to the dashboard.',
  },
  { name: 'deep_monitoring', types: BOOLEAN, does: 'All of the dashboard figures at once.' },
  { name: 'io', types: ['object'], does: "Settings of PM2's metrics module." },
  { name: 'username', types: STRING, does: 'Who started the app; set by PM2 itself.' },
  {
    name: 'uid',
    aliases: ['user'],
    types: ['number', 'string'],
    does: 'The user the app runs as.',
  },
  { name: 'gid', types: ['number', 'string'], does: 'The group the app runs as.' },
  {
    name: 'windowsHide',
    types: BOOLEAN,
    default: true,
    does: 'Opens no console window on Windows.',
  },
  { name: 'write', types: BOOLEAN, does: 'Writes the options of a command line to a file.' },
]

/** env_prod, env_homolog …: PM2 takes any name without a space. */
export const ENVIRONMENT_KEY = /^env_\S*$/

export const ENVIRONMENT_TYPES: readonly OptionType[] = VARIABLES

/** PM2 also takes kill_timeout as killTimeout (lib/tools/Config.js). */
function camelCase(name: string): string {
  const [first = '', ...rest] = name.split('_')
  return first + rest.map((part) => part[0]!.toUpperCase() + part.slice(1)).join('')
}

/** All spellings of an option, the one that wins first. */
export function spellingsOf({ name, pm2Name = name, aliases = [] }: AppOption): string[] {
  return [...new Set([pm2Name, ...aliases, name, camelCase(pm2Name)])]
}

const CAPITAL = /[A-Z]/

/**
 * Whether a key means an option. Told without its spellings: a dyno asks this of every key at every
 * boot, and builds nothing for it.
 */
function isSpelling(key: string, { name, pm2Name = name, aliases }: AppOption): boolean {
  return (
    key === name ||
    key === pm2Name ||
    aliases?.includes(key) === true ||
    (CAPITAL.test(key) && camelCase(pm2Name) === key)
  )
}

/** The option that a key means, by its name or an alias; undefined if PM2 knows none. */
export function appOption(key: string): AppOption | undefined {
  return APP_OPTIONS.find((option) => isSpelling(key, option))
}

export const knownSpellings = (): string[] => [...new Set(APP_OPTIONS.flatMap(spellingsOf))]
