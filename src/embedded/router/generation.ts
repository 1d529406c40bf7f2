import { isFeatureOn } from '../api/features.js'
import type { AppRecord } from '../store/records.js'
import type { Client } from './client.js'

/**
 * Which of Heroku's routers an app has, and what that changes
 * (devcenter.heroku.com/articles/http-routing#legacy-router-and-router-2-0).
 */
export interface Generation {
  /** In Via, of a request and of its answer. */
  via: string
  /** The Server header, unless the app sets one. */
  server: string
  /** At the end of the router's line. */
  protocol: string
  /** Whether connections to dynos carry one request after another. */
  keepsAlive: boolean
  takesHttp2: boolean
  /** Whether Expect: 100-continue is the dyno's to answer. */
  passesExpect: boolean
}

export function generationOf(
  app: Readonly<AppRecord>,
  { protocol }: Pick<Client, 'protocol'>,
): Generation {
  const passesExpect = protocol === '1.1' && isFeatureOn(app, 'http-end-to-end-continue')
  if (!isFeatureOn(app, 'http-routing-2-dot-0')) {
    return {
      via: '1.1 vegur',
      server: 'Cowboy',
      protocol: 'protocol=http',
      keepsAlive: false,
      takesHttp2: false,
      passesExpect,
    }
  }
  return {
    via: `${protocol} heroku-router`,
    server: 'Heroku',
    protocol: `protocol=http${protocol} tls=false`,
    keepsAlive: !isFeatureOn(app, 'http-disable-keepalive-to-dyno'),
    takesHttp2: true,
    passesExpect,
  }
}
