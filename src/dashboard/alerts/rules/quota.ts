import type { DynoFacts, Memory } from '../facts.js'
import { MINUTE, type Judgement, type Rule } from '../rule.js'

/** Shares of the quota, or of the limit. */
const RAISED = 0.95
const CLEARED = 0.85
/** ms after Heroku's R14 in which that tells it already. */
const TOLD = MINUTE

/**
 * The memory of a dyno near its quota, or of an instance near the limit where PM2 restarts it:
 * before Heroku's codes, or a restart, tell of it.
 */
export const quota: Rule = {
  id: 'quota',
  title: 'memory nearly full',
  raiseAfter: MINUTE,
  clearAfter: MINUTE,
  judge: ({ dynos, now }) => dynos.flatMap((dyno) => judge(dyno, now)),
}

function judge(dyno: DynoFacts, now: number): Judgement[] {
  const { name, state, memory, instances, incidents } = dyno
  if (state !== 'up') return [{ place: name, is: 'fine', text: `${name} is ${state}.` }]
  const isTold = incidents.some(({ kind, time }) => kind === 'R14' && time > now - TOLD)
  return [
    judged(name, memory, 'its quota', isTold),
    ...instances.map(({ id, memory: own }) =>
      judged(`${name} ${id}`, own, 'its limit, where PM2 restarts it', false),
    ),
  ]
}

function judged(place: string, memory: Memory | null, of: string, isTold: boolean): Judgement {
  if (!memory) return { place, is: 'between', text: `The memory of ${place} is not known.` }
  const { usedMb, limitMb } = memory
  const share = usedMb / limitMb
  const is = share < CLEARED ? 'fine' : share >= RAISED && !isTold ? 'bad' : 'between'
  const percent = Math.round(share * 100)
  const text =
    `${place} takes ${Math.round(usedMb)} of ${Math.round(limitMb)} MB: ` + `${percent}% of ${of}.`
  return { place, is, text }
}
