/** The server-sent events of the app in view, put into the state as they come. */
import type {
  ActionNews,
  Alert,
  DynoDocument,
  Mark,
  SnapshotDocument,
  StreamEvents,
} from '../../wire.js'
import { addLines, forgetLines } from '../log/lines.js'
import { ApiError, getJson } from './api.js'
import { snapshot } from './snapshot.js'
import { NO_APP, SPANS } from './state.js'
import { getState, setState } from './store.js'

/** ms before the next try when the server is not there. */
const RETRY = [500, 1000, 2000, 5000]
/** Marks and actions that are kept; older ones can be fetched, or are over. */
const MOST_MARKS = 2000
const MOST_ACTIONS = 20
const MOST_ALERTS = 100
/** On the page at a time. */
const MOST_NOTICES = 3

let source: EventSource | undefined
let followed: string | undefined
let retries = 0
/** Whether this stream, and whether any before it, has told which alerts there are. */
let hasAlerts = false
let hadAlerts = false
let timer: number | undefined

/** Follows an app, or with undefined the overview alone. Once more for the same app: nothing. */
export function follow(app: string | undefined): void {
  if (source && followed === app) return
  if (followed !== app) {
    setState(NO_APP)
    forgetLines()
  }
  followed = app
  retries = 0
  open()
}

/** Tries again at once: the network is back, or somebody asked for it. */
export function retryNow(): void {
  retries = 0
  open()
}

function open(): void {
  if (snapshot) return show(snapshot)
  source?.close()
  clearTimeout(timer)
  hasAlerts = false
  const stream = new EventSource(
    followed === undefined ? '/api/stream' : `/api/stream?app=${encodeURIComponent(followed)}`,
  )
  source = stream
  stream.onopen = () => {
    retries = 0
    setState({ connection: 'live' })
  }
  stream.onerror = () => {
    stream.close()
    if (source === stream) void lost()
  }
  for (const name of Object.keys(TAKE) as (keyof StreamEvents)[])
    stream.addEventListener(name, (event: MessageEvent<string>) => {
      if (source === stream) TAKE[name](JSON.parse(event.data) as never)
    })
}

/** What a stream would tell first, of a page in a file. */
function show({ overview, apps, from, to }: SnapshotDocument): void {
  const dynos = apps[followed ?? '']?.dynos ?? []
  const { range } = getState()
  const last = SPANS.find((span) => span.last >= to - from)?.last ?? range.last
  setState({
    connection: 'live',
    overview,
    clockSkew: to - Date.now(),
    pointsUntil: to,
    dynos: new Map(dynos.map((dyno) => [dyno.name, dyno])),
    areDynosKnown: true,
    range: range.zoom ? range : { ...range, last },
  })
}

/** An EventSource does not say why it ended: a request does. */
async function lost(): Promise<void> {
  source = undefined
  const refused = await getJson('/api/apps').then(
    () => false,
    (error: unknown) => error instanceof ApiError && [401, 403].includes(error.status),
  )
  if (source) return
  setState({ connection: refused ? 'refused' : 'lost' })
  if (refused) return
  clearTimeout(timer)
  timer = window.setTimeout(open, RETRY[Math.min(retries, RETRY.length - 1)])
  retries += 1
}

type Take = { [Name in keyof StreamEvents]: (data: StreamEvents[Name]) => void }
const TAKE: Take = {
  overview: (overview) => setState({ overview, clockSkew: overview.now - Date.now() }),
  dynos: ({ changed, gone }) => {
    const dynos = new Map<string, DynoDocument>(getState().dynos)
    for (const name of gone) dynos.delete(name)
    for (const dyno of changed) dynos.set(dyno.name, dyno)
    setState({ dynos, areDynosKnown: true })
  },
  points: ({ until }) => setState({ pointsUntil: until }),
  marks: (marks) => setState({ marks: joinMarks(getState().marks, marks) }),
  lines: ({ lines, skipped }) => addLines(lines, skipped),
  action: (news) => setState({ actions: withNews(getState().actions, news) }),
  alerts: (alerts) => takeAlerts(alerts),
  problem: (problem) => setState({ problem }),
}

/**
 * Both in the order of their times, none twice: what is fetched may have come by the stream too.
 * The same array if all are known: nothing is drawn again.
 */
export function joinMarks(known: readonly Mark[], more: readonly Mark[]): readonly Mark[] {
  const keyOf = ({ at, kind, place, text }: Mark) => `${at} ${kind} ${place} ${text}`
  const keys = new Set(known.map(keyOf))
  if (more.every((mark) => keys.has(keyOf(mark)))) return known
  const all = new Map([...known, ...more].map((mark) => [keyOf(mark), mark]))
  return [...all.values()].sort((one, other) => one.at - other.at).slice(-MOST_MARKS)
}

export function withNews(actions: readonly ActionNews[], news: ActionNews): readonly ActionNews[] {
  const others = actions.filter(({ id }) => id !== news.id)
  return [...others, news].slice(-MOST_ACTIONS)
}

/** The first that a stream tells of are all that there are; what is new among them is noticed too. */
function takeAlerts(told: readonly Alert[]): void {
  const { alerts: known, alertNotices } = getState()
  const fresh = told.filter(
    ({ id, state }) => state === 'raised' && !known.some((one) => one.id === id),
  )
  setState({
    alerts: joinAlerts(hasAlerts ? known : [], told),
    ...(hadAlerts
      ? { alertNotices: [...alertNotices, ...fresh.map(({ id }) => id)].slice(-MOST_NOTICES) }
      : {}),
  })
  hasAlerts = hadAlerts = true
}

/** The last state of each: those that are raised first, and the newest first. */
function joinAlerts(known: readonly Alert[], more: readonly Alert[]): readonly Alert[] {
  const all = new Map([...known, ...more].map((alert) => [alert.id, alert]))
  const rank = ({ state, at }: Alert) => `${state === 'raised' ? 1 : 0} ${at}`
  return [...all.values()]
    .sort((one, other) => (rank(one) < rank(other) ? 1 : -1))
    .slice(0, MOST_ALERTS)
}
