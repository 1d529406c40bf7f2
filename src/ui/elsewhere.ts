/**
 * What the Heroku CLI, PM2, flyctl, Kamal and Wrangler call a thing that has another name here.
 * Command lines of theirs run as ours where both do the same; of the others an error says what to
 * type.
 */

/** Theirs = ours. Two words are written with a space, and typed with one or with a colon. */
const SAME = table(`
  ps:scale = scale
  ps:restart = restart
  ps:stop = stop
  ps:kill = stop
  dyno:scale = scale
  dyno:restart = restart
  dyno:stop = stop
  dyno:kill = stop
  apps:list = apps
  apps:open = open
  apps:destroy = destroy
  apps:delete = destroy
  create = apps create
  info = apps info
  maintenance:on = maintenance on
  maintenance:off = maintenance off
  features:list = features
  features:info = features
  domains:list = domains
  addons:list = addons
  addons:add = addons create
  addons:remove = addons destroy
  config:list = config
  config:add = config set
  config:remove = config unset
  releases:list = releases
  releases:rollback = rollback
  pipelines:promote = promote
  pipelines:list = pipelines
  run:detached = run --detached
  logs:tail = logs --tail
  auth:login = login
  auth:logout = logout
  auth:whoami = whoami
  jlist = ps --json
  prettylist = ps --json
  desc = show
  gracefulReload = reload
  dash = monit
  imonit = monit
  plus = dashboard
  ecosystem = init
  launch = init
  unlink = keys unset PM2_PUBLIC_KEY PM2_SECRET_KEY
  secrets:list = config
  secrets:set = config set
  secrets:unset = config unset
  secrets:import = config push
  env:push = config push
  env:pull = config pull
  ssh:console = run bash
  console = run bash
  bash = run bash
  app:logs = logs
  app:exec = run
  app:details = ps
  app:boot = restart
  app:start = start
  app:stop = stop
  details = ps
  redeploy = deploy
  publish = deploy
  audit = releases
  tail = logs --tail
  secret:put = config set
  secret:list = config
  secret:delete = config unset
  secret:bulk = config push
  deployments:list = releases
  deployments = releases
  versions:list = releases
  versions = releases
  completion = autocomplete
`)

/** Theirs = why there is none here : what to type. */
const OTHERWISE = table(`
  auth = Log in, or see who is logged in : login
  auth:token = The token is not printed. It is kept where the Heroku CLI looks for it : whoami
  ps:exec = A one-off dyno has the app's code and config vars : run bash
  ps:type = A size is given with a count : scale web=1:standard-1x
  ps:resize = A size is given with a count : scale web=1:standard-1x
  ps:wait = A deploy waits for its dynos, and says what became of them : deploy
  pipelines:update = An app is added to its pipeline once more, at the other stage : pipelines add
  config:edit = Pull the vars into a file, edit it, and push it : config pull
  local:run = A command with the app's vars runs in a one-off dyno : run --local
  exec = A one-off dyno has the app's code and config vars : run bash
  ssh = A one-off dyno has the app's code and config vars : run bash
  env = Variables of the app are its config vars : config
  secrets = Variables of the app are its config vars : config
  secret = Variables of the app are its config vars : config
  set = Variables of the app are its config vars : config set
  unset = Variables of the app are its config vars : config unset
  get = Variables of the app are its config vars : config get
  link = The keys of PM2's dashboard are config vars : keys set
  monitor = The keys of PM2's dashboard are config vars : keys set
  unmonitor = The keys of PM2's dashboard are config vars : keys unset
  save = Heroku starts the dynos again by itself: there is nothing to save : deploy
  dump = Heroku starts the dynos again by itself: there is nothing to save : deploy
  resurrect = Heroku starts the dynos again by itself: there is nothing to resurrect : ps
  startup = Heroku starts the dynos at every boot by itself : ps
  unstartup = Heroku starts the dynos at every boot by itself : ps
  kill = PM2 ends with its dyno : stop
  flush = Heroku keeps the last 1,500 lines of the log, and no files : logs
  reloadLogs = Heroku keeps the log, and no files : logs
  startOrReload = A deploy starts what is new and reloads the rest : deploy
  startOrRestart = A deploy starts what is new and restarts the rest : deploy
  startOrGracefulReload = A deploy starts what is new and reloads the rest : deploy
  serve = A static site is an app with \`script: serve\` in its ecosystem file : init
  update = PM2 is a dependency of the app: npm installs it anew : deploy
  reset = Counters begin anew with each dyno : restart
  trigger = Actions of an app run from PM2's dashboard : keys set
  id = The pids and numbers of instances : ps
  pid = The pids and numbers of instances : ps
  web = A process type is an argument : ps web
  worker = A process type is an argument : ps worker
  setup = The first deploy makes the app : deploy --create
  lock = Deploys wait for each other by themselves : deploy --lock-wait 10m
  proxy = Heroku's router is in front of every app : ps
  prune = Heroku keeps the slugs that a rollback needs : releases
  build = A deploy builds : deploy
  builds = A deploy builds, and tells of it : releases
  machine = Machines are dynos : ps
  machines = Machines are dynos : ps
  image = A release is what was deployed : releases
  versions:upload = A deploy builds and releases at once : deploy
  pages = A static site is an app with \`script: serve\` in its ecosystem file : init
  types = Config vars are listed by name : config
  remote = The app of this folder is that of its git remote : apps
  push = A deploy pushes with git : deploy
  up = A deploy pushes, builds, and waits until the app serves : deploy
`)

/** Topics of the Heroku CLI 11 that have no commands here. */
const HEROKU_TOPICS = new Set(
  (
    'access accounts addons authorizations buildpacks certs ci clients container data ' +
    'drains git labs mcp members notifications orgs pg psql ' +
    'rake redis regions repl reviewapps sessions spaces teams telemetry usage webhooks'
  ).split(' '),
)

/** Commands of its that stand beside ours of the same topic. */
const HEROKU_COMMANDS = new Set([
  'domains:clear',
  'domains:info',
  'domains:update',
  'domains:wait',
  'pipelines:connect',
  'pipelines:diff',
  'pipelines:open',
  'pipelines:rename',
  'pipelines:setup',
  'pipelines:transfer',
  'releases:output',
  'releases:retry',
  'apps:errors',
  'apps:favorites',
  'apps:join',
  'apps:leave',
  'apps:lock',
  'apps:rename',
  'apps:stacks',
  'apps:transfer',
  'apps:unlock',
])

/** Read at the first question: most command lines are ours. */
function table(text: string): { get(theirs: string): string | undefined } {
  let read: ReadonlyMap<string, string> | undefined
  return { get: (theirs) => (read ??= rows(text)).get(theirs) }
}

function rows(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .trim()
      .split('\n')
      .map((line): [string, string] => {
        const [theirs = '', ...ours] = line.trim().split(' = ')
        return [theirs, ours.join(' = ')]
      }),
  )
}

/** Commands of ours that take no argument: a second word is not one. */
const TAKE_NONE = ['addons', 'apps', 'config', 'domains', 'pipelines', 'releases']

/**
 * The words as this CLI takes them: `ps:scale web=2` and `secrets set A=b` are `scale web=2` and
 * `config set A=b`; everything else as it is.
 * @param isOurs whether a command has this name, in colons
 */
export function asOurs(argv: readonly string[], isOurs: (id: string) => boolean): string[] {
  const [first = '', second = ''] = argv
  const both = `${first}:${second}`
  const isOneWord = isOurs(both) || (isOurs(first) && !TAKE_NONE.includes(first))
  const ours = isOneWord ? undefined : SAME.get(both)
  if (ours !== undefined) return [...ours.split(' '), ...argv.slice(2)]
  const one = isOurs(first) ? undefined : SAME.get(first)
  return one === undefined ? [...argv] : [...one.split(' '), ...argv.slice(1)]
}

/**
 * What to type instead of a command that is another tool's.
 * @param id in colons, with whatever was typed behind it
 */
export function pointerFor(
  id: string,
): { tool: 'shipit'; why: string; next: string } | { tool: 'heroku'; next: string } | undefined {
  const [topic = '', command = ''] = id.split(':')
  const told = OTHERWISE.get(`${topic}:${command}`) ?? OTHERWISE.get(topic)
  if (told !== undefined) {
    const at = told.lastIndexOf(' : ')
    return { tool: 'shipit', why: `${told.slice(0, at)}.`, next: told.slice(at + 3) }
  }
  if (HEROKU_COMMANDS.has(`${topic}:${command}`))
    return { tool: 'heroku', next: `${topic}:${command}` }
  if (!HEROKU_TOPICS.has(topic)) return undefined
  return { tool: 'heroku', next: /^[a-z][\w-]*$/.test(command) ? `${topic}:${command}` : topic }
}
