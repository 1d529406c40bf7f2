import { randomInt } from 'node:crypto'
import { InvalidParams } from './api-error.js'
import { firName } from './identity.js'
import { DEFAULT_SIZES, runtimeOf, sizeIn } from './place.js'
import { currentRelease, slugOf } from '../releases/releases.js'
import type { OneOffRequest } from '../store/types.js'
import type { AppRecord, ReleaseRecord, SlugRecord } from '../store/records.js'
import { onlyFields } from './request.js'

const FIELDS = ['attach', 'command', 'env', 'force_no_tty', 'size', 'time_to_live', 'type']

/** Longest that a one-off dyno may ask to live, in seconds: the schema's bound. */
const LONGEST_LIFE = 86_400

/**
 * A one-off dyno as POST /apps/{app}/dynos asks for it, over the release that serves. `taken` are
 * the names of the app's dynos.
 * A command that begins with the name of a process type runs that type's command, as on Heroku.
 */
export function oneOffRequest(
  app: Readonly<AppRecord>,
  body: Record<string, unknown>,
  taken: readonly string[],
): Omit<OneOffRequest, 'attach'> & { isAttached: boolean; isTerminal: boolean } {
  onlyFields(body, FIELDS)
  const { release, slug } = serving(app)
  const command = optional(body, 'command', 'string')
  if (!command?.trim()) throw new InvalidParams("Command can't be blank")
  const type = optional(body, 'type', 'string') ?? 'run'
  if (!/^[\w-]{1,128}$/.test(type))
    throw new InvalidParams('type must be made of letters, digits, - and _')
  const given = optional(body, 'size', 'string')
  const size = given === undefined ? undefined : sizeIn(runtimeOf(app), given)
  if (given !== undefined && !size) throw new InvalidParams(`No such size as ${given}.`)
  const timeToLive = optional(body, 'time_to_live', 'number')
  if (
    timeToLive !== undefined &&
    (!Number.isInteger(timeToLive) || timeToLive < 1 || timeToLive > LONGEST_LIFE)
  )
    throw new InvalidParams(`time_to_live must be 1 to ${LONGEST_LIFE} seconds`)
  return {
    name: app.generation === 'fir' ? firName(type, release.id) : freeName(type, taken),
    type,
    command: resolved(command, slug),
    release,
    slug,
    env: environment(body.env),
    size:
      size?.name ??
      app.formation[type]?.size ??
      app.formation.web?.size ??
      DEFAULT_SIZES[runtimeOf(app)],
    isAttached: optional(body, 'attach', 'boolean') ?? false,
    isTerminal: !(optional(body, 'force_no_tty', 'boolean') ?? false),
    ...(timeToLive === undefined ? {} : { timeToLive: timeToLive * 1000 }),
  }
}

function serving(app: Readonly<AppRecord>): { release: ReleaseRecord; slug: SlugRecord } {
  const release = currentRelease(app)
  const slug = slugOf(app, release)
  if (!release || !slug)
    throw new InvalidParams('Cannot run a dyno of an app that has no code: deploy it first.')
  return { release, slug }
}

function resolved(command: string, slug: SlugRecord): string {
  const [, first = '', rest = ''] = /^(\S+)([^]*)$/.exec(command) ?? []
  return Object.hasOwn(slug.process_types, first) ? slug.process_types[first] + rest : command
}

/** run.1234: numbers that no dyno of a formation has. */
function freeName(type: string, taken: readonly string[]): string {
  for (;;) {
    const name = `${type}.${randomInt(1_000, 10_000)}`
    if (!taken.includes(name)) return name
  }
}

/** As strings; Heroku's own CLI sends COLUMNS and LINES as numbers. */
function environment(given: unknown): Record<string, string> {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'object' || Array.isArray(given))
    throw new InvalidParams('env must be an object of strings')
  const env: [string, string][] = []
  for (const [key, value] of Object.entries(given)) {
    if (!/^\w+$/.test(key))
      throw new InvalidParams(`env: ${key} can only contain letters, digits and underscores`)
    if (value === null) continue
    if ((typeof value !== 'string' && typeof value !== 'number') || String(value).includes('\0'))
      throw new InvalidParams(`env: ${key} must be a string`)
    env.push([key, String(value)])
  }
  return Object.fromEntries(env)
}

interface Kinds {
  string: string
  number: number
  boolean: boolean
}

function optional<K extends keyof Kinds>(
  body: Record<string, unknown>,
  name: string,
  kind: K,
): Kinds[K] | undefined {
  const value = body[name] ?? undefined
  if (value !== undefined && typeof value !== kind)
    throw new InvalidParams(`${name} must be a ${kind}`)
  return value as Kinds[K] | undefined
}
