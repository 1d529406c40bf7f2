import { typeOfDyno } from '../lib/dyno-name.js'
import { ShipitError } from '../errors.js'
import {
  listDynos,
  listFormation,
  SeenLines,
  streamLogs,
  type LogLine,
  type PlatformApi,
} from '../heroku/index.js'
import { unknownName } from '../lib/nearest.js'
import { AppNames } from './app-names.js'
import { errorFilter } from './error-lines.js'
import { readLine } from './read-line.js'
import { RECENT_LINES } from './snapshot.js'

export interface LogQuery {
  /** Most recent lines to begin with, of those that are wanted. */
  lines: number
  tail: boolean
  /**
   * An app of the ecosystem file, a dyno, a process type, or a source; the first of these that
   * there is.
   */
  name?: string | undefined
  dyno?: string | undefined
  source?: string | undefined
  grep?: RegExp | undefined
  errors?: boolean
  /** false leaves out the lines of figures, the runtime's and Heroku's own. */
  figures?: boolean
  /** false leaves out the router's line for each request. */
  router?: boolean
}

type Test = (line: LogLine) => boolean

/** Names in a line's head that are no dynos of the formation. */
const SERVICES = [
  'router',
  'api',
  'logplex',
  'build',
  'release',
  'run',
  'scheduler',
  'app',
  'heroku',
]

/**
 * The app's log, oldest line first, as far as it is wanted. Throws ShipitError `not_found` for a
 * name that neither the app nor its log has.
 * What the platform can choose (dyno, source) it does, and should it not, it is done here; for all
 * else the lines that it keeps are read first, and then followed.
 */
export async function* readLog(
  api: PlatformApi,
  app: string,
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<LogLine, void, undefined> {
  const { lines, tail, name, dyno, source, grep, errors, figures = true, router = true } = query
  const session = { dyno, source, signal }
  if (dyno !== undefined) await mustExist(api, app, dyno, signal)
  const isInSession: Test = (line) =>
    (dyno === undefined || isAt(dyno)(line)) && (source === undefined || line.source === source)
  if (name === undefined && grep === undefined && !errors && figures && router) {
    for await (const line of streamLogs(api, app, { ...session, lines, tail }))
      if (isInSession(line)) yield line
    return
  }

  const seen = new SeenLines()
  const names = new AppNames()
  const recent: LogLine[] = []
  for await (const line of streamLogs(api, app, { ...session, lines: RECENT_LINES, seen })) {
    names.learn(line)
    recent.push(line)
  }
  if (signal.aborted) return
  const tests: Test[] = [isInSession]
  if (name !== undefined) tests.push(await testOf(api, app, name, names, recent))
  if (!figures) tests.push(isNoFigures)
  if (!router) tests.push((line) => !isRouters(line))
  if (errors) tests.push(errorFilter())
  if (grep) tests.push(({ message }) => grep.test(message))
  const isWanted: Test = (line) => tests.every((test) => test(line))
  yield* recent.filter(isWanted).slice(-lines)
  if (!tail) return
  for await (const line of streamLogs(api, app, { ...session, lines: RECENT_LINES, tail, seen })) {
    names.learn(line)
    if (isWanted(line)) yield line
  }
}

const isRouters: Test = ({ source, dyno }) => source === 'heroku' && dyno === 'router'

const isNoFigures: Test = (line) => {
  const { kind } = readLine(line)
  return kind !== 'sample' && kind !== 'figures'
}

const isAt =
  (place: string): Test =>
  ({ dyno }) =>
    dyno === place || (dyno.startsWith(place) && typeOfDyno(dyno) === place)

async function testOf(
  api: PlatformApi,
  app: string,
  name: string,
  names: AppNames,
  recent: readonly LogLine[],
): Promise<Test> {
  if (names.knows(name)) return (line) => names.isOf(name, line)
  const [, owner, number] = /^(?:(.+):)?(\d+)$/.exec(name) ?? []
  const apps = owner === undefined ? names.names : [owner].filter((one) => names.knows(one))
  if (number !== undefined && apps.length > 0)
    return (line) => apps.some((one) => names.isOf(one, line, Number(number)))
  if (name === 'app' || name === 'heroku') return ({ source }) => source === name
  if (recent.some(isAt(name)) || SERVICES.includes(name)) return isAt(name)
  const places = await placesOf(api, app)
  if (places.includes(name)) return isAt(name)
  throw notFound(name, [...names.names, ...places])
}

/** A dyno that has gone may be named as long as the log has lines of it. */
async function mustExist(
  api: PlatformApi,
  app: string,
  dyno: string,
  signal: AbortSignal,
): Promise<void> {
  if (SERVICES.includes(typeOfDyno(dyno))) return
  const places = await placesOf(api, app)
  if (places.includes(dyno)) return
  for await (const line of streamLogs(api, app, { lines: RECENT_LINES, dyno, signal }))
    if (isAt(dyno)(line)) return
  if (!signal.aborted) throw notFound(dyno, places)
}

/** Process types and dynos. */
async function placesOf(api: PlatformApi, app: string): Promise<string[]> {
  const [dynos, formation] = await Promise.all([listDynos(api, app), listFormation(api, app)])
  return [
    ...new Set([
      ...formation.map(({ type }) => type),
      ...dynos.flatMap(({ type, name }) => [type, name]),
    ]),
  ].sort()
}

const notFound = (name: string, known: string[]) =>
  new ShipitError('not_found', unknownName('app, dyno or process type', name, known))
