/** What goes wrong: the bell, its list, notices of what has just begun, and chips beside an app. */
import type { Alert } from '../../wire.js'
import { clock, plural } from '../format.js'
import { hashOf } from '../route.js'
import { getState, setState, useStore } from '../store/store.js'
import { Dismiss } from './dismiss.js'

export const raised = (alerts: readonly Alert[]): readonly Alert[] =>
  alerts.filter(({ state }) => state === 'raised')

/** Whoever opens the list has seen what the notices say. */
export function toggleAlerts(): void {
  const { areAlertsOpen, alertNotices } = getState()
  setState({ areAlertsOpen: !areAlertsOpen, alertNotices: areAlertsOpen ? alertNotices : [] })
}

export function Bell() {
  const count = useStore((state) => raised(state.alerts).length)
  const areAlertsOpen = useStore((state) => state.areAlertsOpen)
  return (
    <button
      type="button"
      class={`plain bell ${count > 0 ? 'has-alerts' : ''}`}
      aria-expanded={areAlertsOpen}
      onClick={toggleAlerts}
    >
      <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
        <path d="M10 3a5 5 0 0 0-5 5v3.5L3.5 14h13L15 11.5V8a5 5 0 0 0-5-5ZM8 16a2 2 0 0 0 4 0" />
      </svg>
      <span class="count" aria-hidden="true">
        {count === 0 ? '' : count}
      </span>
      <span class="hidden">{count === 0 ? 'No alerts' : plural(count, 'alert')}</span>
    </button>
  )
}

/** What is wrong now, then what was. */
export function AlertList() {
  const alerts = useStore((state) => state.alerts)
  const isOpen = useStore((state) => state.areAlertsOpen)
  if (!isOpen) return null
  return (
    <section class="alerts card" aria-label="Alerts">
      <h2>Alerts</h2>
      {alerts.length === 0 ? (
        <p class="muted">
          Nothing is wrong, and nothing was since <code>shipit dashboard</code> started.
        </p>
      ) : null}
      <ul>
        {alerts.map((alert) => (
          <AlertRow key={alert.id} alert={alert} />
        ))}
      </ul>
    </section>
  )
}

function AlertRow({ alert }: { alert: Alert }) {
  const { app, title, state, text, at, raised_at } = alert
  const isRaised = state === 'raised'
  return (
    <li class={state}>
      <i class={`dot ${isRaised ? 'bad' : 'good'}`} aria-hidden="true" />
      <p>
        <b>
          {app} · {title}
          {isRaised ? '' : ' · resolved'}
        </b>
        {text}
        <span class="muted">
          {isRaised ? `since ${clock(raised_at)}` : `${clock(raised_at)} – ${clock(at)}`}{' '}
          <a href={hashOf({ view: 'app', app, tab: 'log', around: Date.parse(raised_at) })}>
            log of that time
          </a>
        </span>
      </p>
    </li>
  )
}

/** Of alerts that were raised while the page was open; each says later that it is over. */
export function AlertNotices() {
  const alerts = useStore((state) => state.alerts)
  const ids = useStore((state) => state.alertNotices)
  const drop = (id: string) =>
    setState({ alertNotices: getState().alertNotices.filter((one) => one !== id) })
  return (
    <>
      {alerts
        .filter(({ id }) => ids.includes(id))
        .map(({ id, app, rule, title, state, text }) => (
          <div
            key={id}
            class={`notice ${state === 'raised' ? 'failed' : 'done'}`}
            data-alert={rule}
          >
            <p>
              <b>
                {app} · {title}
                {state === 'raised' ? '' : ' · resolved'}
              </b>
              <span>{text}</span>
            </p>
            <Dismiss onClick={() => drop(id)} />
          </div>
        ))}
    </>
  )
}

/** What is wrong with an app, in two or three words each. */
export function AlertChips({ app }: { app: string }) {
  const alerts = useStore((state) => state.alerts)
  const own = raised(alerts).filter((alert) => alert.app === app)
  return (
    <>
      {[...new Set(own.map(({ title }) => title))].map((title) => (
        <span key={title} class="chip bad" data-chip="alert">
          {title}
        </span>
      ))}
    </>
  )
}
