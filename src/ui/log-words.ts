/** A line of the log as people read it, on the terminal of `logs` and in monit's pane. */
import type { LogLine } from '../heroku/index.js'
import { changeInWords, isBadChange } from '../monitor/change-words.js'
import { isErrorText } from '../monitor/error-lines.js'
import { readLine } from '../monitor/read-line.js'

export interface LineInWords {
  /** `web.1`; empty for a line that is not in Heroku's format. */
  place: string
  /** The instance that speaks or is spoken of, such as api:0, where the line says so. */
  instance: string
  text: string
  isBad: boolean
}

/** Of several apps in a dyno, the runtime begins each line with whose it is. */
const INSTANCE_PREFIX = /^\[([^\]\s]+:\d+)\] /

/** What a line says: the runtime's events in words, a request in the words of an access log. */
export function lineInWords(line: LogLine): LineInWords {
  const { source, dyno: place, message } = line
  if (source === 'heroku')
    return {
      place,
      instance: '',
      text: place === 'router' ? requestText(message) : message,
      isBad: PLATFORM_FAULT.test(message) || message.endsWith(' to crashed'),
    }
  const reading = readLine(line)
  if (reading.kind === 'change')
    return {
      place,
      instance: `${reading.app}:${reading.instance}`,
      text: changeInWords(reading),
      isBad: isBadChange(reading),
    }
  const [prefix = '', instance = ''] = INSTANCE_PREFIX.exec(message) ?? []
  return { place, instance, text: message.slice(prefix.length), isBad: isErrorText(message) }
}

const PLATFORM_FAULT = /^(?:Error |at=error )| status=5\d\d /

const REQUEST = /^(?:sock=\w+ )?at=\w+ (?:code=(H\d\d) )?.*?method=(\S+) path="([^"]*)"/
const ANSWER = /.* dyno=(\S*) .*service=(\S*) status=(\d+)/

/** `503 H12 GET /slow 30000ms web.1`; the router's own words where they are not a request's. */
function requestText(message: string): string {
  const [, code, method, path] = REQUEST.exec(message) ?? []
  const [, dyno, service, status] = ANSWER.exec(message) ?? []
  if (method === undefined || status === undefined) return message
  return [status, code, method, path, service, dyno].filter(Boolean).join(' ')
}
