import type { Candidate } from './plan.js'
import type { Shell } from './scripts.js'

/**
 * What the shell's script reads: a line `files` or `words`, then a candidate a line, with a tab and
 * what it is about for shells that show that.
 */
export function answerFor(
  shell: Shell,
  current: string,
  { candidates, isFiles }: { candidates: readonly Candidate[]; isFiles: boolean },
  breaks = '',
): string {
  const fitting = candidates.filter(({ value }) => value.startsWith(current))
  // bash replaces what follows the last character that breaks words for it (COMP_WORDBREAKS).
  const kept = shell === 'bash' ? lastBreak(current, breaks) : 0
  const lines = fitting.map(({ value, about }) =>
    shell === 'bash'
      ? value.slice(kept)
      : `${value}${about ? `\t${about.replace(/[\t\n]/g, ' ')}` : ''}`,
  )
  return [isFiles && fitting.length === 0 ? 'files' : 'words', ...lines, ''].join('\n')
}

const lastBreak = (word: string, breaks: string) =>
  Math.max(
    ...[':', '='].filter((one) => breaks.includes(one)).map((one) => word.lastIndexOf(one)),
    -1,
  ) + 1

/**
 * The words of a line before `point` as a shell splits them, without the first; the last one may be
 * empty. What only a shell can expand stays as it is typed.
 */
export function wordsOfLine(line: string, point: number): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  const typed = Buffer.from(line).subarray(0, point).toString()
  for (let at = 0; at < typed.length; at += 1) {
    const character = typed[at]!
    if (quote !== '') {
      if (character === quote) quote = ''
      else word = `${word ?? ''}${character}`
    } else if (character === "'" || character === '"') {
      quote = character
      word ??= ''
    } else if (character === '\\') {
      at += 1
      word = `${word ?? ''}${typed[at] ?? ''}`
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = `${word ?? ''}${character}`
  }
  return [...words, word ?? ''].slice(1)
}
