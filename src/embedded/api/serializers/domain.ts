import type { AppRecord } from '../../store/types.js'
import { appRef, hostnameOf } from './app.js'

interface Domain {
  id: string
  hostname: string
  created_at: string
}

/** The app's own hostname first; its id is the app's, since it lives and goes with it. */
export const domainsOf = (app: Readonly<AppRecord>): Domain[] => [
  { id: app.id, hostname: hostnameOf(app), created_at: app.created_at },
  ...app.domains,
]

export function serializeDomain(app: Readonly<AppRecord>, domain: Domain) {
  const isOwn = domain.id === app.id
  return {
    acm_status: null,
    acm_status_reason: null,
    app: appRef(app),
    // The DNS target of a custom domain, which the CLI prints (schema: domain.cname). Here, the
    // app's own hostname.
    cname: isOwn ? null : hostnameOf(app),
    created_at: domain.created_at,
    hostname: domain.hostname,
    id: domain.id,
    kind: isOwn ? 'heroku' : 'custom',
    sni_endpoint: null,
    status: isOwn ? 'none' : 'succeeded',
    updated_at: domain.created_at,
  }
}
