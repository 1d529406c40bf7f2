/**
 * What a word means that stands where a process type or a dyno may: PM2's users name an app of the
 * ecosystem file, `app:instance`, or an instance by its number. The log tells which dynos run them.
 */
import { ShipitError } from '../errors.js'
import { listFormation, type Dyno, type Formation, type PlatformApi } from '../heroku/index.js'
import { typeOfDyno } from '../lib/dyno-name.js'
import { unknownName } from '../lib/nearest.js'
import type { Selection } from './select.js'
import type { DynoModel } from '../monitor/dyno.js'
import { takeSnapshot, type Snapshot, type SnapshotOptions } from '../monitor/snapshot.js'

/** An instance and the dyno that runs it, or ran it before it was stopped. */
export interface Placed {
  dyno: string
  type: string
  app: string
  instance: number
  isUp: boolean
}

/** What there is to name. */
export interface Known {
  types: readonly string[]
  dynos: readonly string[]
  instances: readonly Placed[]
}

export type Named =
  { kind: 'all' } | { kind: 'type'; type: string } | { kind: 'dyno'; name: string } | NamedInstances

/** An app, or with `instance` one instance of it in each dyno. */
export interface NamedInstances {
  kind: 'instances'
  app: string
  instance: number | undefined
  /** Those that are meant, in dynos that run; if none does, those that ran. */
  at: readonly Placed[]
  /** What runs beside them in the same dynos: other apps, or for one instance other instances. */
  others: readonly string[]
}

const DYNO = /^\w[\w-]*\.\d+$/
/** A process type or an app, `app:instance`, or a number. */
const WORD = /^(?:[\w@][\w.@/-]*(?::\d+)?|\d+)$/

/**
 * The first that there is: a process type, a dyno, an app of the ecosystem file, `app:instance`,
 * the number of an instance.
 * @throws ShipitError `usage` for a number that several apps have, `not_found` for what there is not
 */
export function resolveName(text: string | undefined, known: Known): Named {
  if (text === undefined || text === 'all') return { kind: 'all' }
  if (known.types.includes(text)) return { kind: 'type', type: text }
  if (known.dynos.includes(text)) return { kind: 'dyno', name: text }
  const [, app = text, number] = /^(.+):(\d+)$/.exec(text) ?? []
  const ofApp = known.instances.filter((one) => one.app === app)
  const meant =
    number === undefined ? ofApp : ofApp.filter(({ instance }) => instance === Number(number))
  if (meant.length > 0)
    return placed(app, number === undefined ? undefined : Number(number), meant, known)
  const numbered = /^\d+$/.test(text)
    ? known.instances.filter(({ instance }) => instance === Number(text))
    : []
  const apps = appsOf(numbered)
  if (apps.length === 1) return placed(apps[0]!, Number(text), numbered, known)
  if (apps.length > 1)
    throw new ShipitError('usage', {
      message: `Several apps have an instance ${text}.`,
      next: `Name one of ${apps.map((name) => `${name}:${text}`).join(', ')}`,
    })
  throw new ShipitError(
    'not_found',
    unknownName('process type, dyno or app', text, [
      ...new Set([...known.types, ...known.dynos, ...appsOf(known.instances)]),
    ]),
  )
}

function placed(
  app: string,
  instance: number | undefined,
  meant: readonly Placed[],
  known: Known,
): NamedInstances {
  const up = meant.filter(({ isUp }) => isUp)
  const at = up.length > 0 ? up : meant
  const beside = known.instances.filter(({ dyno }) => at.some((one) => one.dyno === dyno))
  const others =
    instance === undefined
      ? appsOf(beside).filter((other) => other !== app)
      : [...new Set(beside.map((one) => `${one.app}:${one.instance}`))]
          .filter((other) => other !== `${app}:${instance}`)
          .sort()
  return { kind: 'instances', app, instance, at, others }
}

const appsOf = (instances: readonly Placed[]): string[] =>
  [...new Set(instances.map(({ app }) => app))].sort()

export const dynosOf = ({ at }: NamedInstances): string[] => [...new Set(at.map((p) => p.dyno))]
export const typesOf = ({ at }: NamedInstances): string[] => [...new Set(at.map((p) => p.type))]

/** As it was meant: `school`, or `school:0`. */
export const spokenName = ({ app, instance }: NamedInstances): string =>
  instance === undefined ? app : `${app}:${instance}`

/**
 * What happens to the dynos that run an app, in a line: the platform knows dynos alone.
 * @param done what is done to them, such as `restarted`
 */
export function ofWholeDynos(named: NamedInstances, done: string): string {
  const dynos = dynosOf(named)
  const beside = named.others.length === 0 ? '' : ` beside ${named.others.join(', ')}`
  const these = dynos.length === 1 ? 'that dyno is' : 'those dynos are'
  const whole = named.others.length === 0 ? '' : ' whole'
  return `${spokenName(named)} runs in ${dynos.join(', ')}${beside}: ${these} ${done}${whole}.`
}

/**
 * What the platform is told for a name: a whole process type where all of its dynos are meant.
 * @throws ShipitError `not_found` if no dyno runs what is named
 */
export function selectionsOf(named: Named, dynos: readonly Dyno[], app: string): Selection[] {
  if (named.kind === 'all') return [{}]
  if (named.kind === 'type') return [{ type: named.type }]
  if (named.kind === 'dyno') return [{ name: named.name }]
  if (!named.at.some(({ isUp }) => isUp))
    throw new ShipitError('not_found', {
      message: `No dyno of ${app} runs ${spokenName(named)} now.`,
      next: `shipit start ${typesOf(named)[0]} --app ${app}`,
    })
  const names = dynosOf(named)
  return typesOf(named).flatMap((type): Selection[] =>
    dynos.every((dyno) => dyno.type !== type || names.includes(dyno.name))
      ? [{ type }]
      : names.filter((name) => typeOfDyno(name) === type).map((name) => ({ name })),
  )
}

/**
 * An app stops with its dynos if they run nothing else.
 * @throws ShipitError `usage` with what to type if they do
 */
export function stoppable(named: NamedInstances, app: string): void {
  const { app: name, instance, others, at } = named
  const types = typesOf(named)
  if (others.length === 0 && types.length === 1) return
  const siblings = others.filter((other) => other.startsWith(`${name}:`))
  if (instance !== undefined && siblings.length > 0)
    throw new ShipitError('usage', {
      message: `${spokenName(named)} cannot be stopped by itself: Heroku stops whole dynos.`,
      why: `${at[0]!.dyno} runs ${siblings.join(', ')} of it, too.`,
      next:
        `One instance fewer: shipit scale ${name}=${siblings.length} --app ${app}\n` +
        `All of it: shipit stop ${name} --app ${app}`,
    })
  const dynos = dynosOf(named)
  const beside = others.length === 0 ? '' : `, and ${others.join(', ')} beside it`
  throw new ShipitError('usage', {
    message: `${spokenName(named)} cannot be stopped by itself: Heroku stops whole dynos.`,
    why: `${dynos.join(', ')} ${dynos.length === 1 ? 'runs' : 'run'} it${beside}.`,
    next:
      types.map((type) => `All that ${type} runs: shipit stop ${type} --app ${app}\n`).join('') +
      `Only ${name}: take it out of the ecosystem file, then shipit deploy --app ${app}`,
  })
}

/** The instances that a look at the log tells of. */
export function placedIn({ dynos, model }: Pick<Snapshot, 'dynos' | 'model'>): Placed[] {
  return [...model.dynos.values()].flatMap((dyno: DynoModel) =>
    [...dyno.instances.values()].map(({ app, instance }) => ({
      dyno: dyno.name,
      type: typeOfDyno(dyno.name),
      app,
      instance,
      isUp: dynos.some(({ name }) => name === dyno.name),
    })),
  )
}

/** The same, of an app on a platform, and what was read for it. */
export interface Found {
  named: Named
  /** Absent if it was not needed. */
  formation?: Formation[]
  dynos?: Dyno[]
}

/**
 * Asks the platform only what is needed: nothing for a dyno (`web.1`) and for all, the formation
 * for a process type (one call), and the dynos and their log for anything else (two more).
 * @throws ShipitError as resolveName
 */
export async function findNamed(
  api: PlatformApi,
  app: string,
  text: string | undefined,
  options: Pick<SnapshotOptions, 'onFollow'> = {},
): Promise<Found> {
  if (text === undefined || text === 'all') return { named: { kind: 'all' } }
  if (DYNO.test(text)) return { named: { kind: 'dyno', name: text } }
  if (!WORD.test(text)) throw noName(text)
  const formation = await listFormation(api, app)
  const types = formation.map(({ type }) => type)
  if (types.includes(text)) return { named: { kind: 'type', type: text }, formation }
  const seen = await takeSnapshot(api, app, options)
  const named = resolveName(text, {
    types,
    dynos: seen.dynos.map(({ name }) => name),
    instances: placedIn(seen),
  })
  return { named, formation, dynos: seen.dynos }
}

/** Text that is the name of nothing. */
const noName = (text: string): ShipitError =>
  new ShipitError('usage', {
    message: `${text} is no process type (web), dyno (web.1), app or instance (api:0).`,
    next: 'shipit ps lists them.',
  })
