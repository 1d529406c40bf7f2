import type { ExceptionDocument } from '../../wire.js'
import { ago, plural } from '../format.js'
import { serverNow } from '../store/store.js'
import { Empty, Pending, useDocument } from './parts.js'

/** Errors of the app by type and place. */
export function ExceptionsView({ app }: { app: string }) {
  const fetched = useDocument<ExceptionDocument[]>(app, 'exceptions')
  if (!fetched.document) return <Pending fetched={fetched} />
  if (fetched.document.length === 0)
    return (
      <Empty title="No exceptions">
        <p>The runtime reports uncaught errors, and those that the app notes with @pm2/io.</p>
      </Empty>
    )
  return (
    <section class="card" aria-label="Exceptions">
      <ExceptionList exceptions={fetched.document} now={serverNow()} />
    </section>
  )
}

export function ExceptionList({
  exceptions,
  now,
}: {
  exceptions: readonly ExceptionDocument[]
  now: number
}) {
  if (exceptions.length === 0) return <p class="muted">None.</p>
  return (
    <ul class="exceptions">
      {exceptions.map((one) => (
        <li key={`${one.type} ${one.place} ${one.message} ${one.instances.join(' ')}`}>
          <p class="exception-head">
            <b>{one.type}</b>
            <span class={`chip ${one.is_uncaught ? 'bad' : ''}`}>
              {one.is_uncaught ? 'uncaught' : 'reported'}
            </span>
            <span class="times">×{one.count}</span>
          </p>
          <p class="exception-message">{one.message}</p>
          <p class="muted">
            {one.place ? <code>{one.place}</code> : null}
            <span>{plural(one.instances.length, 'instance')}</span>
            <span>first {ago(one.first_at, now)}</span>
            <span>last {ago(one.last_at, now)}</span>
          </p>
        </li>
      ))}
    </ul>
  )
}
