import type { ActionNews, Alert } from '../../wire.js'
import { clock } from '../format.js'
import { getState, setState, useStore } from '../store/store.js'
import { stopAction } from './ask.js'

/** What actions come to, and answers to keys: over the page, so that nothing in it moves. */
export function Notices() {
  const actions = useStore((state) => state.actions)
  const notice = useStore((state) => state.notice)
  return (
    <section class="notices" aria-label="Notices" aria-live="polite">
      {actions.slice(-4).map((news) => (
        <ActionNotice key={news.id} news={news} />
      ))}
      {notice ? (
        <div class={`notice ${notice.isBad ? 'failed' : ''}`}>
          <p>{notice.text}</p>
          <Dismiss onClick={() => setState({ notice: undefined })} />
        </div>
      ) : null}
    </section>
  )
}

const STATES = { running: 'Under way', done: 'Done', failed: 'Failed', stopped: 'Stopped' } as const

function ActionNotice({ news }: { news: ActionNews }) {
  return (
    <div class={`notice ${news.state}`} data-action={news.request.kind}>
      <p>
        <b>
          {news.app} · {STATES[news.state]}
        </b>
        <span>{news.text}</span>
        {news.why ? <span class="muted">{news.why}</span> : null}
        {news.next ? <span class="muted">{news.next}</span> : null}
      </p>
      {news.state === 'running' ? (
        <button type="button" class="small" onClick={() => void stopAction(news.app, news.id)}>
          Stop
        </button>
      ) : (
        <Dismiss
          onClick={() =>
            setState({ actions: getState().actions.filter(({ id }) => id !== news.id) })
          }
        />
      )}
      {news.state === 'running' ? <i class="progress" aria-hidden="true" /> : null}
    </div>
  )
}

const Dismiss = ({ onClick }: { onClick(): void }) => (
  <button type="button" class="plain" aria-label="Dismiss" onClick={onClick}>
    ✕
  </button>
)

export const raised = (alerts: readonly Alert[]): readonly Alert[] =>
  alerts.filter(({ state }) => state === 'raised')

export const toggleAlerts = (): void => setState({ areAlertsOpen: !getState().areAlertsOpen })

/** Rules that hold, and those that held. */
export function AlertList() {
  const alerts = useStore((state) => state.alerts)
  const isOpen = useStore((state) => state.areAlertsOpen)
  if (!isOpen) return null
  return (
    <section class="alerts card" aria-label="Alerts">
      <h2>Alerts</h2>
      {alerts.length === 0 ? <p class="muted">Nothing to tell.</p> : null}
      <ul>
        {alerts.map(({ id, app, state, text, at }) => (
          <li key={id} class={state}>
            <i class={`dot ${state === 'raised' ? 'bad' : 'good'}`} aria-hidden="true" />
            <p>
              <b>{app}</b> {text}
              <span class="muted">
                {state === 'raised' ? 'since' : 'over since'} {clock(at)}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
