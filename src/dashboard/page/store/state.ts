import type {
  ActionNews,
  ActionRequest,
  Alert,
  DynoDocument,
  Mark,
  Overview,
  Question,
  SeriesDocument,
  StreamEvents,
} from '../../wire.js'
import type { Route } from '../route.js'

/** How much time charts show, to choose from. */
export const SPANS = [
  { name: '5 min', last: 300_000 },
  { name: '1 h', last: 3_600_000 },
  { name: '6 h', last: 21_600_000 },
  { name: '24 h', last: 86_400_000 },
] as const

/** The span that charts show: up to now, or one that was dragged over. ms since the epoch. */
export interface Range {
  /** ms up to now. */
  last: number
  zoom: { from: number; to: number } | undefined
}

export type Connection =
  /** Nothing has come yet. */
  | 'opening'
  | 'live'
  /** The server of this page does not answer: it has ended, or sleeps. */
  | 'lost'
  /** It answers, but not to this browser. */
  | 'refused'

export interface State {
  route: Route
  connection: Connection
  overview: Overview | undefined
  /** Server's clock less this browser's, ms. */
  clockSkew: number
  /** Of the app in view. */
  dynos: ReadonlyMap<string, DynoDocument>
  /** Whether the dynos were told at all: none is something else than not yet. */
  areDynosKnown: boolean
  series: { of: string; document: SeriesDocument } | undefined
  marks: readonly Mark[]
  /** Until when figures are there: charts fetch them when it moves. */
  pointsUntil: number
  /** Those that are raised, then those that were; each newest first. */
  alerts: readonly Alert[]
  /** Ids of alerts that were raised while the page was open, until they are dismissed. */
  alertNotices: readonly string[]
  actions: readonly ActionNews[]
  problem: StreamEvents['problem']
  range: Range
  /** What waits for a yes. */
  question: Asked | undefined
  isHelpOpen: boolean
  isPaused: boolean
  areAlertsOpen: boolean
  /** Whether the charts' figures are shown as a table. */
  isTable: boolean
  /** A sentence about what was typed or asked, until the next key. */
  notice: { text: string; isBad: boolean } | undefined
}

export interface Asked {
  app: string
  request: ActionRequest
  /** undefined while the server is asked what will happen. */
  question: Question | undefined
  isSending: boolean
}

export const FIRST_STATE: State = {
  route: { view: 'overview' },
  connection: 'opening',
  overview: undefined,
  clockSkew: 0,
  dynos: new Map(),
  areDynosKnown: false,
  series: undefined,
  marks: [],
  pointsUntil: 0,
  alerts: [],
  alertNotices: [],
  actions: [],
  problem: null,
  range: { last: 3_600_000, zoom: undefined },
  question: undefined,
  isHelpOpen: false,
  isPaused: false,
  areAlertsOpen: false,
  isTable: false,
  notice: undefined,
}

/** What is known of one app alone, when another comes into view. */
export const NO_APP = {
  dynos: new Map<string, DynoDocument>(),
  areDynosKnown: false,
  series: undefined,
  marks: [],
  problem: null,
} satisfies Partial<State>
