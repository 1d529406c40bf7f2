import { duration } from '../../../lib/duration.js'
import type { DynoFacts } from '../facts.js'
import { MINUTE, type Judgement, type Rule } from '../rule.js'

/** Lines of figures that are missing, if they come less often than the 20 s of a default. */
const MISSING = 3
/** PM2's words for an instance of which figures come. */
const TOLD_OF = new Set(['online', 'launching'])

/** A dyno that is up, that shipit-runtime told figures of, and of which none come any more. */
export const silent: Rule = {
  id: 'silent',
  title: 'no figures',
  raiseAfter: 0,
  clearAfter: 0,
  judge: ({ dynos, now }) => dynos.map((dyno) => judge(dyno, now)),
}

function judge({ name, state, instances, heardAt, figuresEvery }: DynoFacts, now: number) {
  const fine = (text: string): Judgement => ({ place: name, is: 'fine', text })
  // What sleeps, starts or stops tells none, and one without shipit-runtime never did.
  if (state !== 'up') return fine(`${name} is ${state}.`)
  if (heardAt === null || !instances.some(({ status }) => TOLD_OF.has(status ?? '')))
    return fine(`${name} has no instances that tell figures.`)
  const silence = now - heardAt
  if (silence < Math.max(MINUTE, MISSING * figuresEvery))
    return fine(`Figures of ${name} come again.`)
  const text = `${name} is up, and has told no figures for ${duration(silence)}.`
  return { place: name, is: 'bad', text } satisfies Judgement
}
