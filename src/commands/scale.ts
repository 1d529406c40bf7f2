import { Flags } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags, devFlag, waitTimeout } from '../ui/flags.js'
import type { DevScaled } from '../ui/dev/verbs.js'
import { ShipitError } from '../errors.js'
import type { PlatformApi } from '../heroku/index.js'
import type { prebootOf } from '../deploy/index.js'
import type { InstancesPlan, ScalePlan, WaitOptions } from '../operate/index.js'
import type { InstancesNow } from '../ui/scaled-instances.js'
import { formatFormation, type TypeCount } from '../lib/dyno-count.js'
import { writeErr } from '../lib/terminal.js'
import type { SCALED } from '../json/operate.js'
import type { Json } from '../json/schema.js'

type Outcome = Json<typeof SCALED>

/** What is asked for, and what the log tells of the instances before it. */
interface Change {
  app: string
  plan: ScalePlan
  instances: InstancesPlan | undefined
  now: InstancesNow
}

/** Of a changed number of instances: the release that has it, and preboot's part in that. */
interface Made {
  release?: number | undefined
  preboot?: Awaited<ReturnType<typeof prebootOf>>
}

export default class Scale extends BaseCommand {
  static override json = async () => (await import('../json/operate.js')).SCALE
  static override summary = 'change how many dynos run, their size, and the instances in each'
  static override description =
    'web=2 sets a process type to 2 dynos, web+1 and web-1 count from what runs, ' +
    'web=2:standard-2x changes the size too. --instances sets how many processes PM2 keeps ' +
    'inside each dyno (config var SHIPIT_INSTANCES); api+1 counts from what runs, max leaves it ' +
    "to the ecosystem file and the dyno's memory. `api 3` and `api +1` mean the same where api is " +
    'an app of that file and no process type. All types change in one request, and the ' +
    'command waits until every dyno is up; a dyno that crashes ends the wait with its last ' +
    'output.\nWithout arguments it shows the formation.\nWith --dev, or in a folder of a ' +
    `\`shipit dev\` that deploys to no app, it sets how many instances that keeps of an app: ` +
    'api 3, api +1, api=3.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> web=2 jobs+1',
    '<%= config.bin %> <%= command.id %> web=2:standard-2x --app myapp',
    '<%= config.bin %> <%= command.id %> --instances api=4,jobs=max',
    '<%= config.bin %> <%= command.id %> api 3',
    '<%= config.bin %> <%= command.id %> api 3 --dev',
    '<%= config.bin %> <%= command.id %>',
  ]
  static override strict = false
  static override usage =
    'scale [TYPE=N[:SIZE]] [TYPE+N] [TYPE-N]... [--instances APP=N,APP+N,APP=max]'
  static override flags = {
    ...appFlags,
    ...devFlag,
    instances: Flags.string({
      char: 'i',
      description: 'processes inside each dyno, by PM2 app: api=4,jobs+1,web=max',
      helpValue: 'APP=N',
    }),
    'wait-timeout': waitTimeout({
      description: 'longest wait for the dynos',
      default: '5m',
      none: 'does not wait',
    }),
  }

  async run(): Promise<Outcome | DevScaled> {
    const { joinedNumbers, scaleDev } = await import('../ui/dev/verbs.js')
    const { argv, flags } = await this.parse(Scale, joinedNumbers(this.argv))
    const typed = argv as string[]
    const dev = await this.devSessions(flags, typed.length > 0 || flags.instances !== undefined)
    if (dev)
      return scaleDev(this, dev, [
        ...typed,
        ...(flags.instances === undefined ? [] : [flags.instances]),
      ])
    const { parseScale, planScale } = await import('../operate/index.js')
    const heroku = await import('../heroku/index.js')
    const all = parseScale(typed)
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const current = await heroku.listFormation(api, app)
    if (all.length === 0 && flags.instances === undefined) return this.show(app, current)
    const { askedFor, instancesNow, planAsked } = await import('../ui/scaled-instances.js')
    const say = (line: string) => this.log(line)
    const { expressions, asked } = await askedFor(
      api,
      app,
      { expressions: all, instances: flags.instances, formation: current },
      say,
    )

    const plan = planScale(app, current, expressions)
    const instances = asked === undefined ? undefined : await planAsked(api, app, asked)
    const now = instances?.isChanged
      ? await instancesNow(api, app, { changes: instances.changes, formation: plan.formation }, say)
      : { memory: [], types: [] }
    const change: Change = { app, plan, instances, now }
    const isChange = plan.updates.length > 0 || instances?.isChanged === true
    if (plan.doubt !== null) writeErr(`${plan.doubt}\n`)
    const timeout = flags['wait-timeout']
    let left = 'Nothing was changed.'
    const dynos = await this.stoppable(
      async (signal) => {
        if (isChange)
          left =
            `It is not known whether the change was made: look at \`shipit scale --app ` +
            `${app}\`.`
        const made = await this.make(api, change)
        if (!isChange) this.log('Nothing to change.')
        else
          left =
            `The change was made and stays (${changesOf(change).join(', ')}); its dynos were not ` +
            `waited for. Look at \`shipit ps --app ${app}\`.`
        return timeout === 0 ? null : this.waitForAll(api, change, made, { timeout, signal })
      },
      () => left,
    )
    return outcomeOf(change, dynos)
  }

  private async make(api: PlatformApi, { app, plan, instances }: Change): Promise<Made> {
    const [
      { updateFormation, releaseConfigVars },
      { INSTANCES_VAR },
      { prebootOf },
      { renderScale },
    ] = await Promise.all([
      import('../heroku/index.js'),
      import('../operate/index.js'),
      import('../deploy/index.js'),
      import('../ui/formation.js'),
    ])
    if (plan.updates.length > 0) await updateFormation(api, app, plan.updates)
    let made: Made = {}
    if (instances?.isChanged) {
      const preboot = await prebootOf(api, app)
      const { release } = await releaseConfigVars(api, app, { [INSTANCES_VAR]: instances.value })
      made = { preboot, release: release?.version }
    }
    this.log(renderScale(plan.changes, instances?.changes ?? []))
    return made
  }

  /** Until the dynos of what has changed are up, and run as many instances. */
  private async waitForAll(
    api: PlatformApi,
    { app, plan, instances, now }: Change,
    { preboot, release }: Made,
    { timeout, signal }: { timeout: number; signal: AbortSignal },
  ): Promise<Outcome['dynos']> {
    const deadline = performance.now() + timeout
    const rest = () => ({ timeout: Math.max(0, deadline - performance.now()), signal })
    const awaited = instances?.isChanged
      ? plan.formation
      : plan.formation.filter(({ type }) => plan.changes.some((change) => change.type === type))
    const up = await this.wait(api, app, awaited, {
      timeout,
      signal,
      ...(release === undefined ? {} : { release }),
    })
    if (instances?.isChanged && now.types.length > 0) {
      const { waitForInstances } = await import('../operate/index.js')
      const have = await waitForInstances(api, app, instances.changes, now.types, rest())
      this.log(
        'Instances: ' +
          `${have.map(({ app: name, counts }) => `${name}=${counts.join(' or ')}`).join(', ')} ` +
          `in each dyno of ${now.types.join(', ')}`,
      )
    }
    if (preboot && release !== undefined) {
      const { prebootNote, waitForPreboot } = await import('../deploy/index.js')
      const { getRelease } = await import('../heroku/index.js')
      this.log(prebootNote(preboot, release))
      await waitForPreboot(api, app, preboot, await getRelease(api, app, release), rest())
    }
    return up
  }

  private show(app: string, formation: TypeCount[]): Outcome {
    if (formation.length === 0)
      throw new ShipitError('not_found', {
        message: `${app} has no process types yet.`,
        next: `${this.config.bin} deploy --app ${app}`,
      })
    this.log(formatFormation(formation))
    return {
      app,
      changes: [],
      instances: [],
      memory: [],
      formation: formation.map(({ type, quantity, size }) => ({ type, quantity, size })),
      dynos: null,
    }
  }

  private async wait(
    api: PlatformApi,
    app: string,
    wanted: TypeCount[],
    options: Pick<WaitOptions, 'timeout' | 'release' | 'signal'>,
  ): Promise<Outcome['dynos']> {
    const { waitForDynos } = await import('../operate/index.js')
    let last = ''
    const dynos = await waitForDynos(api, app, wanted, {
      ...options,
      onProgress: (up, total) => {
        const text = `${up} of ${total} dynos up`
        if (text !== last && !this.jsonEnabled()) writeErr(`${text}\n`)
        last = text
      },
    })
    if (dynos.length > 0) this.log(`Up: ${dynos.map(({ name }) => name).join(', ')}`)
    return dynos.map(({ name, state, size }) => ({ name, state, size }))
  }
}

const changesOf = ({ plan, instances }: Change): string[] => [
  ...plan.changes.map(({ type, after }) => formatFormation([{ type, ...after }])),
  ...(instances?.changes ?? []).map(({ app, after }) => `${app}=${after} instances`),
]

const outcomeOf = ({ app, plan, instances, now }: Change, dynos: Outcome['dynos']): Outcome => ({
  app,
  changes: plan.changes.map(({ type, before, after, costClass, costs }) => ({
    type,
    before,
    after,
    cost_class: costClass,
    costs,
  })),
  instances: instances?.changes ?? [],
  memory: now.memory.map(({ type, size, quotaMb, neededMb, apps, fits }) => ({
    type,
    size,
    quota_mb: quotaMb,
    needed_mb: neededMb,
    apps: apps.map(({ app: name, instances: count, eachMb }) => ({
      app: name,
      instances: count,
      each_mb: eachMb,
    })),
    fits,
  })),
  formation: plan.formation,
  dynos,
})
