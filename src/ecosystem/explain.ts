import type { EcosystemProblem } from './types.js'

/** One line: `ecosystem.config.yml:4:5 apps/0/instnces: unknown option; did you mean instances?` */
export function explain(problem: EcosystemProblem, file: string): string {
  const place = [file, problem.line, problem.column].filter((part) => part !== undefined).join(':')
  const subject = problem.path === '' ? place : `${place} ${problem.path}`
  return printable(
    `${subject}: ${[problem.message, problem.suggestion].filter(Boolean).join('; ')}`,
  )
}

/** Keys and messages come out of the file: what could move a terminal's cursor is written out. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/g, (char) =>
    char === '\n' ? ' ' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
