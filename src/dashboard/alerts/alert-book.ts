import { plainText } from '../../lib/terminal.js'
import { inWords } from '../app-state.js'
import type { Alert } from '../wire.js'
import type { AppFacts } from './facts.js'
import type { Judgement, Rule } from './rule.js'

/** ms after the platform begins to tell before anything is judged by it: figures come every 20 s. */
const SETTLES = 25_000
/** ms between two looks after which this machine has slept: what is known is of before. */
const SLEPT = 30_000
/** Alerts of one rule at a time; more are told in one, so that a bad release is no hundred calls. */
const MOST_OF_RULE = 5
/** Characters. */
const LONGEST = { place: 200, text: 500 }

/** A place as a rule judges it. */
interface Watched {
  rule: Rule
  place: string | null
  is: Judgement['is']
  /** ms since the epoch from which on it is so without a break. */
  since: number
  text: string
  /** What it has a part in. */
  raised: Raised | undefined
}

interface Raised {
  alert: Alert
  /** Whether it takes in what comes later, without a word. */
  isShared: boolean
  places: Set<Watched>
}

interface Told {
  app: string
  now: number
  place: string | null
  text: string
  isShared?: boolean
}

/** What is wrong with one app. Only changes are told: that it has become so, and that it is over. */
export class AlertBook {
  private readonly watched = new Map<string, Watched>()
  private readonly open = new Set<Raised>()
  private lookedAt = -Infinity
  /** Since when the platform tells how the app is. */
  private toldSince: number | undefined

  constructor(private readonly rules: readonly Rule[]) {}

  /** Those that are raised, as they were told. */
  get raised(): Alert[] {
    return [...this.open].map(({ alert }) => alert)
  }

  /** To be called every few seconds. Returns what has changed. */
  look(facts: AppFacts): Alert[] {
    const { now, problem } = facts
    const hasSlept = Math.abs(now - this.lookedAt) > SLEPT
    this.lookedAt = now
    if (hasSlept) for (const one of this.watched.values()) one.since = now
    if (hasSlept || problem !== null) this.toldSince = undefined
    if (problem === null) this.toldSince ??= now
    const isSettled = this.toldSince !== undefined && now - this.toldSince >= SETTLES
    return this.rules.flatMap((rule) =>
      rule.isOfPlatform || isSettled ? this.apply(rule, facts) : this.rest(rule, now),
    )
  }

  /** What is not known meanwhile has not lasted meanwhile. */
  private rest(rule: Rule, now: number): Alert[] {
    for (const one of this.watched.values()) if (one.rule === rule) one.since = now
    return []
  }

  private apply(rule: Rule, facts: AppFacts): Alert[] {
    const { now } = facts
    const due: Watched[] = []
    const over: Watched[] = []
    for (const one of this.judged(rule, facts)) {
      const lasted = now - one.since
      if (!one.raised && one.is === 'bad' && lasted >= rule.raiseAfter) due.push(one)
      if (one.raised && one.is === 'fine' && lasted >= rule.clearAfter) over.push(one)
    }
    const resolved = over.flatMap((one) => this.clear(one, now))
    return [...resolved, ...this.raise(rule, due, facts)]
  }

  private judged(rule: Rule, facts: AppFacts): Watched[] {
    const judged = new Set<Watched>()
    for (const judgement of rule.judge(facts)) judged.add(this.note(rule, judgement, facts.now))
    for (const [key, one] of this.watched) {
      if (one.rule !== rule || judged.has(one)) continue
      // Nobody waits for what is gone.
      if (!one.raised) this.watched.delete(key)
      else judged.add(this.note(rule, gone(one.place), facts.now))
    }
    return [...judged]
  }

  private note(rule: Rule, { place, is, text }: Judgement, now: number): Watched {
    const key = `${rule.id} ${place ?? ''}`
    const known = this.watched.get(key)
    if (known) {
      if (known.is !== is) Object.assign(known, { is, since: now })
      known.text = text
      return known
    }
    const made = { rule, place, is, since: now, text, raised: undefined }
    this.watched.set(key, made)
    return made
  }

  private raise(rule: Rule, due: readonly Watched[], { app, now }: AppFacts): Alert[] {
    if (due.length === 0) return []
    const open = [...this.open].filter(({ alert }) => alert.rule === rule.id)
    if (open.length + due.length <= MOST_OF_RULE)
      return due.map((one) => this.tell([one], { place: one.place, text: one.text, app, now }))
    const shared = open.find(({ isShared }) => isShared)
    if (shared) {
      for (const one of due) join(one, shared)
      return []
    }
    const [first, ...others] = due as [Watched, ...Watched[]]
    const places = others.map(({ place }) => place ?? app)
    const text =
      places.length === 0 ? first.text : `${first.text} So it is with ${inWords(places)}.`
    return [this.tell(due, { place: null, text, app, now, isShared: true })]
  }

  private tell(due: readonly Watched[], { app, now, place, text, isShared = false }: Told): Alert {
    const { id, title } = due[0]!.rule
    const at = new Date(now).toISOString()
    const cleanPlace = place === null ? null : clean(place, LONGEST.place)
    const alert: Alert = {
      id: [app, id, cleanPlace, now].join(' '),
      app,
      rule: id,
      title,
      place: cleanPlace,
      state: 'raised',
      at,
      raised_at: at,
      text: clean(text, LONGEST.text),
    }
    const raised = { alert, isShared, places: new Set<Watched>() }
    this.open.add(raised)
    for (const one of due) join(one, raised)
    return alert
  }

  private clear(one: Watched, now: number): Alert[] {
    const raised = one.raised!
    one.raised = undefined
    raised.places.delete(one)
    if (raised.places.size > 0) return []
    this.open.delete(raised)
    const at = new Date(now).toISOString()
    return [{ ...raised.alert, state: 'resolved', at, text: clean(one.text, LONGEST.text) }]
  }
}

const gone = (place: string | null): Judgement => ({
  place,
  is: 'fine',
  text: `${place} runs no more.`,
})

function join(one: Watched, raised: Raised): void {
  one.raised = raised
  raised.places.add(one)
}

/** One line, without what steers a terminal: names of instances are the app's own. */
const clean = (text: string, longest: number): string =>
  plainText(text).replace(/\s+/g, ' ').trim().slice(0, longest)
