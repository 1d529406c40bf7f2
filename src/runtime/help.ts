/** What `shipit-runtime --help` prints. */
export const HELP = `Run apps under PM2 in a Heroku dyno, by pm2-runtime's own command lines.

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
