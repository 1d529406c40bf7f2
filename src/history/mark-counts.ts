import type { HistoryMark } from './history.js'

export interface MarkCounts {
  releases: number
  restarts: number
  crashes: number
  scalings: number
  configChanges: number
  /** Heroku's and the router's, and how often each began: one that lasts is one. */
  codes: Record<string, number>
}

/** How often each thing happened. */
export function countMarks(marks: readonly HistoryMark[]): MarkCounts {
  const of = (wanted: HistoryMark['kind']) => marks.filter(({ kind }) => kind === wanted).length
  const codes: Record<string, number> = {}
  for (const { kind, text } of marks) {
    const code = kind === 'memory' || kind === 'fault' ? /\b[A-Z]\d\d\b/.exec(text)?.[0] : undefined
    if (code !== undefined) codes[code] = (codes[code] ?? 0) + 1
  }
  return {
    releases: of('release'),
    restarts: of('restart'),
    crashes: of('crash'),
    scalings: of('scale'),
    configChanges: of('config'),
    codes,
  }
}

/** Whether a mark is about a dyno, or with `instance` about that one in it. */
export const isAbout = (
  { place }: Pick<HistoryMark, 'place'>,
  dyno: string,
  instance?: string,
): boolean =>
  instance === undefined
    ? place === dyno || place.startsWith(`${dyno} `)
    : place === `${dyno} ${instance}`
