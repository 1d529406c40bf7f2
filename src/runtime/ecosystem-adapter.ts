/**
 * The one place where the runtime meets the reader of ecosystem files.
 * A minimal reader until ecosystem/ offers `readEcosystem` and `environmentOf`; then this file only passes on to them.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import type { Ecosystem, EcosystemApp, EcosystemFormat } from '../ecosystem/types.js'

export type { Ecosystem, EcosystemApp, Problem } from '../ecosystem/types.js'

/** Reads and evaluates an ecosystem file; `env` is what a .js file sees. Throws what the parser throws. */
export async function readEcosystem(file: string, _env: Record<string, string>): Promise<Ecosystem> {
  const absolute = path.resolve(file)
  const format: EcosystemFormat = /\.[cm]?js$/.test(absolute) ? 'js' : absolute.endsWith('.json') ? 'json' : 'yml'
  const value: unknown = format === 'js' ? await evaluate(absolute) : parse(readFileSync(absolute, 'utf8'))
  const list = Array.isArray(value) ? value : ((value as { apps?: unknown } | null)?.apps ?? value)
  const apps = (Array.isArray(list) ? list : [list]).filter((app): app is Record<string, unknown> => typeof app === 'object' && app !== null)
  return { file: absolute, format, apps: apps.map(normalise), deploy: {}, sshTargets: [], problems: [] }
}

/** `env` with `env_NAME` over it, as strings. */
export function environmentOf(app: EcosystemApp, envName?: string, base: Record<string, string> = {}): Record<string, string> {
  const own = { ...(app.env ?? {}), ...((envName ? app[`env_${envName}`] : undefined) as Record<string, string> | undefined) }
  return { ...base, ...Object.fromEntries(Object.entries(own).map(([key, value]) => [key, String(value)])) }
}

async function evaluate(file: string): Promise<unknown> {
  const loaded = (await import(pathToFileURL(file).href)) as { default?: unknown }
  return loaded.default ?? loaded
}

function normalise(app: Record<string, unknown>): EcosystemApp {
  const script = String(app.script ?? '')
  return { ...app, script, name: String(app.name ?? path.parse(script).name) }
}
