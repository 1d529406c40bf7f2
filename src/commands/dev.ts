import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { ShipitError } from '../errors.js'

const FIRST_PORT = 3000
/** Seconds: a browser's open stream should not hold back a restart. */
const DRAIN = '3'

export default class Dev extends BaseCommand {
  static override summary = 'run the app on this machine as its dyno would'
  static override description = `Runs the ecosystem file's apps under the app's own shipit-runtime, in the foreground, and restarts them on changed files (watch: false in the file keeps an app from it). PORT is ${FIRST_PORT} or the next free one unless it is set; a port in the ecosystem file wins. Ctrl-C stops all. The exit code is the runtime's.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --env homolog --only api', '$ PORT=8080 <%= config.bin %> <%= command.id %> ecosystem.config.yml']
  static override enableJsonFlag = false
  static override args = { file: Args.string({ description: 'ecosystem file (else the one in this folder)' }) }
  static override flags = {
    env: Flags.string({ description: 'apply env_NAME of each app', helpValue: 'NAME' }),
    only: Flags.string({ description: 'run these apps only', helpValue: 'a,b' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Dev)
    const { findRuntime, freePort, runForeground } = await import('../dev/index.js')
    const file = args.file ?? (await this.ecosystemFile())
    const runtime = findRuntime(process.cwd())
    const port = process.env.PORT || String(await freePort(FIRST_PORT))
    this.logToStderr(`PORT ${port}: http://localhost:${port}/ (Ctrl-C stops)`)
    const options = [...(flags.env === undefined ? [] : ['--env', flags.env]), ...(flags.only === undefined ? [] : ['--only', flags.only])]
    const env = { SHIPIT_METRICS: 'off', SHIPIT_DRAIN: DRAIN, ...process.env, PORT: port }
    process.exitCode = await runForeground(runtime, ['start', file, '--watch', ...options], env)
  }

  private async ecosystemFile(): Promise<string> {
    const { findEcosystemFile } = await import('../ecosystem/index.js')
    const { relative } = await import('node:path')
    const file = await findEcosystemFile(process.cwd())
    if (file) return relative(process.cwd(), file)
    throw new ShipitError('project', { message: 'There is no ecosystem file in this folder.', next: `${this.config.bin} init, or ${this.config.bin} dev FILE` })
  }
}
