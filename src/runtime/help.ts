/** What `shipit-runtime --help` prints. */
export const HELP =
  "Run apps under PM2 in a Heroku dyno, by pm2-runtime's own command lines.\n" +
  '\n' +
  'USAGE\n' +
  "  shipit-runtime start FILE [flags]          an ecosystem file's apps\n" +
  '  shipit-runtime [start] SCRIPT [flags] [-- args]\n' +
  '\n' +
  'FLAGS\n' +
  '  --env NAME    apply env_NAME of each app (else SHIPIT_ENV)\n' +
  '  --only a,b    run these apps only\n' +
  `  --watch       restart on changed files, for every app that does not say \`watch: false\`\n` +
  '  --delay N     start after N seconds\n' +
  '  --json, --format, --formatted   each line as JSON, as key=value, or behind id|name\n' +
  '  -i, -n, --max-memory-restart, --node-args, --interpreter, --cron, --no-autorestart and the ' +
  'other flags\n' +
  '                of pm2-runtime, for a script; --secret and --public are refused (shipit keys ' +
  'set)\n' +
  '  --help        this text\n' +
  '  --version     the version\n' +
  '\n' +
  'CONFIG VARS\n' +
  '  SHIPIT_INSTANCES   instances of each app, such as api=4,jobs=1; else WEB_CONCURRENCY, else ' +
  'the file\n' +
  "  SHIPIT_CPUS        CPUs that instances: max counts on, in place of the dyno's own\n" +
  '  SHIPIT_ENV         which env_NAME to apply\n' +
  '  SHIPIT_DRAIN       seconds that a stopping instance has for what is in flight (25)\n' +
  '  SHIPIT_PATIENCE    seconds that an app may go on failing before the dyno ends (30)\n' +
  '  SHIPIT_METRICS     seconds between lines of metrics (20), or off\n' +
  '  SHIPIT_WATCH       1 restarts on changed files in a dyno too\n' +
  "  PM2_PUBLIC_KEY, PM2_SECRET_KEY, PM2_MACHINE_NAME   PM2's dashboard; its agent runs when " +
  'both keys are set\n' +
  '\n' +
  'SIGNALS\n' +
  '  SIGTERM, SIGINT    stop all instances when they have answered what is on its way\n' +
  '  SIGUSR2            reload them one after another, without a gap in cluster mode\n' +
  '\n' +
  'EXIT STATUS\n' +
  "  0 after SIGTERM or SIGINT, or when every app has finished with 0; an app's own status when " +
  'it cannot stay up, 1 where it has none; 2 for a wrong call\n'
