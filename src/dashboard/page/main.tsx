import { render } from 'preact'
import { Page, takePageKey } from './page.js'
import { listenToKeys } from './keys.js'
import { parseRoute } from './route.js'
import { setState } from './store/store.js'
import { follow, retryNow } from './store/stream.js'

/** What the address says comes into view, and its app is followed. */
function arrive(): void {
  const route = parseRoute(location.hash)
  follow(route.view === 'app' ? route.app : undefined)
  setState({ route, notice: undefined, areAlertsOpen: false })
}

addEventListener('hashchange', arrive)
addEventListener('online', retryNow)
listenToKeys(takePageKey)
arrive()
render(<Page />, document.getElementById('page')!)
