import { closest, distance } from 'fastest-levenshtein'
import type { EcosystemProblem } from './types.js'

export type Path = readonly (string | number)[]

/** A problem before its place in the file is known. */
export interface UnplacedProblem {
  severity: EcosystemProblem['severity']
  path: Path
  /** Whether the key itself is wrong, or its value. */
  at: 'key' | 'value'
  message: string
  suggestion?: string
}

/** 1-based line and column of a key or a value; undefined if the format has no places. */
export type Locate = (
  path: Path,
  at: UnplacedProblem['at'],
) => { line: number; column: number } | undefined

export function errorAt(path: Path, message: string, suggestion?: string): UnplacedProblem {
  return {
    severity: 'error',
    path,
    at: 'value',
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  }
}

export function warningAt(path: Path, message: string, suggestion?: string): UnplacedProblem {
  return { ...errorAt(path, message, suggestion), severity: 'warning' }
}

export function unknownKey(path: Path, message: string, known: readonly string[]): UnplacedProblem {
  const suggestion = didYouMean(String(path.at(-1)), known)
  return { ...warningAt(path, message, suggestion), at: 'key' }
}

/** "did you mean instances?", or undefined if nothing known is near enough to be a slip. */
function didYouMean(word: string, known: readonly string[]): string | undefined {
  if (word.length < 2 || known.length === 0) return undefined
  const plain = word.toLowerCase().replaceAll('-', '_')
  // A word that was cut short (max_memory) is further away by letters than an unrelated short word.
  const longer =
    plain.length >= 5 ? known.filter((name) => name.toLowerCase().startsWith(plain)) : []
  const nearest = longer.toSorted((a, b) => a.length - b.length)[0] ?? closest(plain, [...known])
  const isNear =
    longer.length > 0 ||
    distance(plain, nearest.toLowerCase()) <= Math.max(1, Math.floor(plain.length / 3))
  return isNear ? `did you mean ${nearest}?` : undefined
}

export function placeProblem(problem: UnplacedProblem, locate: Locate): EcosystemProblem {
  const { severity, path, at, message, suggestion } = problem
  return {
    severity,
    path: path.join('/'),
    ...locate(path, at),
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  }
}
