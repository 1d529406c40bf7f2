/** Which of the exit codes a command can end with: its `--help` prints them. */
import { EXIT_CODES, type ErrorCode } from '../errors.js'
import { indented } from '../lib/wrap.js'

export const PLATFORM: readonly ErrorCode[] = ['auth', 'not_found', 'refused', 'network', 'local']
const WAIT: readonly ErrorCode[] = ['boot', 'timeout', 'interrupted']
export const CHECKS: readonly ErrorCode[] = ['project', 'git']
/** Of a commit that is deployed and judged. */
export const DEPLOYS: readonly ErrorCode[] = [
  ...CHECKS,
  'push',
  'build',
  'release',
  'health',
  'rollback',
]

/** Of a command, or of what oclif's manifest has of it. */
export function exitCodesOf({
  flags: all = {},
  exitCodes = [],
}: {
  flags?: object | undefined
  exitCodes?: unknown
}): ErrorCode[] {
  const flags = Object.keys(all)
  const can = new Set<ErrorCode>([
    'internal',
    'usage',
    ...(flags.includes('local') ? PLATFORM : []),
    // The ecosystem file, and a disk that is full; Ctrl-C at the question which app or dyno is meant.
    ...(flags.includes('app') ? (['project', 'interrupted'] as const) : []),
    ...(flags.includes('wait-timeout') ? WAIT : []),
    ...(exitCodes as ErrorCode[]),
  ])
  return (Object.keys(EXIT_CODES) as ErrorCode[]).filter((code) => can.has(code))
}

/** `0    success` and so on, in lines of at most `width` columns. */
export const exitCodeRows = (codes: readonly ErrorCode[], width: number): string =>
  [{ exit: 0, means: 'success' }, ...codes.map((code) => EXIT_CODES[code])]
    .flatMap(({ exit, means }) => indented(means, String(exit).padEnd(COLUMN), COLUMN, width))
    .join('\n')

const COLUMN = 5
