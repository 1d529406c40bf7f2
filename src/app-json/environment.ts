import { formatDynoCount } from '../lib/dyno-count.js'
import type { Written, WrittenEnvironment } from './schema.js'
import type { AppJson, Script, Variable, WantedAddon } from './types.js'

/**
 * The app of an environment: what that says in place of the rest, but for `env` and `scripts`, of
 * which it replaces the names that it has
 * (https://devcenter.heroku.com/articles/app-json-schema#environments).
 */
export function withEnvironment(written: Written, name?: string): AppJson {
  const own: WrittenEnvironment = (name && written.environments?.[name]) || {}
  const scripts = { ...written.scripts, ...own.scripts }
  return {
    stack: own.stack ?? written.stack,
    buildpacks: (own.buildpacks ?? written.buildpacks ?? []).map(({ url }) => url),
    features: own.features ?? written.features ?? [],
    env: Object.entries({ ...written.env, ...own.env }).map(([key, one]) => variable(key, one)),
    addons: (own.addons ?? written.addons ?? []).map(addon),
    formation: Object.fromEntries(
      Object.entries(own.formation ?? written.formation ?? {}).map(
        ([type, { quantity = 1, size = null }]) => [type, formatDynoCount({ quantity, size })],
      ),
    ),
    postdeploy: script(scripts.postdeploy),
    prPredestroy: script(scripts['pr-predestroy']),
  }
}

/**
 * https://devcenter.heroku.com/changelog-items/513: what is listed is required unless it says
 * otherwise.
 */
function variable(name: string, one: NonNullable<Written['env']>[string]): Variable {
  if (typeof one === 'string') return { name, value: one, isGenerated: false, isRequired: true }
  const { description, value, required, generator } = one
  return {
    name,
    description,
    value,
    isGenerated: generator === 'secret',
    isRequired: required ?? true,
  }
}

function addon(one: NonNullable<Written['addons']>[number]): WantedAddon {
  if (typeof one === 'string') return { plan: one, options: {} }
  const options = Object.entries(one.options ?? {}).map(([key, value]) => [key, String(value)])
  return { plan: one.plan, as: one.as, options: Object.fromEntries(options) }
}

const script = (one: string | { command: string; size?: string | undefined } | undefined) =>
  typeof one === 'string' ? { command: one } : (one satisfies Script | undefined)
