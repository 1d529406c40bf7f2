import type { DevInstance, DevLine } from '../runtime/dev-protocol.js'
import type { LogLine } from '../heroku/index.js'
import { errorFilter } from '../monitor/error-lines.js'
import { readLine } from '../monitor/read-line.js'
import type { DevClient } from './client.js'
import { asLogLine } from './report.js'
import { matchingInstances } from './select.js'

export interface DevLogQuery {
  /** Most recent lines to begin with, of those that are wanted. */
  lines: number
  tail: boolean
  name?: string | undefined
  grep?: RegExp | undefined
  errors?: boolean
}

type Test = (line: LogLine, told: DevLine) => boolean

/**
 * The session's log, oldest line first. Throws ShipitError `not_found` for a name that it does not
 * have, and `network` when it ends while it is followed.
 */
export async function* readDevLog(
  client: DevClient,
  { lines, tail, name, grep, errors }: DevLogQuery,
  signal: AbortSignal,
): AsyncGenerator<LogLine, void, undefined> {
  const tests: Test[] = []
  if (errors) {
    const isError = errorFilter()
    tests.push((line) => isError(line))
  }
  if (grep) tests.push(({ message }) => grep.test(message))
  const wanted = (told: DevLine, isOfName: Test): LogLine[] => {
    if (told.stream === 'figures') return []
    const line = asLogLine(told)
    return isOfName(line, told) && tests.every((test) => test(line, told)) ? [line] : []
  }
  let isOfName: Test = () => true
  for await (const answer of tail ? client.follow(signal) : once(client)) {
    if ('session' in answer) {
      if (name !== undefined) isOfName = ofName(answer.instances, name)
      yield* answer.lines.flatMap((told) => wanted(told, isOfName)).slice(-lines)
    } else if ('line' in answer) {
      yield* wanted(answer.line, isOfName)
    }
  }
}

async function* once(client: DevClient) {
  yield await client.look()
}

/** What the instances of that name print, and what the runtime tells of them. */
function ofName(instances: readonly DevInstance[], name: string): Test {
  const ids = new Set(
    matchingInstances(instances, name).map(({ app, instance }) => `${app}:${instance}`),
  )
  const apps = new Set([...ids].map((id) => id.slice(0, id.lastIndexOf(':'))))
  const isWholeApp = instances.every(
    ({ app, instance }) => !apps.has(app) || ids.has(`${app}:${instance}`),
  )
  const isMeant = (app: string, id: string) => (isWholeApp ? apps.has(app) : ids.has(id))
  return (line, { of }) => {
    if (of !== undefined) return isMeant(of.slice(0, of.lastIndexOf(':')), of)
    const reading = readLine(line)
    return reading.kind === 'change' && isMeant(reading.app, `${reading.app}:${reading.instance}`)
  }
}
