import { Flags } from '@oclif/core'
import type { Environment, PlanRequest } from '../../deploy/index.js'
import type { Ecosystem } from '../../ecosystem/types.js'
import { BaseCommand } from '../../ui/base-command.js'
import { DEPLOYS } from '../../ui/exit-codes.js'
import { judgingFlags, waitTimeout } from '../../ui/flags.js'
import { reviewFlags } from '../../ui/review-flags.js'
import { deployShown } from '../../ui/run-deploy.js'
import { setUpBy, varsFlag } from '../../ui/set-up.js'
import { type REVIEW_UP, reviewDocument } from '../../json/review.js'
import type { Json } from '../../json/schema.js'

export default class ReviewUp extends BaseCommand {
  static override json = async () => (await import('../../json/review.js')).REVIEW_UP
  static override exitCodes = DEPLOYS
  static override summary = "make or update a review app, at the review stage of the app's pipeline"
  static override description =
    'The app is made by app.json with its `environments.review`, joins the pipeline, and is ' +
    'deployed and judged as by `deploy`. The same --name is the same app: a second time it is ' +
    'deployed again, and given what it lacks. An environment of the ecosystem file whose stage ' +
    'is review says the rest.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --name pr-42 --pipeline shop',
    '<%= config.bin %> <%= command.id %> --name pr-42 --app shop-staging --vars .env.review --json',
    '<%= config.bin %> <%= command.id %> --name try --pipeline shop --local',
  ]
  static override flags = {
    ...reviewFlags,
    vars: varsFlag,
    ...judgingFlags,
    ref: Flags.string({
      description: 'branch, tag or commit to deploy (else what is checked out)',
      helpValue: 'REF',
    }),
    dir: Flags.string({
      description: 'deploy this folder of the repository alone',
      helpValue: 'FOLDER',
    }),
    'lock-wait': waitTimeout({
      description: 'longest wait for another deploy of the app',
      default: '0',
      none: 'refuses at once',
    }),
    timestamps: Flags.boolean({ description: 'the time before each line' }),
  }

  async run(): Promise<Json<typeof REVIEW_UP>> {
    const { flags } = await this.parse(ReviewUp)
    const deploy = await import('../../deploy/index.js')
    const { findReview, placeOf } = await import('../../deploy/review/index.js')
    const of =
      flags.pipeline === undefined
        ? { app: await this.appName(flags) }
        : { pipeline: flags.pipeline }
    const project = await deploy.findProject(process.cwd(), flags.dir)
    const prepared = await deploy.prepareDeploy(project, {
      ref: flags.ref,
      isFolderTyped: flags.dir !== undefined,
      environment: (ecosystem) => Promise.resolve(atReview(ecosystem)),
    })
    try {
      const api = await this.platform(flags)
      const review = await findReview(api, of, flags.name)
      const { environment, facts, source } = prepared
      const platform = deploy.herokuPlatform(api)
      const lacking = await setUpBy(platform, {
        text: facts.folder.read('app.json') ?? '{}',
        environment: 'review',
        which: `of commit ${source.commit.short}`,
        app: review.app,
        given: await this.given(flags.vars),
        mayAsk: Boolean(process.stdin.isTTY) && !this.jsonEnabled() && !process.env.CI,
        coupling: review.isCoupled
          ? null
          : { pipeline: { id: review.pipeline.id, name: review.pipeline.name }, stage: 'review' },
      })
      const health = {
        path: flags.health,
        status: flags['health-status'],
        headers: flags['health-header'],
      }
      const request: Omit<PlanRequest, 'turn'> = {
        app: review.name,
        source: { ...source, warnings: [...source.warnings, ...lacking.warnings] },
        setUp: lacking.setUp,
        project: facts,
        environment,
        waitTimeout: flags['wait-timeout'],
        health,
        rollback: flags.rollback,
        // A pull request that was rebased has other commits than those that the app holds.
        force: true,
        create: true,
        place: review.app ? {} : await placeOf(api, review.pipeline),
        addRemote: false,
      }
      const { stateHome } = await import('../../embedded/daemon/folders.js')
      const result = await deployShown(request, {
        platform,
        git: deploy.gitPush(api, project.root, prepared.objects),
        healthHeaders: deploy.healthHeaders(health, environment?.target.health, process.env),
        setUpValues: lacking.values,
        home: stateHome(),
        wait: flags['lock-wait'],
        isJson: this.jsonEnabled(),
        timestamps: flags.timestamps,
        tell: (line) => (this.jsonEnabled() ? this.logToStderr(line) : this.log(line)),
        tellResult: (line) => this.suggest(line),
      })
      return reviewDocument(review, result)
    } finally {
      await prepared.remove()
    }
  }

  private async given(file: string | undefined): Promise<Record<string, string>> {
    if (file === undefined) return {}
    const { readEnvInput } = await import('../../config/index.js')
    return readEnvInput(file, process.stdin)
  }
}

/** The environment of the file that is of the review stage. */
function atReview({ deploy }: Ecosystem): Environment | undefined {
  const found = Object.entries(deploy).find(([, { stage }]) => stage === 'review')
  return found && { name: found[0], target: found[1] }
}
