import path from 'node:path'
import { Args, Flags, type Interfaces } from '@oclif/core'
import type { Environment, Platform, PlanRequest, Prepared, Project } from '../deploy/index.js'
import type { Ecosystem } from '../ecosystem/types.js'
import { ShipitError } from '../errors.js'
import { BaseCommand } from '../ui/base-command.js'
import { stamped } from '../ui/deploy-view.js'
import { deployShown, showPlan } from '../ui/run-deploy.js'
import { appFlags, judgingFlags, placeFlags, placeFrom, waitTimeout } from '../ui/flags.js'
import { varsFlag, setUpBy } from '../ui/set-up.js'
import { type DEPLOY, deployDocument, planDocument } from '../json/deploy.js'
import type { Json } from '../json/schema.js'
import { DEPLOYS } from '../ui/exit-codes.js'

type DeployFlags = Interfaces.InferredFlags<typeof Deploy.flags>
export default class Deploy extends BaseCommand {
  static override json = async () => (await import('../json/deploy.js')).DEPLOY
  static override exitCodes = DEPLOYS
  static override summary =
    'deploy a commit, and go back to the release before if it does not come up'
  static override description =
    'The commit is pushed and built; its dynos must come up, stay up and answer over HTTP. If ' +
    'they do not, the release that served before is brought back; what could not be looked at ' +
    'undoes nothing. The exit code says which step failed (`shipit --help` lists them).'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --app myapp',
    '<%= config.bin %> <%= command.id %> production',
    '<%= config.bin %> <%= command.id %> --local --app rehearsal',
    '<%= config.bin %> <%= command.id %> production --dry-run',
    '<%= config.bin %> <%= command.id %> --app myapp --ref v1.4.0',
    '<%= config.bin %> <%= command.id %> --app myapp-api --dir packages/api',
  ]

  static override args = {
    env: Args.string({
      ignoreStdin: true,
      description: 'environment in the `deploy:` block of the ecosystem file',
      required: false,
    }),
  }

  static override flags = {
    ...appFlags,
    create: Flags.boolean({
      description:
        'create the app if it does not exist, and the git remote `heroku` for it, and give it ' +
        'what app.json says that it lacks (with --local the app is created without being asked)',
    }),
    vars: varsFlag,
    ...placeFlags,
    'dry-run': Flags.boolean({ description: 'print the plan and change nothing' }),
    ...judgingFlags,
    scale: Flags.string({
      description:
        'dynos of a process type from this release on, such as worker=2:standard-1x (else ' +
        '`formation:` of the environment)',
      helpValue: 'TYPE=N[:SIZE]',
      multiple: true,
      multipleNonGreedy: true,
    }),
    dir: Flags.string({
      description:
        'deploy this folder of the repository alone (else `subdirectory:` of the environment)',
      helpValue: 'FOLDER',
    }),
    source: Flags.boolean({
      description:
        'deploy the files as they are, committed or not, without git (what .gitignore names ' +
        'is left out)',
      exclusive: ['ref', 'force'],
    }),
    ref: Flags.string({
      description:
        'branch, tag or commit to deploy (else `ref:` of the environment, else what is ' +
        'checked out)',
      helpValue: 'REF',
    }),
    force: Flags.boolean({
      description:
        'push even though the app holds commits that this one does not have; the plan says ' +
        'which are dropped',
    }),
    'lock-wait': waitTimeout({
      description: 'longest wait for another deploy of the app',
      default: '0',
      none: 'refuses at once',
    }),
    timestamps: Flags.boolean({
      description: 'the time before each line, and plain lines on a terminal too',
    }),
    yes: Flags.boolean({ char: 'y', description: 'answer yes to all prompts' }),
  }

  private timestamps = false

  async run(): Promise<Json<typeof DEPLOY>> {
    const { args, flags } = await this.parse(Deploy)
    const { findProject, prepareDeploy, prepareUpload } = await import('../deploy/index.js')

    const project = await findProject(process.cwd(), flags.dir)
    if (project.ecosystemFile === undefined && flags.ref === undefined && !flags['dry-run'])
      await this.offerInit(project, flags.yes)
    const environment = (ecosystem: Ecosystem) => this.environment(ecosystem, args.env)
    const isFolderTyped = flags.dir !== undefined
    let prepared = flags.source
      ? await prepareUpload(project, { isFolderTyped, environment })
      : await prepareDeploy(project, { ref: flags.ref, isFolderTyped, environment })
    try {
      const { askForFiles } = await import('../ui/deploy-questions.js')
      const mayBeSent = flags.ref === undefined && !flags.force
      if (this.mayAsk(flags) && (await askForFiles(prepared, mayBeSent))) {
        const chosen = prepared.environment
        await prepared.remove()
        prepared = await prepareUpload(project, {
          isFolderTyped,
          environment: () => Promise.resolve(chosen),
        })
      }
      return await this.deploy(prepared, project, flags)
    } finally {
      await prepared.remove()
    }
  }

  private async deploy(
    { source, environment, facts, objects, pack }: Prepared,
    { root }: Project,
    flags: DeployFlags,
  ): Promise<Json<typeof DEPLOY>> {
    const { gitPush, healthHeaders, herokuPlatform, sourceUpload, planDeploy, typedScale } =
      await import('../deploy/index.js')
    const named = flags.remote === undefined ? (flags.app ?? environment?.target.app) : undefined
    const app = named ?? (await this.appName(flags))
    const api = await this.platform(flags)
    const platform = herokuPlatform(api)
    const pushed = gitPush(api, root, objects)
    const git = pack ? sourceUpload(api, pushed, pack) : pushed
    const health = {
      path: flags.health,
      status: flags['health-status'],
      headers: flags['health-header'],
    }
    const sent = healthHeaders(health, environment?.target.health, process.env)
    const typed = flags.scale && typedScale(flags.scale)
    const { askForScale } = await import('../ui/deploy-questions.js')
    const lacking = await this.setUp(platform, app, { source, facts }, flags)
    const request: Omit<PlanRequest, 'turn'> = {
      app,
      source: { ...source, warnings: [...source.warnings, ...(lacking?.warnings ?? [])] },
      setUp: lacking?.setUp,
      scale: this.mayAsk(flags)
        ? await askForScale(platform, { app, facts, environment, typed })
        : typed,
      project: facts,
      environment,
      waitTimeout: flags['wait-timeout'],
      health,
      rollback: flags.rollback,
      force: flags.force ?? false,
      create: flags.create || flags.local,
      place: placeFrom(flags),
      addRemote: flags.create ?? false,
      overwritten: (name) => git.overwritten(name, source.commit.id),
    }
    this.timestamps = flags.timestamps
    if (flags['dry-run']) {
      const plan = await planDeploy(platform, request)
      await showPlan(plan, (line) => this.tell(line))
      return { dry_run: true, plan: planDocument(plan) }
    }

    const { stateHome } = await import('../embedded/daemon/folders.js')
    const result = await deployShown(request, {
      platform,
      git,
      healthHeaders: sent,
      setUpValues: lacking?.values,
      home: stateHome(),
      wait: flags['lock-wait'],
      isJson: this.jsonEnabled(),
      timestamps: flags.timestamps,
      tell: (line) => this.tell(line),
      tellResult: (line) => this.tell(this.withLocal(line)),
    })
    return deployDocument(result)
  }

  /** What the app lacks of the commit's app.json, where that is to be looked at. */
  private async setUp(
    platform: Platform,
    name: string,
    { source, facts }: Pick<Prepared, 'source' | 'facts'>,
    flags: DeployFlags,
  ): Promise<Awaited<ReturnType<typeof setUpBy>> | undefined> {
    const text = facts.folder.read('app.json')
    if (text === undefined || !(flags.create || flags.local)) return undefined
    const app = await platform.findApp(name)
    if (app && !flags.create) return undefined
    const { readEnvInput } = await import('../config/index.js')
    return setUpBy(platform, {
      text,
      which: source.upload ? '' : `of commit ${source.commit.short}`,
      app,
      given: flags.vars ? await readEnvInput(flags.vars, process.stdin) : {},
      mayAsk: this.mayAsk(flags),
      isDryRun: flags['dry-run'],
    })
  }

  private async environment(
    ecosystem: Ecosystem,
    wanted: string | undefined,
  ): Promise<Environment | undefined> {
    const { chooseEnvironment, whichEnvironment } = await import('../deploy/index.js')
    const chosen = chooseEnvironment(ecosystem.deploy, ecosystem.sshTargets, wanted)
    if (chosen !== 'ask') return chosen
    if (!this.canAsk()) throw whichEnvironment(Object.keys(ecosystem.deploy))
    const { askForEnvironment } = await import('../ui/deploy-questions.js')
    return this.environment(ecosystem, await askForEnvironment(ecosystem))
  }

  /**
   * Does not come back where init was done: what it wrote must be committed before it can be
   * deployed.
   */
  private async offerInit({ root, folder }: Project, yes: boolean): Promise<void> {
    if (this.jsonEnabled()) return
    if (!yes) {
      if (!this.canAsk()) return
      const { askYesOrNo } = await import('../ui/ask.js')
      if (!(await askYesOrNo('There is no ecosystem file here. Run `shipit init` now?', true)))
        return
    }
    const { applied } = await this.config.runCommand<{ applied: boolean }>('init', [
      path.join(root, folder),
      ...(yes ? ['--yes'] : []),
    ])
    if (!applied) return
    throw new ShipitError('project', {
      message: 'Not deployed yet: a deploy is of a commit, and what init wrote is not in one.',
      next: (
        `git add --all && git commit -m "Run under PM2"\n${this.config.bin} deploy ` +
        `${this.argv.filter((word) => word !== '--yes' && word !== '-y').join(' ')}`
      ).trimEnd(),
    })
  }

  private canAsk(): boolean {
    return Boolean(process.stdin.isTTY && process.stdout.isTTY) && !this.jsonEnabled()
  }

  /** Whether there is somebody to ask before the deploy; elsewhere warnings stand in for it. */
  private mayAsk(flags: DeployFlags): boolean {
    return !flags['dry-run'] && !flags.yes && this.canAsk() && !process.env.CI
  }

  /** For people: on stdout, or on stderr where stdout is for one JSON object. */
  private tell(line: string): void {
    ;(this.jsonEnabled() ? process.stderr : process.stdout).write(
      (this.timestamps ? stamped(line) : line) + '\n',
    )
  }
}
