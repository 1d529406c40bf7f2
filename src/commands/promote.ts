import { Args, Flags, type Interfaces } from '@oclif/core'
import type { DeployPlan } from '../deploy/index.js'
import type { Promotion, PromotionTarget, Targets } from '../deploy/promote/index.js'
import type { ErrorCode } from '../errors.js'
import type { PlatformApi } from '../heroku/index.js'
import {
  type PROMOTE,
  promotedDocument,
  promotionDocument,
  targetPlanDocument,
} from '../json/pipelines.js'
import type { Json } from '../json/schema.js'
import { errLines, outLines, writeErr } from '../lib/terminal.js'
import { BaseCommand } from '../ui/base-command.js'
import { deployView, plainDeploy, stamped } from '../ui/deploy-view.js'
import { appFlags, judgingFlags, waitTimeout } from '../ui/flags.js'

type PromoteFlags = Interfaces.InferredFlags<typeof Promote.flags>

export default class Promote extends BaseCommand {
  static override json = async () => (await import('../json/pipelines.js')).PROMOTE
  static override exitCodes: readonly ErrorCode[] = ['release', 'health', 'rollback']
  static override summary =
    "release an app's code to the next of its pipeline, back if it does not come up"
  static override description =
    'The slug is copied, not built again; config vars and dynos of the other app stay as they ' +
    'are. Its release phase, dynos and URL are judged as after a deploy, and what fails is rolled ' +
    'back. To several apps at once each has its own verdict; the exit code is that of the first ' +
    'that failed, or of one that could not be rolled back.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --app myapp-staging',
    '<%= config.bin %> <%= command.id %> staging --to production --dry-run',
    '<%= config.bin %> <%= command.id %> --app myapp-staging --to myapp-eu --to myapp-us',
  ]
  static override args = {
    env: Args.string({
      ignoreStdin: true,
      description: 'environment in the `deploy:` block of the ecosystem file to promote from',
    }),
  }
  static override flags = {
    ...appFlags,
    to: Flags.string({
      description: 'stage or app to promote to (else the stage after that of the app)',
      helpValue: 'STAGE|APP',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'dry-run': Flags.boolean({ description: 'print the plan and change nothing' }),
    ...judgingFlags,
    'lock-wait': waitTimeout({
      description: 'longest wait for another deploy of the app',
      default: '0',
      none: 'refuses at once',
    }),
    timestamps: Flags.boolean({
      description: 'the time before each line, and plain lines on a terminal too',
    }),
  }

  private timestamps = false

  async run(): Promise<Json<typeof PROMOTE>> {
    const { args, flags } = await this.parse(Promote)
    this.timestamps = flags.timestamps
    const { findPromotion, isStage, readEnvironments } = await import('../deploy/promote/index.js')
    const environments = await readEnvironments(process.cwd())
    const app = await this.source(environments, args.env, flags)
    const api = await this.platform(flags)
    const to = (flags.to ?? []).flatMap((words) => words.split(',').filter(Boolean))
    const apps = to.map((word) => (isStage(word) ? word : (environments[word]?.app ?? word)))
    const promotion = await findPromotion(api, app, apps)
    return flags['dry-run']
      ? this.plan(api, promotion, environments, flags)
      : this.promote(api, promotion, environments, flags)
  }

  private async source(
    environments: Targets,
    named: string | undefined,
    flags: PromoteFlags,
  ): Promise<string> {
    const { sourceOf } = await import('../deploy/promote/index.js')
    const isTyped = flags.app !== undefined || flags.remote !== undefined
    const ofFile = isTyped && named === undefined ? undefined : sourceOf(environments, named)
    return ofFile ?? this.appName(flags)
  }

  private targets(
    { targets }: Promotion,
    environments: Targets,
    flags: PromoteFlags,
    of: Pick<typeof import('../deploy/index.js'), 'healthHeaders'> &
      Pick<typeof import('../deploy/promote/index.js'), 'environmentOf'>,
  ): PromotionTarget[] {
    const health = {
      path: flags.health,
      status: flags['health-status'],
      headers: flags['health-header'],
    }
    return targets.map(({ app, stage }) => {
      const found = of.environmentOf(environments, app.name)
      const ofFile = found?.target.health
      return {
        app: app.name,
        stage,
        environment: found && { name: found.name, health: ofFile },
        health,
        healthHeaders: of.healthHeaders(health, ofFile, process.env),
        waitTimeout: flags['wait-timeout'],
        rollback: flags.rollback,
      }
    })
  }

  private async plan(
    api: PlatformApi,
    promotion: Promotion,
    environments: Targets,
    flags: PromoteFlags,
  ): Promise<Json<typeof PROMOTE>> {
    const [deploy, promote] = await Promise.all([
      import('../deploy/index.js'),
      import('../deploy/promote/index.js'),
    ])
    const platform = deploy.herokuPlatform(api)
    const targets = this.targets(promotion, environments, flags, { ...deploy, ...promote })
    const plans: Extract<Json<typeof PROMOTE>, { dry_run: true }>['targets'] = []
    for (const [index, target] of targets.entries()) {
      const plan = await promote.planPromotion(platform, promotion, target, undefined)
      const differences = await this.show(api, promotion, plan, target)
      plans.push(targetPlanDocument(promotion.targets[index]!, plan, differences))
    }
    return { dry_run: true, ...promotionDocument(promotion), targets: plans }
  }

  private async promote(
    api: PlatformApi,
    promotion: Promotion,
    environments: Targets,
    flags: PromoteFlags,
  ): Promise<Json<typeof PROMOTE>> {
    const [deploy, promote, { describeOutcome, ofApp }] = await Promise.all([
      import('../deploy/index.js'),
      import('../deploy/promote/index.js'),
      import('../ui/promotion.js'),
    ])
    const targets = this.targets(promotion, environments, flags, { ...deploy, ...promote })
    const isOne = targets.length === 1
    const sink = this.jsonEnabled() ? errLines : outLines
    const stop = deploy.stopOnSignals(() =>
      writeErr(
        '\nLeft at once. What serves is not known: look at ' +
          `${targets.map(({ app }) => `\`shipit releases --app ${app}\``).join(', ')}.\n`,
      ),
    )
    try {
      const outcomes = await promote.runPromotion(promotion, targets, {
        platform: deploy.herokuPlatform(api),
        signal: stop.signal,
        wait: flags['lock-wait'],
        onRefusal: ({ message }, left) =>
          this.tell(`${message} Trying on, for ${deploy.duration(left)} at most.`),
        onWait: (app, found) =>
          this.tell(`Waiting for another deploy of ${app}: ${deploy.describeInProgress(found)}.`),
        show: async (app, plan) => {
          await this.show(
            api,
            promotion,
            plan,
            targets.find((one) => one.app === app)!,
          )
          if (isOne) return deployView(this.jsonEnabled(), this.timestamps)
          // Task lists of several apps would write over each other.
          const events = plainDeploy(ofApp(sink, app), { timestamps: this.timestamps })
          return { events, end: () => Promise.resolve() }
        },
      })
      const failure = promote.failureOf(outcomes)
      for (const outcome of outcomes)
        if (!failure || !outcome.error) this.tell(this.withLocal(describeOutcome(outcome)))
      if (failure) throw failure
      return {
        ...promotionDocument(promotion),
        targets: outcomes.flatMap((one) => (one.error ? [] : [promotedDocument(one)])),
      }
    } finally {
      stop.release()
    }
  }

  /** The plan of one app; with what differs between it and the one that is promoted. */
  private async show(
    api: PlatformApi,
    promotion: Promotion,
    plan: DeployPlan,
    { app, stage }: PromotionTarget,
  ) {
    const [{ getConfigVars }, { commitDifferences, configDifferences }, ui, { describeWarnings }] =
      await Promise.all([
        import('../heroku/index.js'),
        import('../deploy/promote/index.js'),
        import('../ui/promotion.js'),
        import('../ui/deploy-plan.js'),
      ])
    const [ofSource, ofTarget, commits] = await Promise.all([
      getConfigVars(api, promotion.source.app.name),
      getConfigVars(api, app),
      commitDifferences(process.cwd(), plan.current?.commit ?? null, promotion.source.commit),
    ])
    const differences = { commits, config: configDifferences(ofSource, ofTarget) }
    for (const line of describeWarnings(plan)) writeErr(line + '\n')
    for (const line of ui.describeTarget(promotion, plan, stage, differences)) this.tell(line)
    return differences
  }

  /** For people: on stdout, or on stderr where stdout is for one JSON object. */
  private tell(line: string): void {
    ;(this.jsonEnabled() ? process.stderr : process.stdout).write(
      (this.timestamps ? stamped(line) : line) + '\n',
    )
  }
}
