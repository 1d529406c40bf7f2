/** How requests leave this machine: over TLS or not, through a proxy. */
import http, { type Agent } from 'node:http'
import { createRequire } from 'node:module'
import type { SecureContext } from 'node:tls'
import { trust } from './trust.js'

/**
 * The module that speaks to a URL's scheme. node:https brings all of TLS, which a start of the CLI
 * takes milliseconds for: only if it is spoken. Here alone, so that no request forgets it.
 */
export const transport = (isSecure: boolean): Pick<typeof http, 'get' | 'Agent'> =>
  isSecure ? process.getBuiltinModule('node:https') : http

/** By whether they speak TLS, and by whose certificates. */
type Agents = Map<SecureContext | boolean, Agent>
const kept: Agents = new Map()
const single: Agents = new Map()

function agentOf(agents: Agents, isSecure: boolean): Agent {
  const trusted = isSecure ? trust() : {}
  const key = trusted.secureContext ?? isSecure
  const agent =
    agents.get(key) ?? new (transport(isSecure).Agent)({ keepAlive: agents === kept, ...trusted })
  agents.set(key, agent)
  return agent
}

/** An agent that keeps connections open for the next request. */
export const keptAgent = (isSecure: boolean): Agent => agentOf(kept, isSecure)

/**
 * An agent that opens a connection for each request. Of https it keeps the TLS sessions: the next
 * connection to a host takes half the work, and no certificates are sent again.
 */
export const singleAgent = (isSecure: boolean): Agent => agentOf(single, isSecure)

/** http_proxy and friends may be written either way; lower case wins, as curl has it. */
const variable = (env: NodeJS.ProcessEnv, name: string): string | undefined =>
  env[name.toLowerCase()] || env[name.toUpperCase()] || undefined

/**
 * Whether NO_PROXY (comma separated hosts, `.domain`, `*`, each with an optional port) or the
 * loopback exempts a URL.
 */
function isExempt(url: URL, env: NodeJS.ProcessEnv): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    host.startsWith('127.')
  )
    return true
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return (variable(env, 'NO_PROXY') ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true
      const [, name = '', only] = /^(?:\*?\.)?([^:]*)(?::(\d+))?$/.exec(entry) ?? []
      return (
        name !== '' &&
        (only === undefined || only === port) &&
        (host === name || host.endsWith(`.${name}`))
      )
    })
}

/**
 * The proxy for a URL: Heroku's own HEROKU_HTTP_PROXY_HOST/_PORT/_AUTH, else HTTPS_PROXY or
 * HTTP_PROXY, less what NO_PROXY names.
 */
export function proxyFor(target: string, env: NodeJS.ProcessEnv = process.env): URL | undefined {
  const url = new URL(target)
  if (isExempt(url, env)) return undefined
  if (env.HEROKU_HTTP_PROXY_HOST) {
    const auth = env.HEROKU_HTTP_PROXY_AUTH ? `${env.HEROKU_HTTP_PROXY_AUTH}@` : ''
    return new URL(
      `http://${auth}${env.HEROKU_HTTP_PROXY_HOST}:${env.HEROKU_HTTP_PROXY_PORT ?? 8080}`,
    )
  }
  const proxy =
    variable(env, url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ??
    variable(env, 'ALL_PROXY')
  if (!proxy) return undefined
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`)
}

interface Tunnels {
  [kind: string]: (options: {
    proxy: { host: string; port: number; proxyAuth?: string; secureContext?: SecureContext }
    secureContext?: SecureContext
  }) => Agent
}

/**
 * An agent that reaches an https or http target through a proxy, over the tunnel that heroku-client
 * itself brings.
 */
export function proxyAgent(proxy: URL, isTargetSecure: boolean): Agent {
  const require = createRequire(import.meta.url)
  const tunnels = createRequire(require.resolve('heroku-client'))('tunnel-agent') as Tunnels
  const isProxySecure = proxy.protocol === 'https:'
  const kind = `${isTargetSecure ? 'https' : 'http'}Over${isProxySecure ? 'Https' : 'Http'}`
  const auth = proxy.username
    ? `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
    : undefined
  const trusted = isTargetSecure || isProxySecure ? trust() : {}
  return tunnels[kind]!({
    ...trusted,
    proxy: {
      ...trusted,
      host: proxy.hostname,
      port: Number(proxy.port || (isProxySecure ? 443 : 80)),
      ...(auth === undefined ? {} : { proxyAuth: auth }),
    },
  })
}

/**
 * fetch for what goes round heroku-client (build output, PM2's dashboard): Node's own, or undici's
 * if there is a proxy (`named`, else this machine's for the target) or if other certificates are
 * believed than Node's.
 */
export async function fetchFor(target: string, named?: string): Promise<typeof fetch> {
  const proxy = named ? new URL(named) : proxyFor(target)
  const trusted = [target, proxy?.href].some((url) => url?.startsWith('https:')) ? trust() : {}
  if (!proxy && !trusted.secureContext) return fetch
  const undici = await import('undici')
  const dispatcher = proxy
    ? new undici.ProxyAgent({ uri: proxy.href, requestTls: trusted, proxyTls: trusted })
    : new undici.Agent({ connect: trusted })
  return ((url: string, init: object) =>
    undici.fetch(url, { ...init, dispatcher })) as unknown as typeof fetch
}
