import { Args, Errors, Flags } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import type { DevClient } from '../dev/client.js'
import type { DevLogQuery } from '../dev/log.js'
import type { LogLine } from '../heroku/index.js'
import { lineWriter } from '../ui/following.js'
import { appFlags, devFlag } from '../ui/flags.js'
import { coloursFor, printable } from '../ui/printable.js'
import { safeJson, writeErr } from '../lib/terminal.js'
import { logLineDocument } from '../json/dyno-documents.js'

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

const jsonLine = (line: LogLine) => safeJson(logLineDocument(line))

export default class Logs extends BaseCommand {
  static override json = async () => (await import('../json/monitor.js')).LOG_LINE
  static override summary = "show the app's log, and follow it"
  static override description =
    'The platform keeps the last 1,500 lines. With --tail new lines follow until Ctrl-C; a ' +
    'broken connection, an expired log session and a sleep of the machine are taken up again ' +
    'without losing or repeating a line.\n' +
    'On a terminal: local time, dyno and instance, and what happened in words, without the ' +
    'figures that are printed every 20 s. In a pipe or a file: every line that the platform ' +
    "sent, in Heroku's own format, byte for byte. With --json each line is one JSON object.\n" +
    'NAME is an app of the ecosystem file or app:instance (what it prints, and its changes), ' +
    'else a dyno, a process type or a source.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> api --tail',
    '<%= config.bin %> <%= command.id %> --tail --dyno web.1',
    '<%= config.bin %> <%= command.id %> --errors --grep "timeout|refused"',
    '<%= config.bin %> <%= command.id %> --no-router --force-colors | less -R',
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
      aliases: ['dyno-name', 'ps'],
      description: 'only lines of this dyno or process type (web.1, web, router)',
      helpValue: 'NAME',
    }),
    'process-type': Flags.string({
      char: 'p',
      description: 'only lines of this process type',
      helpValue: 'TYPE',
      exclusive: ['dyno'],
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
    figures: Flags.boolean({
      description: 'on a terminal too, the figures that shipit-runtime and Heroku print every 20 s',
    }),
    router: Flags.boolean({
      allowNo: true,
      default: true,
      description: "the router's line for each request",
    }),
    'force-colors': Flags.boolean({
      description: 'in a pipe too, lines as a terminal shows them',
    }),
    color: Flags.boolean({
      allowNo: true,
      default: true,
      description: 'colours on a terminal',
    }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs)
    const dev = await this.devSessions(flags, false)
    if (dev) return this.devLog(dev, args.name, flags)
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { readLog } = await import('../monitor/log.js')
    const { render, out, isForPeople } = await this.view(flags)
    try {
      const { num: lines, tail, source, grep, errors, router } = flags
      const dyno = flags.dyno ?? flags['process-type']
      const figures = flags.figures || !isForPeople
      const wanted = { lines, dyno, source, grep, errors, figures, router, name: args.name }
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

  /** For people on a terminal, in Heroku's format for a pipe, as JSON for programs. */
  private async view({ color, 'force-colors': isForced }: ColourFlags): Promise<{
    render: (line: LogLine) => string
    out: ReturnType<typeof lineWriter>
    isForPeople: boolean
  }> {
    if (this.jsonEnabled()) return { render: jsonLine, out: lineWriter(), isForPeople: false }
    const isForPeople = process.stdout.isTTY || isForced
    const { herokuLine, peopleLines } = await import('../ui/log-line.js')
    return isForPeople
      ? { render: peopleLines(coloursFor({ color, isForced })), out: lineWriter(), isForPeople }
      : { render: herokuLine, out: lineWriter({ isData: true }), isForPeople: false }
  }

  /** What `shipit dev` has printed; `follow` ends with it. */
  private async devLog(
    clients: readonly DevClient[],
    name: string | undefined,
    {
      num: lines,
      color,
      'force-colors': isForced,
      ...query
    }: { num: number } & ColourFlags & Omit<DevLogQuery, 'lines' | 'name'>,
  ): Promise<void> {
    const [{ readDevLog }, { chooseSession }] = await Promise.all([
      import('../dev/log.js'),
      import('../dev/select.js'),
    ])
    const client = await chooseSession(clients, name)
    const { render, out } = await this.view({ color, 'force-colors': isForced })
    try {
      for await (const line of readDevLog(client, { ...query, lines, name }, out.readerGone))
        await out.write(render(line))
    } finally {
      out.release()
    }
  }
}

interface ColourFlags {
  color: boolean
  'force-colors': boolean
}
