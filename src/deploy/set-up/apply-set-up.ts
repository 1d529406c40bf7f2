import { ShipitError } from '../../errors.js'
import type { Addon } from '../../heroku/index.js'
import { duration } from '../../lib/duration.js'
import { until } from '../../lib/until.js'
import type { Platform } from '../platform.js'
import { lackedInWords, onceMore, type LackedAddon, type SetUp } from './set-up.js'

export interface SetUpParts {
  platform: Platform
  /** Of the config vars, by name. */
  values: Readonly<Record<string, string>>
  signal: AbortSignal
  /** Told of each thing that is done. */
  line: (text: string) => void
  /** ms between two looks at an add-on. */
  poll: number
}

/** ms that an add-on may take: https://devcenter.heroku.com/articles/provisioning-heroku-postgres */
const ADDON_TIMEOUT = 15 * 60_000

/**
 * Gives an app what it lacks of app.json, one after the other; nothing of it is taken back.
 * @returns what was done, a phrase each
 * @throws ShipitError as the platform refused it, with what was done until then and how to go on
 */
export async function applySetUp(app: string, setUp: SetUp, parts: SetUpParts): Promise<string[]> {
  const done: string[] = []
  try {
    for (const work of worksOf(app, setUp, parts)) {
      parts.signal.throwIfAborted()
      for (const phrase of await work()) {
        done.push(phrase)
        parts.line(phrase)
      }
    }
    return done
  } catch (error) {
    if (parts.signal.aborted || !(error instanceof ShipitError)) throw error
    throw halfDone(app, setUp, done, error)
  }
}

function worksOf(
  app: string,
  setUp: SetUp,
  { platform, values, signal, poll }: SetUpParts,
): (() => Promise<string[]>)[] {
  const { coupling, buildpacks, features, configVars, addons } = setUp
  const works: (() => Promise<string[]>)[] = []
  if (coupling)
    works.push(async () => {
      await platform.addToPipeline(coupling.pipeline.id, app, coupling.stage)
      return lackedInWords({ coupling })
    })
  if (buildpacks.length > 0)
    works.push(async () => {
      await platform.setBuildpacks(app, buildpacks)
      return lackedInWords({ buildpacks })
    })
  for (const name of features)
    works.push(async () => {
      await platform.enableFeature(app, name)
      return lackedInWords({ features: [name] })
    })
  if (configVars.length > 0)
    works.push(async () => {
      await platform.updateConfigVars(
        app,
        Object.fromEntries(configVars.map((name) => [name, values[name] ?? null])),
      )
      return lackedInWords({ configVars })
    })
  // All of them are begun before the first is waited for: each takes minutes on Heroku.
  const made: Addon[] = []
  for (const one of addons)
    works.push(async () => {
      const addon = await makeAddon(platform, app, one)
      made.push(addon)
      return [`add-on ${addon.name} (${addon.plan.name})`]
    })
  if (addons.length > 0)
    works.push(() =>
      Promise.all(made.map((addon) => provisioned(platform, app, addon, { signal, poll }))),
    )
  return works
}

const makeAddon = (platform: Platform, app: string, { plan, as, options, name }: LackedAddon) =>
  name === null
    ? platform.createAddon(app, {
        plan,
        ...(as === null ? {} : { attachment: { name: as } }),
        ...(Object.keys(options).length > 0 ? { config: options } : {}),
      })
    : platform.addon(app, name)

async function provisioned(
  platform: Platform,
  app: string,
  made: Addon,
  { signal, poll }: Pick<SetUpParts, 'signal' | 'poll'>,
): Promise<string> {
  const { name } = made
  let addon = made
  const isOver = async () => {
    if (addon.state === 'provisioning') addon = await platform.addon(app, name)
    return addon.state !== 'provisioning'
  }
  if (!(await until(isOver, { timeout: ADDON_TIMEOUT, every: poll, signal })))
    throw new ShipitError('timeout', {
      message: `${name} is still being provisioned after ${duration(ADDON_TIMEOUT)}.`,
      next: `shipit addons info ${name} --app ${app}`,
    })
  if (addon.state !== 'provisioned')
    throw new ShipitError('refused', {
      message: `${name} could not be provisioned.`,
      why: addon.provision_message ?? undefined,
      next: `shipit addons destroy ${name} --app ${app} --confirm ${name}`,
    })
  const vars = addon.config_vars.join(', ')
  return vars === '' ? `${name} is there` : `${name} is there, as ${vars}`
}

function halfDone(app: string, setUp: SetUp, done: string[], error: ShipitError): ShipitError {
  const { code, message, why, next, details, exitCode } = error
  const has = done.length > 0 ? `${app} exists and has ${done.join('; ')}.` : `${app} exists.`
  return new ShipitError(code, {
    message: `${message} ${has}`,
    why: [why, `app.json asks for ${lackedInWords(setUp).join('; ')}.`].filter(Boolean).join('\n'),
    next: [next, `Go on from there: ${onceMore(app, setUp)}`].filter(Boolean).join('\n'),
    details: { ...details, app, done },
    exitCode,
    cause: error,
  })
}
