import { ShipitError } from '../errors.js'
import { byTypeAndNumber, type Dyno, type Formation } from '../heroku/index.js'
import { unknownName } from '../lib/nearest.js'
import { startAdvice } from './start-advice.js'

/** `web` names a process type, `web.1` one dyno of it; nothing, or PM2's word `all`, names all. */
export type Selection =
  | { type?: undefined; name?: undefined }
  | { type: string; name?: undefined }
  | { name: string; type?: undefined }

/** Reads what a user types for a process type or a dyno. */
export function parseSelection(text: string | undefined): Selection {
  if (text === undefined || text === 'all') return {}
  // A number alone is PM2's of an instance.
  if (!/^(?!\d+$)\w[\w-]*(\.\d+)?$/.test(text)) {
    throw new ShipitError('usage', {
      message: `${text} is neither a process type (web) nor a dyno (web.1).`,
      next: 'The instances of an app restart with their dyno; `shipit ps` lists both.',
    })
  }
  return text.includes('.') ? { name: text } : { type: text }
}

/** A process type, or undefined for all of them. */
export const parseType = (text: string | undefined): string | undefined =>
  text === 'all' ? undefined : text

/**
 * The dynos that a selection means, and the selection as the platform takes it: on Fir a dyno's
 * name (web-1a2b3-4c5d6) reads like a process type. Throws as selectDynos.
 */
export function selected(
  dynos: readonly Dyno[],
  formation: readonly Formation[],
  asked: Selection,
  app: string,
): { dynos: Dyno[]; selection: Selection } {
  const selection = exactSelection(asked, dynos, formation)
  return { dynos: selectDynos(dynos, formation, selection, app), selection }
}

/** A name of no process type that a dyno has is that dyno's. */
export function exactSelection(
  asked: Selection,
  dynos: readonly Pick<Dyno, 'name'>[],
  formation: readonly Pick<Formation, 'type'>[],
): Selection {
  const { type } = asked
  if (
    type === undefined ||
    formation.some((row) => row.type === type) ||
    !dynos.some(({ name }) => name === type)
  )
    return asked
  return { name: type }
}

/**
 * The dynos of the formation that a selection means, in the order of their names. Throws
 * ShipitError `not_found` if there are none.
 */
export function selectDynos(
  dynos: readonly Dyno[],
  formation: readonly Formation[],
  { type, name }: Selection,
  app: string,
): Dyno[] {
  const ofFormation = dynos.filter((dyno) => formation.some((row) => row.type === dyno.type))
  const selected = ofFormation.filter(
    (dyno) =>
      (name === undefined || dyno.name === name) && (type === undefined || dyno.type === type),
  )
  if (type !== undefined && !formation.some((row) => row.type === type))
    throw new ShipitError(
      'not_found',
      unknownName(
        'process type',
        type,
        formation.map((row) => row.type),
      ),
    )
  if (selected.length > 0) return selected.sort(byTypeAndNumber)
  throw new ShipitError('not_found', {
    message: name
      ? `${app} has no dyno ${name}.`
      : type
        ? `${app} has no running dyno of type ${type}.`
        : `${app} has no running dyno.`,
    why:
      ofFormation.length > 0
        ? `Its dynos are ${ofFormation
            .sort(byTypeAndNumber)
            .map((dyno) => dyno.name)
            .join(', ')}.`
        : 'Its formation is ' +
          `${formation.map((row) => `${row.type}=${row.quantity}`).join(' ') || 'empty'}.`,
    next: ofFormation.length > 0 ? `shipit ps --app ${app}` : startAdvice(app, formation, type),
  })
}
