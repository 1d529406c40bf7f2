import { useEffect, useRef } from 'preact/hooks'
import { getHover, setHover } from './charts/hover.js'
import { setRange, stepSpan } from './charts/range.js'
import { AlertList, raised, toggleAlerts } from './control/alerts.js'
import { Notices } from './control/notices.js'
import { QuestionDialog } from './control/question.js'
import { HelpDialog } from './help.js'
import { go, type Route, TABS } from './route.js'
import { getState, setState, useStore } from './store/store.js'
import { retryNow } from './store/stream.js'
import { TopBar } from './top-bar.js'
import { AppView } from './views/app.js'
import { Overview } from './views/overview.js'
import { Empty, Said } from './views/parts.js'

export function Page() {
  const route = useStore((state) => state.route)
  const connection = useStore((state) => state.connection)
  const alerts = useStore((state) => raised(state.alerts).length)
  const main = useRef<HTMLElement>(null)
  const title = route.view === 'app' ? [route.instance, route.dyno, route.app] : []
  useEffect(() => {
    const count = alerts > 0 ? `(${alerts}) ` : ''
    document.title = count + [...title.filter(Boolean), 'shipit dashboard'].join(' · ')
  })
  return (
    <div class={`page ${connection === 'lost' ? 'is-lost' : ''}`}>
      <button class="skip" type="button" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <TopBar />
      <main ref={main} tabIndex={-1}>
        {connection === 'refused' ? (
          <Refused />
        ) : route.view === 'app' ? (
          <AppView key={route.app} route={route} />
        ) : (
          <Overview />
        )}
      </main>
      <AlertList />
      <Trouble />
      <Notices />
      <QuestionDialog />
      <HelpDialog />
    </div>
  )
}

const Refused = () => (
  <Empty title="This browser may not see the dashboard">
    <p>
      It opens in one browser at a time. Open the address that <code>shipit dashboard</code>{' '}
      printed, or run the command again for a new one.
    </p>
  </Empty>
)

/** What keeps figures from coming, at one place over the page. */
function Trouble() {
  const connection = useStore((state) => state.connection)
  const problem = useStore((state) => state.problem)
  if (connection === 'lost')
    return (
      <div class="trouble bad" role="alert">
        <p>
          <b>The dashboard does not answer.</b> These are the last figures that came. Has{' '}
          <code>shipit dashboard</code> ended?
        </p>
        <button type="button" class="small" onClick={retryNow}>
          Try again
        </button>
      </div>
    )
  if (!problem) return null
  return (
    <div class={`trouble ${problem.kind === 'login' ? 'bad' : 'warn'}`} role="alert">
      <p>
        <b>
          <Said text={problem.text} />
        </b>{' '}
        <Said text={problem.next} />
      </p>
    </div>
  )
}

/** Keys that are the same in every view. */
export function takePageKey({ key }: KeyboardEvent): boolean {
  const { route, isPaused } = getState()
  if (key === '?') setState({ isHelpOpen: true })
  else if (key === 'a') toggleAlerts()
  else if (key === 't') setState({ isTable: !getState().isTable })
  else if (key === ' ') {
    // Space presses a button that has the focus.
    if (document.activeElement?.matches('button, a, summary')) return false
    setState({ isPaused: !isPaused })
  } else if (key === '[') stepSpan(-1)
  else if (key === ']') stepSpan(1)
  else if (key === '/') return toFilter(route)
  else if (key === 'Escape' || key === 'q') return back(key, route)
  else if (route.view === 'app' && /^[1-9]$/.test(key)) {
    const tab = TABS[Number(key) - 1]
    if (!tab) return false
    go({ view: 'app', app: route.app, tab: tab.id })
  } else return false
  return true
}

function toFilter(route: Route): boolean {
  const filter = document.querySelector<HTMLInputElement>('[data-filter]')
  if (filter) filter.select()
  else if (route.view === 'app') go({ view: 'app', app: route.app, tab: 'log' })
  else return false
  return true
}

/** Takes back one thing after the other; at last the view. */
function back(key: string, route: Route): boolean {
  const { notice, areAlertsOpen, alertNotices, range } = getState()
  if (areAlertsOpen) setState({ areAlertsOpen: false })
  else if (notice) setState({ notice: undefined })
  else if (alertNotices.length > 0) setState({ alertNotices: [] })
  else if (getHover()?.isPinned) setHover(undefined)
  else if (range.zoom) setRange(undefined)
  else if (route.view === 'overview') return false
  else if (route.instance !== undefined) go({ ...route, instance: undefined })
  else if (route.dyno !== undefined) go({ ...route, dyno: undefined })
  else if (key === 'q') go({ view: 'overview' })
  else return false
  return true
}
