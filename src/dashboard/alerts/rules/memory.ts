import type { DynoFacts } from '../facts.js'
import { MINUTE, type Judgement, type Rule } from '../rule.js'

/** ms that a code counts: Heroku repeats R14 every 20 s as long as it lasts; R15 ends the dyno. */
const LASTS = { R14: MINUTE, R15: 5 * MINUTE }

/** Heroku's R14 and R15: devcenter.heroku.com/articles/error-codes. */
export const memory: Rule = {
  id: 'memory',
  title: 'memory quota exceeded',
  raiseAfter: 0,
  clearAfter: 2 * MINUTE,
  judge: ({ dynos, now }) => dynos.map((dyno) => judge(dyno, now)),
}

function judge({ name, memory, incidents }: DynoFacts, now: number): Judgement {
  const has = (code: 'R14' | 'R15') =>
    incidents.some(({ kind, time }) => kind === code && time > now - LASTS[code])
  const takes = memory
    ? `: it takes ${Math.round(memory.usedMb)} of ${Math.round(memory.limitMb)} MB`
    : ''
  if (has('R15'))
    return {
      place: name,
      is: 'bad',
      text: `${name} was killed since it took far more than its memory quota (R15).`,
    }
  if (has('R14'))
    return { place: name, is: 'bad', text: `${name} is over its memory quota (R14)${takes}.` }
  return { place: name, is: 'fine', text: `${name} is within its memory quota again${takes}.` }
}
