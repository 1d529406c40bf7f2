/**
 * The log's lines that this page keeps: the newest, in their order. They are no part of the state:
 * hundreds come a second, and only the log draws them.
 */
import type { LogDocument, LogEntry } from '../../wire.js'
import { appPath, getJson } from '../store/api.js'

/** Lines kept; a search goes through all of them. */
const MOST = 20_000

export interface Lines {
  /** Oldest first. Never changed in place: a new array is a new turn. */
  entries: readonly LogEntry[]
  /** Lines that the server left out, since it has so many. */
  skipped: number
  hasOlder: boolean
}

const NONE: Lines = { entries: [], skipped: 0, hasOlder: false }
let lines = NONE
let waiting: LogEntry[] = []
let waitingSkipped = 0
let frame = 0
const readers = new Set<() => void>()

export const getLines = (): Lines => lines

export function onLines(reader: () => void): () => void {
  readers.add(reader)
  return () => {
    readers.delete(reader)
  }
}

/** Of the stream. All that comes within a frame is taken together. */
export function addLines(more: readonly LogEntry[], skipped: number): void {
  waiting.push(...more)
  waitingSkipped += skipped
  // A page in the background is given no frames.
  if (waiting.length > 2000) take()
  else if (frame === 0) frame = requestAnimationFrame(take)
}

function take(): void {
  cancelAnimationFrame(frame)
  frame = 0
  put({
    entries: joined(lines.entries, waiting),
    skipped: lines.skipped + waitingSkipped,
    hasOlder: lines.hasOlder,
  })
  waiting = []
  waitingSkipped = 0
}

export function forgetLines(): void {
  waiting = []
  put(NONE)
}

/** The newest of the server, once; what the stream has brought meanwhile follows them. */
export async function fetchNewest(app: string, signal: AbortSignal): Promise<void> {
  const document = await getJson<LogDocument>(appPath(app, 'log?limit=1000'), signal)
  put({
    ...lines,
    entries: joined(document.lines, lines.entries),
    hasOlder: document.has_older,
  })
}

export async function fetchOlder(app: string, signal: AbortSignal): Promise<void> {
  const first = lines.entries[0]
  if (!first) return
  const document = await getJson<LogDocument>(
    appPath(app, `log?before=${first.seq}&limit=1000`),
    signal,
  )
  put({
    ...lines,
    entries: joined(document.lines, lines.entries),
    hasOlder: document.has_older && document.lines.length > 0,
  })
}

/** By `seq`, none twice. */
function joined(older: readonly LogEntry[], newer: readonly LogEntry[]): readonly LogEntry[] {
  const last = older.at(-1)?.seq ?? -Infinity
  const isInOrder = newer.every(({ seq }, at) => seq > (newer[at - 1]?.seq ?? last))
  if (isInOrder) return [...older, ...newer].slice(-MOST)
  const all = new Map([...older, ...newer].map((entry) => [entry.seq, entry]))
  return [...all.values()].sort((one, other) => one.seq - other.seq).slice(-MOST)
}

function put(next: Lines): void {
  lines = next
  for (const reader of readers) reader()
}
