import { raised, toggleAlerts } from './control/notices.js'
import { hashOf, type Route } from './route.js'
import { setState, useStore } from './store/store.js'

export function TopBar() {
  const route = useStore((state) => state.route)
  const alerts = useStore((state) => raised(state.alerts).length)
  // A count of 0 would say that somebody watches.
  const hasAlerts = useStore((state) => state.alerts.length > 0)
  const areAlertsOpen = useStore((state) => state.areAlertsOpen)
  return (
    <header class="top">
      <nav class="crumbs" aria-label="Where you are">
        <ol>
          {crumbsOf(route).map(({ name, to }, at, all) => (
            <li key={name}>
              {at === all.length - 1 ? (
                <span aria-current="page">{name}</span>
              ) : (
                <a href={hashOf(to)}>{name}</a>
              )}
            </li>
          ))}
        </ol>
      </nav>
      <div class="top-end">
        <ConnectionState />
        {hasAlerts ? (
          <button
            type="button"
            class={`plain ${alerts > 0 ? 'has-alerts' : ''}`}
            aria-expanded={areAlertsOpen}
            onClick={toggleAlerts}
          >
            <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
              <path d="M10 3a5 5 0 0 0-5 5v3.5L3.5 14h13L15 11.5V8a5 5 0 0 0-5-5ZM8 16a2 2 0 0 0 4 0" />
            </svg>
            <span class="count">{alerts}</span>
            <span class="hidden">alerts</span>
          </button>
        ) : null}
        <button
          type="button"
          class="plain"
          aria-label="Keys"
          onClick={() => setState({ isHelpOpen: true })}
        >
          <kbd aria-hidden="true">?</kbd>
        </button>
      </div>
    </header>
  )
}

function crumbsOf(route: Route): { name: string; to: Route }[] {
  const crumbs: { name: string; to: Route }[] = [{ name: 'Apps', to: { view: 'overview' } }]
  if (route.view === 'overview') return crumbs
  const { app, dyno, instance } = route
  crumbs.push({ name: app, to: { view: 'app', app, tab: 'charts' } })
  if (dyno !== undefined) crumbs.push({ name: dyno, to: { view: 'app', app, tab: 'dynos', dyno } })
  if (instance !== undefined) crumbs.push({ name: instance, to: route })
  return crumbs
}

const WORDS = {
  opening: ['warn', 'Connecting'],
  live: ['good', 'Live'],
  lost: ['bad', 'No answer'],
  refused: ['bad', 'Refused'],
} as const

function ConnectionState() {
  const connection = useStore((state) => state.connection)
  const isPaused = useStore((state) => state.isPaused)
  const isReadOnly = useStore((state) => state.overview?.is_read_only)
  const [tone, word] =
    connection === 'live' && isPaused ? (['warn', 'Paused'] as const) : WORDS[connection]
  return (
    <>
      {isReadOnly ? <span class="chip">read-only</span> : null}
      <button
        type="button"
        class="plain live"
        aria-pressed={isPaused}
        aria-label={`${word}: pause`}
        onClick={() => setState({ isPaused: !isPaused })}
      >
        <i class={`dot ${tone}`} aria-hidden="true" />
        <span>{word}</span>
      </button>
    </>
  )
}
