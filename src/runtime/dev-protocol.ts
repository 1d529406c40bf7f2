/**
 * How another terminal speaks to a running `shipit dev`: one request a connection, as a line of
 * JSON over a socket that its user alone can open, and lines of JSON as the answer. The runtime is
 * the server; the CLI's verbs are its clients.
 */

/** Changes with every request or answer that an older side would not understand. */
export const DEV_PROTOCOL = 1

/** Bytes of a request; nothing that is asked is longer. */
export const LONGEST_REQUEST = 16_384

const DEV_VERBS = ['restart', 'reload', 'stop', 'start', 'delete'] as const
export type DevVerb = (typeof DEV_VERBS)[number]

/**
 * `name`: an app, PM2's id, `app:instance`, a namespace, or `all`. `number`: `3`, `+1` or `-2`.
 * `follow`: what `look` answers, and then what comes.
 */
export type DevRequest =
  | { verb: DevVerb; name: string }
  | { verb: 'scale'; name: string; number: string }
  | { verb: 'look' }
  | { verb: 'follow' }

/** One instance as PM2 has it, whether it runs or not. */
export interface DevInstance {
  /** PM2's id; null for an app that was never started (`autostart: false`). */
  pmId: number | null
  app: string
  instance: number
  mode: 'cluster' | 'fork'
  /** PM2's word. */
  status: string
  pid: number | null
  restarts: number
  /** Seconds; null if it does not run. */
  uptime: number | null
  isWatched: boolean
}

/** A line that the session printed, or figures that it keeps for those who ask. */
export interface DevLine {
  /** ms since the epoch */
  at: number
  stream: 'out' | 'err' | 'figures'
  text: string
  /** `api:0`, for what an instance printed. */
  of?: string
}

/** What runs. */
export interface DevSession {
  folder: string
  /** Of the runtime; clients tell their user that of `shipit dev` itself. */
  pid: number
  /** ms since the epoch */
  startedAt: number
  /** What PORT is; null if it is not set. */
  port: number | null
  /** What was typed after `shipit dev`. */
  line: string[]
}

export interface DevRefusal {
  code: 'usage' | 'not_found' | 'refused'
  message: string
  why?: string
  next?: string
  /** Names that could have been meant, of `not_found`. */
  known?: string[]
}

export type DevAnswer =
  | { session: DevSession; instances: DevInstance[]; lines: DevLine[] }
  | { instances: DevInstance[] }
  | { line: DevLine }
  | { done: DevDone }
  | { refused: DevRefusal }

/** What a verb came to: the instances that it changed (`api:0`), and of `scale` the numbers. */
export interface DevDone {
  instances: string[]
  app?: string
  before?: number
  after?: number
  /** Of `delete`: whether nothing is left to run, so that the session ends. */
  isOver?: boolean
}

/** The request of a line; a sentence if it is none. */
export function parseRequest(text: string): DevRequest | string {
  const asked = parsed(text)
  if (asked === undefined) return 'the request is not a JSON object'
  const { v, verb, name, number } = asked
  if (v !== DEV_PROTOCOL)
    return (
      `the request is of version ${String(v)}, and this runtime speaks ${DEV_PROTOCOL}: run the ` +
      'same shipit in both terminals'
    )
  if (verb === 'look' || verb === 'follow') return { verb }
  if (typeof name !== 'string' || name === '' || name.length > 200)
    return 'the request names no app'
  if (verb === 'scale')
    return typeof number === 'string' && number.length < 20
      ? { verb, name, number }
      : 'the request says no number'
  const known = DEV_VERBS.find((one) => one === verb)
  return known === undefined
    ? `there is no verb ${String(verb).slice(0, 40)}`
    : { verb: known, name }
}

export const requestLine = (request: DevRequest): string =>
  `${JSON.stringify({ v: DEV_PROTOCOL, ...request })}\n`

/**
 * An answer's line; undefined for what is none. The other end is a runtime of this user's, of any
 * version: shapes are looked at as far as they are read.
 */
export function parseAnswer(text: string): DevAnswer | undefined {
  const answer = parsed(text)
  if (answer === undefined) return undefined
  const { session, instances, lines, line, done, refused } = answer
  if (
    isObject(refused) &&
    typeof refused.message === 'string' &&
    ['usage', 'not_found', 'refused'].includes(String(refused.code))
  )
    return { refused: refused as unknown as DevRefusal }
  if (isObject(done) && isListOf(done.instances, (one) => typeof one === 'string'))
    return { done: done as unknown as DevDone }
  if (isLine(line)) return { line }
  if (!isListOf(instances, isInstance)) return undefined
  if (session === undefined) return { instances }
  if (!isSession(session) || !isListOf(lines, isLine)) return undefined
  return { session, instances, lines }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isListOf = <T>(value: unknown, isOne: (one: unknown) => one is T): value is T[] =>
  Array.isArray(value) && value.every(isOne)
const isNumberOrNull = (value: unknown): value is number | null =>
  value === null || typeof value === 'number'

const isLine = (value: unknown): value is DevLine =>
  isObject(value) &&
  typeof value.at === 'number' &&
  typeof value.text === 'string' &&
  ['out', 'err', 'figures'].includes(String(value.stream))

const isInstance = (value: unknown): value is DevInstance =>
  isObject(value) &&
  isNumberOrNull(value.pmId) &&
  typeof value.app === 'string' &&
  typeof value.instance === 'number' &&
  typeof value.status === 'string' &&
  isNumberOrNull(value.pid) &&
  typeof value.restarts === 'number' &&
  isNumberOrNull(value.uptime) &&
  (value.mode === 'cluster' || value.mode === 'fork')

const isSession = (value: unknown): value is DevSession =>
  isObject(value) &&
  typeof value.folder === 'string' &&
  typeof value.pid === 'number' &&
  typeof value.startedAt === 'number' &&
  isNumberOrNull(value.port) &&
  isListOf(value.line, (one): one is string => typeof one === 'string')
