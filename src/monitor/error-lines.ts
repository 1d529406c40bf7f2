import type { LogLine } from '../heroku/index.js'
import { isBadChange } from './change-words.js'
import { isFault } from './platform-line.js'
import { readLine } from './read-line.js'
import { anyOf } from '../lib/any-of.js'

/**
 * Words by which loggers and Node mark an error; a logger's plain counts ("0 errors") and fields
 * (`error=null`) are none.
 */
const WORD = anyOf([
  /\b(?:error|exception|fatal)\b(?!["']?[=:] ?(?:null|false|0|""|none|undefined)\b)/i,
  /\b(?:panic|critical|uncaught)\b(?!["']?[=:] ?(?:null|false|0|""|none|undefined)\b)/i,
  /\b(?:unhandled)\b(?!["']?[=:] ?(?:null|false|0|""|none|undefined)\b)/i,
  /[a-z]Error\b/i,
  /"level":(?:50|60)\b/i,
])
/**
 * Most lines have none of the letters that begin these words followed so; this is quicker to rule
 * out.
 */
const HINT =
  /rror|RROR|xception|XCEPTION|atal|ATAL|anic|ANIC|ritical|RITICAL|ncaught|NCAUGHT|nhandled|NHANDLED|level":[56]0/

/**
 * Whether an app's line says that something went wrong: a log tells no stderr from stdout, so the
 * words decide.
 */
export function isErrorText(message: string): boolean {
  return HINT.test(message) && WORD.test(message)
}

/**
 * Whether a line is an error in itself: the app's words, a request that failed, Heroku's R and L
 * codes, an instance that failed.
 */
function isErrorLine(line: LogLine): boolean {
  const reading = readLine(line)
  switch (reading.kind) {
    case 'request':
      return reading.isError
    case 'platform':
      return isFault(reading)
    case 'change':
      return isBadChange(reading)
    case 'foreign':
      return isErrorText(line.message)
    default:
      return false
  }
}

/** Of several apps in a dyno, each line begins so. */
const PREFIX = /^\[[^\]\s]+:\d+\] /
/** A stack's frames, its closing brace, and anything else that is set in. */
const CONTINUED = /^(?:\s+\S|[}\])],?$)/
const LONGEST_STACK = 50

/**
 * Tells the lines of errors from all others: an error's own line and those set in below it, such as
 * its stack. Each source has its own thread.
 */
export function errorFilter(): (line: LogLine) => boolean {
  const following = new Map<string, number>()
  return (line) => {
    const prefix = PREFIX.exec(line.message)?.[0] ?? ''
    const thread = `${line.source} ${line.dyno} ${prefix}`
    if (isErrorLine(line)) {
      following.set(thread, LONGEST_STACK)
      return true
    }
    const left = following.get(thread)
    if (left === undefined) return false
    if (left > 0 && CONTINUED.test(line.message.slice(prefix.length))) {
      following.set(thread, left - 1)
      return true
    }
    following.delete(thread)
    return false
  }
}
