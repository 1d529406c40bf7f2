import type { DynoReport } from '../monitor/index.js'
import type { AppSummary } from './wire.js'

type Standing = Pick<AppSummary, 'state' | 'state_why'>

/** An Eco dyno that sleeps is as it should be. */
const isUp = ({ state }: DynoReport) => state === 'up' || state === 'idle'
/** PM2's words for an instance that serves, or that is just being started or stopped. */
const FINE = new Set(['online', 'launching', 'stopping'])

/** Dynos of the formation: one-off dynos and release phases come and go. */
export const ofFormation = (dynos: readonly DynoReport[]): DynoReport[] =>
  dynos.filter(({ type }) => type !== 'run' && type !== 'release' && type !== 'scheduler')

/** How an app is, in a word and a sentence. @param dynos of its formation */
export function standingOf(dynos: readonly DynoReport[]): Standing {
  const named = (test: (dyno: DynoReport) => boolean) => dynos.filter(test).map(({ name }) => name)
  const crashed = named(({ state }) => state === 'crashed')
  const starting = named(({ state }) => state === 'starting')
  const down = named(({ state }) => state === 'down')
  const up = dynos.filter(isUp)
  if (dynos.length === 0) return { state: 'stopped', state_why: 'No dyno runs.' }
  if (crashed.length > 0)
    return {
      state: up.length === 0 && starting.length === 0 ? 'crashed' : 'degraded',
      state_why: `${inWords(crashed)} ${crashed.length === 1 ? 'has' : 'have'} crashed.`,
    }
  if (starting.length > 0)
    return {
      state: 'starting',
      state_why: `${inWords(starting)} ${starting.length === 1 ? 'is' : 'are'} starting.`,
    }
  if (down.length > 0)
    return {
      state: up.length === 0 ? 'crashed' : 'degraded',
      state_why: `${inWords(down)} ${down.length === 1 ? 'is' : 'are'} down.`,
    }
  const unwell = up.flatMap(({ name, instances }) =>
    instances
      .filter(({ status }) => status !== null && !FINE.has(status))
      .map(({ id, status }) => `${id} in ${name} is ${status}`),
  )
  if (unwell.length > 0) return { state: 'degraded', state_why: `${inWords(unwell)}.` }
  const faulty = dynos.filter(({ fault }) => fault !== null)
  if (faulty.length > 0)
    return {
      state: 'degraded',
      state_why: `${inWords(faulty.map(({ name, fault }) => `${name} has ${fault}`))}.`,
    }
  return { state: 'up', state_why: null }
}

/** `web.1, web.2 and 3 more` */
export const inWords = (names: readonly string[]): string =>
  names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
