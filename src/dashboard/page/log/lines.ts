/**
 * The log's lines that this page keeps: the newest, in their order. They are no part of the state:
 * hundreds come a second, and only the log draws them.
 */
import type { LogDocument, LogEntry } from '../../wire.js'
import { appPath, getJson } from '../store/api.js'

/** Lines kept; a search goes through all of them. */
const MOST = 20_000
const MOST_WAITING = 2000

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

export function getLines(): Lines {
  if (waiting.length > 0) join()
  return lines
}

export function onLines(reader: () => void): () => void {
  readers.add(reader)
  return () => {
    readers.delete(reader)
  }
}

/**
 * Of the stream. All that comes within a frame is taken together; while nobody looks, or the page
 * is in the background and is given no frames, it is put by.
 */
export function addLines(more: readonly LogEntry[], skipped: number): void {
  waiting.push(...more)
  waitingSkipped += skipped
  if (waiting.length > MOST_WAITING) take()
  else if (frame === 0 && readers.size > 0) frame = requestAnimationFrame(take)
}

function take(): void {
  cancelAnimationFrame(frame)
  frame = 0
  join()
  tell()
}

function join(): void {
  lines = {
    entries: joined(lines.entries, waiting),
    skipped: lines.skipped + waitingSkipped,
    hasOlder: lines.hasOlder,
  }
  waiting = []
  waitingSkipped = 0
}

export function forgetLines(): void {
  waiting = []
  waitingSkipped = 0
  put(NONE)
}

/** The newest of the server, once; what the stream has brought meanwhile follows them. */
export async function fetchNewest(app: string, signal: AbortSignal): Promise<void> {
  const document = await getJson<LogDocument>(appPath(app, 'log?limit=1000'), signal)
  const { entries, skipped } = getLines()
  put({ entries: joined(document.lines, entries), skipped, hasOlder: document.has_older })
}

export async function fetchOlder(app: string, signal: AbortSignal): Promise<void> {
  const first = getLines().entries[0]
  if (!first) return
  const document = await getJson<LogDocument>(
    appPath(app, `log?before=${first.seq}&limit=1000`),
    signal,
  )
  const { entries, skipped } = getLines()
  put({
    entries: joined(document.lines, entries),
    skipped,
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
  tell()
}

function tell(): void {
  for (const reader of readers) reader()
}
