import type { Change } from './reading.js'

/** A change of an instance in words, behind its name: `exited with code 1, restarting in 225 ms`. */
export function changeInWords({ event, fields }: Change): string {
  switch (event) {
    case 'start':
      return `starting${inBrackets('pid', fields.pid)}`
    case 'online':
      return `online${inBrackets('pid', fields.pid)}`
    case 'listening':
      return `listening${fields.port === undefined ? '' : ` on port ${fields.port}`}`
    case 'exit':
      return exitInWords(fields)
    case 'stop':
      return `stopping${STOPPED_BY[fields.why ?? ''] ?? inBrackets('', fields.signal)}`
    case 'crash':
      return `cannot stay up: its dyno ends with code ${fields.code}`
    case 'scale':
      return `scaled from ${fields.was} to ${fields.instances} instances: ${fields.why}`
    case 'exception':
      return exceptionInWords(fields)
    default:
      // Of a newer runtime.
      return [event, ...Object.entries(fields).map(([key, value]) => `${key}=${value}`)].join(' ')
  }
}

type Fields = Change['fields']

/** Why the runtime stops an instance: src/runtime/supervisor.ts and control/operations.ts. */
const STOPPED_BY: Record<string, string> = {
  asked: ', as asked',
  deleted: ', to be deleted',
  scale: ', since fewer instances are wanted',
}

const inBrackets = (name: string, value: string | undefined): string =>
  value === undefined ? '' : ` (${name === '' ? '' : `${name} `}${value})`

function exitInWords({ code, signal, asked, removed, backoff }: Fields): string {
  const end =
    signal !== undefined
      ? `killed by ${signal}`
      : code !== undefined
        ? `exited with code ${code}`
        : 'exited'
  if (removed !== undefined) return `${end}, and is taken out`
  if (asked !== undefined) return `${end}, as asked`
  if (backoff === undefined) return end
  return `${end}, restarting in ${backoff.replace(/(?<=\d)ms$/, ' ms')}`
}

/** `uncaught TypeError: x is not a function (src/db.js:12:7) x3` */
function exceptionInWords({ type = '', message = '', at, count, uncaught }: Fields): string {
  return [
    uncaught === 'yes' ? 'uncaught' : 'reported',
    `${type}: ${message}`,
    at && `(${at})`,
    count && `x${count}`,
  ]
    .filter(Boolean)
    .join(' ')
}

/** Whether a change is bad news: an end that nobody asked for, or an error of the app. */
export const isBadChange = ({ event, fields }: Change): boolean =>
  event === 'crash' ||
  event === 'exception' ||
  (event === 'exit' && fields.asked === undefined && fields.code !== '0')
