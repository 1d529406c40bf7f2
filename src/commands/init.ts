import path from 'node:path'
import { Args, Flags } from '@oclif/core'
import pc from 'picocolors'
import { ShipitError, type ErrorCode } from '../errors.js'
import type { Detected, InitOptions, InitParts, InitPlan, LockReport } from '../init/index.js'
import { BaseCommand } from '../ui/base-command.js'
import { printable } from '../ui/printable.js'
import { type INIT, initDocument } from '../json/init.js'
import type { Json } from '../json/schema.js'
import { herokuName } from '../lib/app-name.js'
import { CHECKS } from '../ui/exit-codes.js'

const MEMORY = /^\d+[KMG]$/i
const ENV_NAME = /^[A-Za-z0-9_]+$/

export default class Init extends BaseCommand {
  static override json = async () => (await import('../json/init.js')).INIT
  static override exitCodes: readonly ErrorCode[] = [...CHECKS, 'network', 'interrupted']
  static override summary = 'make a Node.js app ready for PM2 on Heroku'
  static override description = [
    'Finds what starts the app and says why it thinks so, shows what it will change, and asks.',
    'It writes an ecosystem file, points the start script at shipit-runtime, adds the runtime ' +
      'as a vendored dependency and brings the lockfile in step. Run again, it changes nothing. ' +
      'If a step fails, the folder is left as it was.',
  ].join('\n\n')

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> ./api --entry src/server.js --instances 2 --memory 200M',
    '<%= config.bin %> <%= command.id %> --env homolog --env prod --dry-run',
  ]

  static override args = {
    dir: Args.string({ ignoreStdin: true, description: 'folder of the app', default: '.' }),
  }

  static override flags = {
    format: Flags.option({
      options: ['yml', 'json', 'js'] as const,
      description: 'format of the ecosystem file (default: yml)',
    })(),
    name: Flags.string({
      description: "PM2's name for the app (default: the package's name)",
      helpValue: 'NAME',
    }),
    entry: Flags.string({
      description: 'file that starts the app (default: found in the folder)',
      helpValue: 'FILE',
    }),
    instances: Flags.string({
      description: 'processes in each dyno: a number, or max for as many as the dyno holds',
      helpValue: 'N|max',
    }),
    memory: Flags.string({
      description: 'reload an instance that grows beyond this, such as 200M',
      helpValue: 'SIZE',
    }),
    env: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'add a block env_NAME (may be given several times)',
      helpValue: 'NAME',
    }),
    'app-json': Flags.boolean({
      description:
        'write an app.json too: add-ons by the packages that are used, config vars by the names in ' +
        '.env.example, dynos by the Procfile',
    }),
    ci: Flags.option({
      options: ['github'] as const,
      description: 'write a workflow too that deploys pushes and rehearses pull requests',
    })(),
    reviews: Flags.boolean({
      description: 'with --ci, one too that gives each pull request a review app (`review up`)',
      dependsOn: ['ci'],
    }),
    'dry-run': Flags.boolean({ description: 'show what would be done and change nothing' }),
    yes: Flags.boolean({ char: 'y', description: 'do not ask' }),
    'install-check': Flags.boolean({
      description:
        'let the package manager install from the new lockfile in a copy, without scripts; if ' +
        'it fails and did not before, all is undone',
      default: true,
      allowNo: true,
      env: 'SHIPIT_INSTALL_CHECK',
    }),
    force: Flags.boolean({
      description:
        'write a new ecosystem file, and with --ci a new workflow, even where there is one',
    }),
  }

  async run(): Promise<Json<typeof INIT>> {
    const { args, flags } = await this.parse(Init)
    const { prepareInit, applyPlan, inWords } = await import('../init/index.js')
    const options = optionsFrom(flags)
    const first = await prepareInit(args.dir, options, this.parts())
    const chosen =
      flags.yes || flags['dry-run'] ? undefined : await this.askForEntry(first.detected)
    const { plan, detected, isRepository } =
      chosen === undefined
        ? first
        : await prepareInit(args.dir, { ...options, entry: chosen }, this.parts())
    const isReady = plan.steps.length === 0
    await this.show(plan)
    if (isReady || flags['dry-run']) {
      this.log(
        isReady ? '\nNothing to change: the app is ready.' : '\nNothing was changed (--dry-run).',
      )
      return initDocument(plan, false)
    }
    if (!flags.yes && !(await this.isConfirmed())) {
      this.log('Nothing was changed.')
      return initDocument(plan, false)
    }
    const report = await applyPlan(plan, {
      onStep: (step) => {
        if (step.kind === 'run')
          this.log(`\nBringing ${step.file} in step with ${step.command[0]} ...`)
      },
      onTry: (command) => this.log(`Trying \`${inWords(command)}\` in a copy ...`),
      isInstallTried: flags['install-check'],
    })
    this.log('')
    if (report) await this.tellOfLockfile(plan, report)
    await this.done(plan, isRepository, detected.appName)
    return initDocument(plan, true, report)
  }

  /** What init works with; a test gives its own. */
  protected parts(): InitParts {
    return {}
  }

  private async show(plan: InitPlan): Promise<void> {
    const { describePlan } = await import('../init/index.js')
    const colours = pc.createColors(Boolean(process.stdout.isTTY) && pc.isColorSupported)
    this.log(
      describePlan(printablePlan(plan), {
        width: Math.min(process.stdout.columns || 80, 100),
        colours,
      }),
    )
  }

  /**
   * On a terminal, what to do about a start command that shipit does not understand: undefined
   * keeps it as it is, else a file of the app takes its place. Off a terminal nothing is asked, and
   * it is kept.
   */
  private async askForEntry({ kept, candidates }: Detected): Promise<string | undefined> {
    if (!kept || !this.canAsk) return undefined
    const { askText, askWhich } = await import('../ui/ask.js')
    this.log(printable(`${kept.place} is \`${kept.command}\`: ${kept.reason}.`))
    const other = Symbol('other')
    const answer = await askWhich<string | symbol | undefined>('What starts the app?', [
      { name: `That command as it is, in one process (npm run ${kept.script})`, value: undefined },
      ...candidates.map(({ entry }) => ({ name: `The file ${entry}`, value: entry })),
      { name: 'Another file', value: other },
    ])
    return answer === other
      ? askText('Which file?', { isRequired: true })
      : (answer as string | undefined)
  }

  private get canAsk(): boolean {
    return Boolean(process.stdin.isTTY && process.stdout.isTTY) && !this.jsonEnabled()
  }

  private async isConfirmed(): Promise<boolean> {
    if (!this.canAsk) {
      throw new ShipitError('usage', {
        message: 'Nothing was changed: shipit cannot ask here.',
        why: this.jsonEnabled() ? 'With --json there is no question.' : 'This is not a terminal.',
        next: 'Run it with --yes to do what is shown, or with --dry-run to see it only.',
      })
    }
    const { askYesOrNo } = await import('../ui/ask.js')
    this.log('')
    return askYesOrNo('Do this?', true)
  }

  /** What was proved of the lockfile, and what was not. */
  private async tellOfLockfile(
    { steps }: InitPlan,
    { install, why, notes }: LockReport,
  ): Promise<void> {
    const step = steps.find((each) => each.kind === 'run')
    if (!step) return
    const { inWords } = await import('../init/index.js')
    const command = inWords(step.install)
    const lines =
      why === undefined
        ? ''
        : `\n${printable(why)
            .split('\n')
            .map((line) => `  ${line}`)
            .join('\n')}`
    const said = {
      proved:
        `Proved: \`${command}\` installs from the new ${step.file} (in a copy; scripts of ` +
        'packages were not run).',
      failed:
        `! \`${command}\` fails in this project, and failed before as well; the build on Heroku ` +
        `fails alike:${lines}`,
      unknown: `! Not proved: whether \`${command}\` installs from the new ${step.file}.${lines}`,
    }[install]
    for (const line of [...notes.map((note) => `! ${printable(note)}`), said]) this.log(line)
  }

  private async done(plan: InitPlan, isRepository: boolean, appName: string): Promise<void> {
    const files = new Set(plan.steps.map(({ file }) => file)).size
    const { quote } = await import('shell-quote')
    const dir = path.relative(process.cwd(), plan.dir)
    const go = dir === '' ? [] : [`cd ${quote([dir])}`]
    const commit = [
      ...(isRepository ? [] : ['git init']),
      'git add --all',
      'git commit --message "Run under PM2"',
    ].join(' && ')
    this.log(`Done: ${files} ${files === 1 ? 'file' : 'files'} changed. Next:`)
    for (const line of [
      ...go,
      commit,
      `${this.config.bin} deploy --local --app ${herokuName(appName)}`,
    ])
      this.log(`  ${line}`)
    this.log(
      `The last line rehearses on this machine; on Heroku it is: ${this.config.bin} deploy ` +
        '--app NAME --create',
    )
  }
}

function optionsFrom(flags: {
  format?: 'yml' | 'json' | 'js'
  name?: string
  entry?: string
  instances?: string
  memory?: string
  env?: string[]
  ci?: 'github'
  reviews: boolean
  'app-json': boolean
  force: boolean
}): InitOptions {
  const { format, name, entry, memory } = flags
  if (name !== undefined && !/\S/.test(name))
    throw usage('--name is empty.', 'Give the app a name, such as --name api.')
  if (memory !== undefined && !MEMORY.test(memory))
    throw usage(
      `--memory ${memory} is not a size.`,
      'Give a number with K, M or G, such as --memory 200M.',
    )
  const wrong = flags.env?.find((each) => !ENV_NAME.test(each))
  if (wrong !== undefined)
    throw usage(
      `--env ${wrong} cannot be a name.`,
      'Use letters, digits and _, such as --env homolog. It names the block, not a variable.',
    )
  return {
    format,
    name,
    entry,
    memory,
    instances: instancesFrom(flags.instances),
    envNames: [...new Set(flags.env)],
    force: flags.force,
    appJson: flags['app-json'],
    ...(flags.ci ? { ci: flags.ci, reviews: flags.reviews } : {}),
  }
}

function instancesFrom(value: string | undefined): number | 'max' | undefined {
  if (value === undefined || value === 'max') return value
  if (/^[1-9]\d{0,2}$/.test(value)) return Number(value)
  throw usage(
    `--instances ${value} is neither a number of processes nor max.`,
    'Give a number from 1, or max.',
  )
}

function usage(message: string, next: string): ShipitError {
  return new ShipitError('usage', { message, next })
}

/** Names and scripts come from the app's files: no byte of them may steer the terminal. */
function printablePlan(plan: InitPlan): InitPlan {
  return {
    ...plan,
    steps: plan.steps.map((step) => ({
      ...step,
      file: printable(step.file),
      why: printable(step.why),
    })),
    decisions: plan.decisions.map(printable),
    warnings: plan.warnings.map(printable),
  }
}
