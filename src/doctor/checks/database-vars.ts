import { environmentOf } from '../../ecosystem/environment.js'
import { isObject } from '../../init/detect/package-json.js'
import { kindsOf, variablesRead, type DatabaseKind, type ReadVariable } from '../database-kinds.js'
import { lockJson } from '../lock-entries.js'
import type { Facts, PlatformFacts, SetUpFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'

/**
 * A database that the app's code asks a variable for, which the app on the platform does not have.
 * Only names that are written out in its files count; values are not looked at.
 */
export const databaseVars: Check = {
  name: 'database-vars',
  theme: 'Platform',
  asserts: 'the databases that the code asks for are there',
  needsPlatform: true,
  run: (facts) => {
    const { platform, project } = facts
    if (!platform) return []
    return kindsOf(project).flatMap((kind) => {
      const read = variablesRead(kind, project)
      const [first] = read
      return first && !read.some(({ name }) => isGiven(name, kind, facts))
        ? [problemOf(kind, first, platform)]
        : []
    })
  },
}

/** By the platform, by the ecosystem file, or by what another check asks for already. */
function isGiven(name: string, { addon }: DatabaseKind, facts: Facts): boolean {
  const { platform, project, environment } = facts
  const config = platform?.configVars ?? {}
  if (config[name] !== undefined || environment?.target.config?.includes(name)) return true
  const stage = environment?.target.env ?? config['SHIPIT_ENV']
  const apps = project.ecosystem?.apps ?? []
  if (apps.some((app) => environmentOf(app, stage)[name] !== undefined)) return true
  if (facts.setUp && isMade(name, addon, facts.setUp)) return true
  return platform?.exists === false && isInAppJson(name, addon, facts)
}

/** By the deploy itself, before its release. */
function isMade(name: string, addon: DatabaseKind['addon'], { configVars, addons }: SetUpFacts) {
  return (
    configVars.includes(name) ||
    (addon !== undefined &&
      addons.some(
        ({ plan, as }) =>
          isOfService(plan, addon) &&
          name === (as === null ? addon.variable : `${as.toUpperCase()}_URL`),
      ))
  )
}

const isOfService = (plan: string, addon: { plan: string }): boolean =>
  plan.split(':')[0] === addon.plan.split(':')[0]

/** What an app has from the start that is made by app.json (devcenter: app-json-schema). */
function isInAppJson(name: string, addon: DatabaseKind['addon'], { project }: Facts): boolean {
  const manifest = lockJson(project.folder.read('app.json') ?? '')
  const addons: unknown[] = Array.isArray(manifest?.['addons']) ? manifest['addons'] : []
  const plans = addons.map((each) => (isObject(each) ? each['plan'] : each)).map(String)
  return (
    (isObject(manifest?.['env']) && name in manifest['env']) ||
    (addon !== undefined &&
      addon.variable === name &&
      plans.some((plan) => isOfService(plan, addon)))
  )
}

function problemOf(
  kind: DatabaseKind,
  { name, place }: ReadVariable,
  platform: PlatformFacts,
): Problem {
  const { app, exists, configVars } = platform
  const other = Object.keys(configVars).find((each) => kind.variables.test(each))
  return {
    severity: 'warning',
    place,
    what: `The app asks for ${kind.name} by ${name}, and ${app} has no such config var.`,
    why: `${exists ? '' : `${app} does not exist yet. `}Nothing listens on a dyno's own localhost.`,
    next: [
      ...(exists ? [] : [`shipit apps create ${app}`]),
      ...(other === undefined
        ? advice(kind, name, app)
        : [`Read ${other} in place of ${name}: the app has it.`]),
    ].join('\n'),
  }
}

function advice({ name: kind, addon }: DatabaseKind, name: string, app: string): string[] {
  if (!addon)
    return [
      `shipit config set ${name} --app ${app}`,
      `It asks for the value. Heroku has no ${kind} of its own: take the address of one that is ` +
        'hosted elsewhere, such as MongoDB Atlas.',
    ]
  if (name === addon.variable) return [`shipit addons create ${addon.plan} --app ${app}`]
  const [, as] = /^(.+)_URL$/.exec(name) ?? []
  return as === undefined
    ? [
        `shipit addons create ${addon.plan} --app ${app}`,
        `Then read ${addon.variable}, which it sets, in place of ${name}.`,
      ]
    : [`shipit addons create ${addon.plan} --as ${as} --app ${app}`]
}
