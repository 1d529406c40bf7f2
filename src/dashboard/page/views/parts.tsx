/** Small parts that several views are made of. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { AppState } from '../../wire.js'
import { ApiError, appPath, getJson } from '../store/api.js'
import { useStore } from '../store/store.js'

export type Tone = 'good' | 'warn' | 'bad' | 'idle'

export const APP_TONE: Record<AppState, Tone> = {
  up: 'good',
  starting: 'warn',
  degraded: 'warn',
  crashed: 'bad',
  stopped: 'idle',
  unreachable: 'bad',
}

/** A state in words, with a colour beside it: never the colour alone. */
export const StateBadge = ({ tone, text }: { tone: Tone; text: string }) => (
  <span class={`badge ${tone}`}>
    <i class={`dot ${tone}`} aria-hidden="true" />
    {text}
  </span>
)

export const Tile = ({
  name,
  value,
  note,
  tone,
}: {
  name: string
  value: string
  note?: string | undefined
  tone?: Tone | undefined
}) => (
  <div class={`tile ${tone ?? ''}`}>
    <dt>{name}</dt>
    <dd>
      {value}
      {note ? <small>{note}</small> : null}
    </dd>
  </div>
)

/** How full, as a bar; the figure stands beside it. */
export function Meter({ value, of }: { value: number | null; of: number | null }) {
  if (value === null || of === null || of <= 0) return <i class="meter" aria-hidden="true" />
  const part = Math.min(1, value / of)
  const tone = part > 0.95 ? 'bad' : part > 0.8 ? 'warn' : ''
  return (
    <i class={`meter ${tone}`} aria-hidden="true">
      <i style={{ width: `${(part * 100).toFixed(1)}%` }} />
    </i>
  )
}

/** A sentence of the server; what is to be typed stands between its backticks. */
export const Said = ({ text }: { text: string | null | undefined }) => (
  <>
    {(text ?? '')
      .split('`')
      .map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}
  </>
)

export const Empty = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="empty">
    <h2>{title}</h2>
    {children}
  </div>
)

export type Fetched<Document> =
  | { state: 'loading'; document: undefined }
  | { state: 'there'; document: Document }
  | { state: 'failed'; document: undefined; error: ApiError }

/** ms between two questions to the platform, whose calls are counted. */
const ASKED_EVERY = 20_000

/**
 * A document of an app: fetched when the view opens, when new points are told, and when an action
 * has come to its end; one that the platform is asked for at most each 20 s, and after a release.
 * The last one stays until the next is there.
 */
export function useDocument<Document>(
  app: string,
  path: string,
  from: 'log' | 'platform' = 'log',
): Fetched<Document> {
  const turn = useStore(({ pointsUntil, overview }) =>
    from === 'log'
      ? String(pointsUntil)
      : `${Math.floor(pointsUntil / ASKED_EVERY)} ${overview?.apps.find((one) => one.app === app)?.release?.version}`,
  )
  const ended = useStore(
    (state) => state.actions.filter((action) => action.state !== 'running').length,
  )
  const isLive = useStore((state) => state.connection === 'live')
  const [fetched, setFetched] = useState<{ of: string; now: Fetched<Document> }>()
  const of = appPath(app, path)
  useEffect(() => {
    const stop = new AbortController()
    getJson<Document>(of, stop.signal).then(
      (document) => setFetched({ of, now: { state: 'there', document } }),
      (error: unknown) => {
        if (stop.signal.aborted || !(error instanceof ApiError)) return
        setFetched((last) =>
          last?.of === of && last.now.state === 'there'
            ? last
            : { of, now: { state: 'failed', document: undefined, error } },
        )
      },
    )
    return () => stop.abort()
  }, [of, turn, ended, isLive])
  return fetched?.of === of ? fetched.now : { state: 'loading', document: undefined }
}

/** What stands where a document will be, or why it is not there. */
export function Pending({ fetched }: { fetched: Fetched<unknown> }) {
  if (fetched.state === 'failed')
    return (
      <Empty title={fetched.error.message}>
        <p>
          <Said text={[fetched.error.why, fetched.error.next].filter(Boolean).join(' ')} />
        </p>
      </Empty>
    )
  return (
    <p class="loading muted" role="status">
      Loading…
    </p>
  )
}
