import type { Locate } from './problem.js'
import type { EcosystemProblem } from './types.js'

/**
 * A file's data with a way back to its places, or the problems that keep it from being read.
 * `isCode`: only running it told the data.
 */
export type Source =
  | { data: unknown; locate: Locate; problems?: EcosystemProblem[]; isCode?: true }
  | { problems: EcosystemProblem[]; isCode?: true }

export const noPlace: Locate = () => undefined

/** A problem of the file as a whole. */
export function fileProblem(
  message: string,
  place: { line?: number; column?: number; suggestion?: string } = {},
): EcosystemProblem {
  return { severity: 'error', path: '', message, ...place }
}

/** 1-based line and column of an offset; CRLF, LF and a lone CR each end a line. */
export function placeAt(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/)
  return { line: lines.length, column: lines.at(-1)!.length + 1 }
}
