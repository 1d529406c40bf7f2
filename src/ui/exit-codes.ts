/** Which of the exit codes a command can end with: its `--help` prints them. */
import { EXIT_CODES, type ErrorCode } from '../errors.js'
import { indented } from '../lib/wrap.js'

const PLATFORM: readonly ErrorCode[] = ['auth', 'not_found', 'refused', 'network', 'local']
const WAIT: readonly ErrorCode[] = ['boot', 'timeout', 'interrupted']
const CHECKS: readonly ErrorCode[] = ['project', 'git']

/** Beside those that follow from a command's flags. */
const OWN: Readonly<Record<string, readonly ErrorCode[]>> = {
  'apps:create': ['interrupted'],
  'config:pull': ['interrupted', 'project'],
  'config:push': ['interrupted', 'project'],
  'config:set': ['interrupted'],
  delete: ['timeout', 'interrupted'],
  deploy: [...CHECKS, 'push', 'build', 'release', 'health', 'rollback'],
  destroy: ['interrupted'],
  dev: ['project', 'interrupted'],
  doctor: [...CHECKS, ...PLATFORM],
  init: [...CHECKS, 'network', 'interrupted'],
  'keys:set': ['interrupted'],
  'local:cycle': PLATFORM,
  'local:env': ['local'],
  'local:reset': ['local', 'interrupted'],
  'local:start': ['local', 'refused'],
  'local:status': ['local'],
  'local:stop': ['local'],
  login: ['auth', 'refused', 'network', 'timeout', 'interrupted'],
  logout: ['project'],
  rollback: ['release'],
  run: ['timeout', 'interrupted'],
}

/** @param flags names of its flags */
export function exitCodesOf(id: string, flags: readonly string[]): ErrorCode[] {
  const can = new Set<ErrorCode>([
    'internal',
    'usage',
    ...(flags.includes('local') ? PLATFORM : []),
    // The ecosystem file, and a disk that is full.
    ...(flags.includes('app') ? (['project'] as const) : []),
    ...(flags.includes('wait-timeout') ? WAIT : []),
    ...(OWN[id] ?? []),
  ])
  return (Object.keys(EXIT_CODES) as ErrorCode[]).filter((code) => can.has(code))
}

/** `0    success` and so on, in lines of at most `width` columns. */
export const exitCodeRows = (codes: readonly ErrorCode[], width: number): string =>
  [{ exit: 0, means: 'success' }, ...codes.map((code) => EXIT_CODES[code])]
    .flatMap(({ exit, means }) => indented(means, String(exit).padEnd(COLUMN), COLUMN, width))
    .join('\n')

const COLUMN = 5
