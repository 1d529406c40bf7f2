import { duration } from '../../../lib/duration.js'
import type { DynoFacts } from '../facts.js'
import type { Incident } from '../incidents.js'
import { MINUTE, SECOND, type Judgement, type Rule } from '../rule.js'

/** PM2 restarts an instance within seconds. */
const OF_INSTANCE = { least: 3, within: 5 * MINUTE }
/** Heroku restarts a dyno at once, and then after a pause that grows. */
const OF_DYNO = { least: 2, within: 10 * MINUTE }
/** ms without another before it may be over. */
const CALM = MINUTE

/** An instance or a dyno that ends again and again. */
export const crashLoop: Rule = {
  id: 'crash-loop',
  title: 'crash loop',
  raiseAfter: 0,
  clearAfter: MINUTE,
  judge: ({ dynos, now }) => dynos.map((dyno) => judge(dyno, now)),
}

function judge({ name, state, incidents }: DynoFacts, now: number): Judgement {
  const crashes = incidents.filter(
    ({ kind, time }) => kind === 'crash' && time > now - OF_DYNO.within,
  )
  const loops = [...byInstance(incidents, now - OF_INSTANCE.within)].sort(
    ([, one], [, other]) => other.length - one.length,
  )
  const [instance, exits = []] = loops[0] ?? []
  if (exits.length >= OF_INSTANCE.least)
    return { place: name, is: 'bad', text: inWords(`${instance} in ${name}`, exits) }
  if (crashes.length >= OF_DYNO.least)
    return { place: name, is: 'bad', text: inWords(name, crashes) }
  const last = Math.max(...exits.map(({ time }) => time), ...crashes.map(({ time }) => time))
  const isCalm = exits.length <= 1 && crashes.length <= 1 && last <= now - CALM
  return {
    place: name,
    is: isCalm && state !== 'starting' && state !== 'crashed' ? 'fine' : 'between',
    text: `${name} is ${state}, and has not crashed for a while.`,
  }
}

function byInstance(incidents: readonly Incident[], since: number): Map<string, Incident[]> {
  const found = new Map<string, Incident[]>()
  for (const one of incidents)
    if (one.kind === 'exit' && one.instance !== null && one.time > since)
      found.set(one.instance, [...(found.get(one.instance) ?? []), one])
  return found
}

/** `api:0 in web.1 crashed 3 times in 12 s, and last exited with code 7.` */
function inWords(who: string, incidents: readonly Incident[]): string {
  const last = incidents.at(-1)!
  const passed = Math.max(SECOND, last.time - incidents[0]!.time)
  const how = last.kind === 'exit' ? `, and last ${last.text}` : ''
  return `${who} crashed ${incidents.length} times in ${duration(passed)}${how}.`
}
