import { Bell } from './control/alerts.js'
import { hashOf, type Route } from './route.js'
import { day } from './format.js'
import { snapshot } from './store/snapshot.js'
import { setState, useStore } from './store/store.js'

export function TopBar() {
  const route = useStore((state) => state.route)
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
        <Bell />
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
  if (snapshot)
    return (
      <span class="chip" title="This page is a file: it does not change">
        as of {day(snapshot.to)}
      </span>
    )
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
