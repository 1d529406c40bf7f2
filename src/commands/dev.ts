import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { ShipitError, type ErrorCode } from '../errors.js'

const FIRST_PORT = 3000
/** Seconds: a browser's open stream should not hold back a restart. */
const DRAIN = '3'

export default class Dev extends BaseCommand {
  static override exitCodes: readonly ErrorCode[] = ['project', 'interrupted']
  static override summary = 'run apps under PM2 on this machine, in the foreground, as pm2-dev does'
  static override description =
    "Runs an ecosystem file's apps, a script or a command under the app's own shipit-runtime " +
    '(else under the one that comes with shipit), in the foreground, and restarts them on ' +
    'changed files; --no-watch does not, and watch: false in the file keeps an app from it. It ' +
    `takes the command lines of pm2-dev and pm2-runtime. PORT is ${FIRST_PORT} or the next free ` +
    'one unless it is set; a port in the ecosystem file wins.\n' +
    "From another terminal in this folder, PM2's verbs work on it: ps, show, logs, monit, " +
    'restart, reload, scale, stop, start and delete, each with --dev.\n' +
    "Ctrl-C stops all. The exit code is the runtime's."
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> app.js -i 2 --name api',
    '<%= config.bin %> <%= command.id %> --env homolog --only api',
    '<%= config.bin %> <%= command.id %> "npm run serve"',
    '<%= config.bin %> <%= command.id %> app.js --no-watch -- --verbose',
    '$ PORT=8080 <%= config.bin %> <%= command.id %> ecosystem.config.yml',
  ]
  static override usage = 'dev [FILE|SCRIPT|COMMAND] [FLAGS] [-- ARGS]'
  static override enableJsonFlag = false
  static override baseFlags = {}
  static override strict = false
  static override args = {
    file: Args.string({
      description: 'script, command or ecosystem file (else the ecosystem file in this folder)',
    }),
  }
  /** For the help: the line is read as PM2 reads it. */
  static override flags = {
    env: Flags.string({ description: 'apply env_NAME of each app', helpValue: 'NAME' }),
    only: Flags.string({ description: 'run these apps only', helpValue: 'a,b' }),
    instances: Flags.string({
      char: 'i',
      description: 'of a script: so many in cluster mode; max: one for each CPU',
      helpValue: 'N',
    }),
    name: Flags.string({
      char: 'n',
      description: "of a script: the app's name",
      helpValue: 'NAME',
    }),
    watch: Flags.boolean({ allowNo: true, default: true, description: 'restart on changed files' }),
    ignore: Flags.string({
      description: 'files that may change without a restart',
      helpValue: 'a,b',
    }),
    timestamp: Flags.boolean({ description: 'the time before each line' }),
    'post-exec': Flags.string({
      description: 'a command to run after each restart (--silent-exec hides what it prints)',
      helpValue: 'COMMAND',
    }),
    'auto-exit': Flags.boolean({ description: 'end with 1 when no app runs any more' }),
  }

  async run(): Promise<void> {
    const { findRuntime, freePort, readDevLine, runDev } = await import('../dev/index.js')
    const line = readDevLine(this.argv)
    const file = line.file ?? (await this.ecosystemFile())
    const runtime = findRuntime(process.cwd())
    const port = process.env.PORT || String(await freePort(FIRST_PORT))
    this.logToStderr(
      `PORT ${port}: http://localhost:${port}/ (Ctrl-C stops; from another terminal: ` +
        `${this.config.bin} ps --dev)`,
    )
    // What other terminals read too comes through a pipe, and apps are told that it ends on a
    // terminal.
    const colour =
      process.stdout.isTTY && process.env.NO_COLOR === undefined ? { FORCE_COLOR: '1' } : {}
    const env = {
      SHIPIT_METRICS: 'off',
      SHIPIT_DRAIN: DRAIN,
      ...colour,
      ...process.env,
      PORT: port,
    }
    process.exitCode = await runDev({ runtime, file, line, argv: this.argv, env })
  }

  private async ecosystemFile(): Promise<string> {
    const { findEcosystemFile } = await import('../ecosystem/index.js')
    const { relative } = await import('node:path')
    const file = await findEcosystemFile(process.cwd())
    if (file) return relative(process.cwd(), file)
    throw new ShipitError('project', {
      message: 'There is no ecosystem file in this folder.',
      next: `${this.config.bin} dev app.js, for a script, or ${this.config.bin} init`,
    })
  }
}
