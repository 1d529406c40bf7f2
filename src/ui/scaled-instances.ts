/** What `scale` is asked of the instances in each dyno, and what the log tells of them before it. */
import type { PlatformApi } from '../heroku/index.js'
import type { TypeCount } from '../lib/dyno-count.js'
import { writeErr } from '../lib/terminal.js'
import type { InstancesFit, InstancesPlan, ScaleExpression } from '../operate/index.js'
import { waitingForFigures } from './missing-figures.js'

/** What was typed, and the formation that it is about. */
interface Typed {
  expressions: readonly ScaleExpression[]
  /** The text of --instances. */
  instances: string | undefined
  formation: readonly TypeCount[]
}

/**
 * PM2's `scale api 3` names an app, where Heroku's names a process type: what is no type, and an
 * app by the config var or the log, is taken for --instances.
 * @param say is told what was taken for them
 */
export async function askedFor(
  api: PlatformApi,
  app: string,
  { expressions, instances, formation }: Typed,
  say: (line: string) => void,
): Promise<{ expressions: readonly ScaleExpression[]; asked: string | undefined }> {
  const others = expressions.filter(({ type }) => !formation.some((row) => row.type === type))
  if (others.length === 0) return { expressions, asked: instances }
  const { appsKnown } = await import('../operate/index.js')
  const apps = await appsKnown(api, app, others, waitingForFigures)
  const ofApps = others.filter(
    ({ type, quantity, size }) => apps.has(type) && quantity !== undefined && size === undefined,
  )
  const words = ofApps.map(
    ({ type, quantity }) => `${type}${quantity!.operator}${quantity!.amount}`,
  )
  if (words.length > 0)
    say(
      `${ofApps.map(({ type }) => type).join(', ')}: instances in each dyno ` +
        `(--instances ${words.join(',')}); dynos are scaled by their process type.`,
    )
  return {
    expressions: expressions.filter((expression) => !ofApps.includes(expression)),
    asked: [...(instances === undefined ? [] : [instances]), ...words].join(',') || undefined,
  }
}

/**
 * The plan of --instances. A step such as api+1 counts from what runs, where no earlier scale has
 * said a number.
 */
export async function planAsked(
  api: PlatformApi,
  app: string,
  text: string,
): Promise<InstancesPlan> {
  const [{ planInstances, INSTANCES_VAR }, { getConfigVars }] = await Promise.all([
    import('../operate/index.js'),
    import('../heroku/index.js'),
  ])
  const current = (await getConfigVars(api, app))[INSTANCES_VAR]
  if (!/[+-]\d/.test(text)) return planInstances(current, text)
  const { countInstances } = await import('../monitor/instance-count.js')
  return planInstances(
    current,
    text,
    await countInstances(api, app, { onFollow: waitingForFigures }),
  )
}

/** The memory that a new number of instances will need, and the process types that run them. */
export interface InstancesNow {
  memory: InstancesFit[]
  types: string[]
}

/**
 * What the log tells of the instances as they are.
 * @param say is told what fits; what does not, or is not known, goes to stderr
 */
export async function instancesNow(
  api: PlatformApi,
  app: string,
  { changes, formation }: { changes: InstancesPlan['changes']; formation: TypeCount[] },
  say: (line: string) => void,
): Promise<InstancesNow> {
  const [
    { takeSnapshot, reportDynos },
    { describeFit, describeMisfit, instancesFit, roomInWords, typesWith, unknownMemory },
  ] = await Promise.all([import('../monitor/index.js'), import('../operate/index.js')])
  const { dynos, model, problem } = await takeSnapshot(api, app, { onFollow: waitingForFigures })
  const reports = reportDynos(
    dynos.filter(({ state }) => state === 'up'),
    model,
    Date.now(),
  )
  const memory = instancesFit(reports, changes, formation)
  for (const fit of memory) {
    if (fit.fits) say(describeFit(fit))
    else writeErr(`${describeMisfit(fit)}\n`)
  }
  for (const line of roomInWords(reports, changes, formation)) say(line)
  for (const line of unknownMemory(reports, changes, formation)) writeErr(`${line}\n`)
  const types = [...new Set(changes.flatMap((change) => typesWith(reports, change.app)))]
  const unknown = changes.filter((change) => typesWith(reports, change.app).length === 0)
  if (unknown.length > 0) writeErr(`${problem ?? noInstancesOf(unknown.map(({ app }) => app))}\n`)
  return { memory, types }
}

const noInstancesOf = (apps: readonly string[]): string =>
  `The app's recent log tells of no instance of ${apps.join(', ')}: the memory that they need is ` +
  'not known, and they are not waited for.'
