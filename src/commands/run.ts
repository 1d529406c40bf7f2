import { Flags } from '@oclif/core'
import { EXIT_CODES, type ErrorCode } from '../errors.js'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags, longJsonFlag } from '../ui/flags.js'
import { printable } from '../ui/printable.js'
import { writeErr } from '../lib/terminal.js'
import type { RUN } from '../json/operate.js'
import type { Json } from '../json/schema.js'

export default class Run extends BaseCommand {
  static override json = async () => (await import('../json/operate.js')).RUN
  static override exitCodes: readonly ErrorCode[] = ['timeout', 'interrupted']
  static override summary = 'run a command in a one-off dyno'
  static override description =
    'The dyno has the slug and the config vars of the release that serves, and a disk of its ' +
    'own. It ends with the command, or with you.\n' +
    '\n' +
    'Several words are the command and its arguments as they are; one alone, in quotes, is a ' +
    "line for the dyno's shell. The name of a process type runs what that type runs.\n" +
    'Between two terminals the dyno has a terminal too, and every key goes there, Ctrl-C ' +
    'included (four in a second leave it). Otherwise it gets a pipe: no byte of its input and ' +
    'output is changed, and stdout and stderr both come to stdout.\n' +
    `The exit code is the command's own. shipit's failures have those of the table in \`<%= ` +
    `config.bin %> --help\`, such as ${EXIT_CODES.network.exit} where the connection broke.`
  static override strict = false
  static '--' = false
  static override usage =
    'run [-a NAME] [--local] [-e KEY=VALUE]... [-s SIZE] [--type TYPE] [--no-tty] ' +
    '[--no-exit-code] [-d] -- COMMAND'
  static override baseFlags = longJsonFlag
  static override flags = {
    ...appFlags,
    env: Flags.string({
      char: 'e',
      multiple: true,
      multipleNonGreedy: true,
      description: 'a variable for this run alone; never a secret: those are for config vars',
      helpValue: 'KEY=VALUE',
    }),
    size: Flags.string({
      char: 's',
      description: 'dyno size, such as standard-2x',
      helpValue: 'SIZE',
    }),
    type: Flags.string({
      description: 'process type that the dyno counts as; run when absent',
      helpValue: 'TYPE',
    }),
    'no-tty': Flags.boolean({ description: 'no terminal in the dyno, even from one' }),
    'exit-code': Flags.boolean({
      char: 'x',
      allowNo: true,
      default: true,
      description:
        'end with the exit code of the command; without it the command line is sent exactly ' +
        'as it is, and the status is 0',
    }),
    detached: Flags.boolean({
      char: 'd',
      description: 'do not wait for it; its output goes to the log',
    }),
  }
  static override examples = [
    '<%= config.bin %> run --app myapp -- node scripts/migrate.js --dry-run',
    '<%= config.bin %> run --app myapp bash',
    '$ cat seed.sql | <%= config.bin %> run --app myapp -- node scripts/load.js',
    '<%= config.bin %> run --app myapp --detached --size standard-2x -- node nightly.js',
  ]

  async run(): Promise<Json<typeof RUN>> {
    // What follows -- is the command's, flags that we know too among it; so is, once its first word
    // is there, what is no flag of ours.
    const given = [...this.argv]
    const end = given.includes('--') ? given.indexOf('--') : given.length
    const { raw, flags } = await this.parse(Run, given.slice(0, end))
    const words = raw.flatMap((token) => (token.type === 'arg' ? token.input : []))
    const { commandLine, refuseUnknownFlag, runVariables } =
      await import('../operate/one-off/command-line.js')
    refuseUnknownFlag(words[0], Object.keys(Run.flags))
    const command = commandLine([...words, ...given.slice(end + 1)])
    const env = runVariables(flags.env ?? [])
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const wanted = {
      command,
      env,
      ...(flags.size ? { size: flags.size } : {}),
      ...(flags.type ? { type: flags.type } : {}),
    }
    if (flags.detached) {
      const { createDyno } = await import('../heroku/index.js')
      const { name } = await createDyno(api, app, { ...wanted, attach: false })
      this.log(`Running ${printable(command)} on ${app}: ${name}`)
      this.suggest(`Its output: ${this.config.bin} logs --tail --dyno ${name} --app ${app}`)
      return { app, dyno: name, command, exit_code: null }
    }
    const { runAttached } = await import('../operate/one-off/run-attached.js')
    const isJson = this.jsonEnabled()
    const { dyno, status } = await runAttached(api, app, wanted, {
      noTty: flags['no-tty'],
      exitCode: flags['exit-code'],
      output: isJson ? process.stderr : process.stdout,
      say: process.stderr.isTTY && !isJson ? (text) => writeErr(printable(text)) : undefined,
    })
    // As under ssh, what failed has said so itself.
    process.exitCode = status
    return { app, dyno, command, exit_code: status }
  }
}
