import { Args, Errors, Flags } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import type { DevClient } from '../dev/client.js'
import type { DevLogQuery } from '../dev/log.js'
import { lineWriter } from '../ui/following.js'
import { logLineRenderer } from '../ui/log-line.js'
import { appFlags, devFlag } from '../ui/flags.js'
import { printable } from '../ui/printable.js'
import { safeJson, writeErr } from '../lib/terminal.js'

/** As ripgrep's smart case: a pattern without capitals finds them too. */
async function pattern(text: string): Promise<RegExp> {
  try {
    return new RegExp(text, /\p{Lu}/u.test(text.replaceAll(/\\./g, '')) ? '' : 'i')
  } catch (error) {
    throw new Errors.CLIError(`${(error as Error).message}`, { exit: 2 })
  }
}

/**
 * ms after which a session that was not to tail, and did not end, was given up (see log-stream.ts).
 */
const UNENDED = 3_500

export default class Logs extends BaseCommand {
  static override summary = "show the app's log, and follow it"
  static override description =
    'The platform keeps the last 1,500 lines. With --tail new lines follow until Ctrl-C; a ' +
    'broken connection, an expired log session and a sleep of the machine are taken up again ' +
    'without losing or repeating a line. NAME is an app of the ecosystem file (its own output ' +
    'and its changes, without the figures every 20 s), else a dyno, a process type or a source. ' +
    'With --json each line is one JSON object.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> api --tail',
    '<%= config.bin %> <%= command.id %> --tail --dyno web.1',
    '<%= config.bin %> <%= command.id %> --errors --grep "timeout|refused"',
    '<%= config.bin %> <%= command.id %> --tail --json --local',
    '<%= config.bin %> <%= command.id %> api --tail --dev',
  ]
  static override args = {
    name: Args.string({
      ignoreStdin: true,
      description: 'app of the ecosystem file, dyno (web.1), process type (web) or source (heroku)',
    }),
  }
  /** Aliases: the names of these flags in PM2 (lines, err) and in Heroku's CLI. */
  static override flags = {
    ...appFlags,
    ...devFlag,
    num: Flags.integer({
      char: 'n',
      aliases: ['lines'],
      description: 'how many recent lines, of those that are asked for',
      helpValue: 'N',
      default: 100,
      min: 1,
      max: 1500,
    }),
    tail: Flags.boolean({ char: 't', description: 'go on with new lines as they come' }),
    dyno: Flags.string({
      char: 'd',
      aliases: ['dyno-name', 'process-type', 'ps'],
      description: 'only lines of this dyno or process type (web.1, web, router)',
      helpValue: 'NAME',
    }),
    source: Flags.string({
      char: 's',
      description: 'only lines of the app or of the platform',
      options: ['app', 'heroku'],
    }),
    grep: Flags.custom<RegExp>({
      char: 'g',
      description: 'only lines that this regular expression finds; capitals count where it has any',
      helpValue: 'REGEX',
      parse: pattern,
    })(),
    errors: Flags.boolean({
      char: 'e',
      aliases: ['err'],
      description:
        "only errors with their stacks, failed requests, crashes and Heroku's error codes",
    }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs)
    const dev = await this.devSessions(flags, false)
    if (dev) return this.devLog(dev, args.name, flags)
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { readLog } = await import('../monitor/log.js')
    const render = this.jsonEnabled() ? safeJson : logLineRenderer()
    const out = lineWriter()
    try {
      const { num: lines, tail, dyno, source, grep, errors } = flags
      const wanted = { lines, dyno, source, grep, errors, name: args.name }
      const begun = performance.now()
      for await (const line of readLog(api, app, { ...wanted, tail }, out.readerGone))
        await out.write(render(line))
      // A history comes at once.
      if (tail || out.readerGone.aborted || performance.now() - begun < UNENDED) return
      const { getApp, isFir } = await import('../heroku/index.js')
      if (!isFir(await getApp(api, app))) return
      writeErr(
        `${printable(app)} is on Fir, which keeps no log history: lines follow as they come ` +
          '(Ctrl-C ends).\n',
      )
      for await (const line of readLog(api, app, { ...wanted, tail: true }, out.readerGone))
        await out.write(render(line))
    } finally {
      out.release()
    }
  }

  /** What `shipit dev` has printed; `follow` ends with it. */
  private async devLog(
    clients: readonly DevClient[],
    name: string | undefined,
    { num: lines, ...query }: { num: number } & Omit<DevLogQuery, 'lines' | 'name'>,
  ): Promise<void> {
    const [{ readDevLog }, { chooseSession }] = await Promise.all([
      import('../dev/log.js'),
      import('../dev/select.js'),
    ])
    const client = await chooseSession(clients, name)
    const render = this.jsonEnabled() ? safeJson : logLineRenderer()
    const out = lineWriter()
    try {
      for await (const line of readDevLog(client, { ...query, lines, name }, out.readerGone))
        await out.write(render(line))
    } finally {
      out.release()
    }
  }
}
