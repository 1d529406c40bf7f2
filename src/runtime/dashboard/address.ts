import { isLoopback } from '../../lib/loopback.js'

/**
 * Where PM2's agent asks, and the names by which PM2 lets it be moved (pm2/constants.js). Its
 * ROOT_URL and INFO_NODE are names that apps have for themselves.
 */
const ROOT = 'root.keymetrics.io'
export const ADDRESS_VARIABLES = ['KEYMETRICS_NODE', 'PM2_APM_ADDRESS'] as const

/**
 * The dashboard that an app's agent speaks to, by its config vars; undefined if they name one that
 * a secret is not sent to: no https, and not this machine.
 */
export function dashboardAddress(vars: NodeJS.ProcessEnv): URL | undefined {
  const value = ADDRESS_VARIABLES.map((name) => vars[name]?.trim()).find(Boolean) ?? ROOT
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `https://${value}`
  const url = URL.canParse(whole) ? new URL(whole) : undefined
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  return isSafe ? url : undefined
}

/**
 * Where the dashboard says whether it knows a pair of keys (pm2/modules/pm2-io-agent,
 * InteractorDaemon).
 */
export function questionAddress(dashboard: URL): URL {
  const url = new URL(dashboard)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/node/verifyPM2`
  url.search = ''
  url.hash = ''
  return url
}
