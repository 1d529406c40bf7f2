import type { Store } from '../store/types.js'
import type { AppRecord } from '../store/records.js'

const LOCAL_SUFFIX = '.localhost'

/**
 * The app that a Host header names: `<app>.localhost[:port]`, or a domain that was added to an app.
 */
export function appForHost(
  store: Store,
  header: string | undefined,
): Readonly<AppRecord> | undefined {
  const host = hostname(header ?? '')
  if (host.endsWith(LOCAL_SUFFIX)) {
    const name = host.slice(0, -LOCAL_SUFFIX.length)
    const app = store.find(name)
    // find() takes ids too; a host has the name.
    if (app?.name === name) return app
  }
  return store
    .list()
    .find(({ domains }) => domains.some((domain) => domain.hostname.toLowerCase() === host))
}

function hostname(header: string): string {
  return header.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
}
