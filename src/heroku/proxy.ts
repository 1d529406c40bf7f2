/** How requests leave this machine: over TLS or not, through a proxy, by whose certificates. */
import { accessSync, constants } from 'node:fs'
import http, { type Agent } from 'node:http'
import { createRequire } from 'node:module'
import { ShipitError } from '../errors.js'

/**
 * The module that speaks to a URL's scheme. node:https brings all of TLS, which a start of the CLI
 * takes milliseconds for: only if it is spoken. Here alone, so that no request forgets it.
 */
export const transport = (isSecure: boolean): Pick<typeof http, 'get' | 'Agent'> =>
  isSecure ? process.getBuiltinModule('node:https') : http

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
  [kind: string]: (options: { proxy: { host: string; port: number; proxyAuth?: string } }) => Agent
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
  return tunnels[kind]!({
    proxy: {
      host: proxy.hostname,
      port: Number(proxy.port || (isProxySecure ? 443 : 80)),
      ...(auth === undefined ? {} : { proxyAuth: auth }),
    },
  })
}

/**
 * fetch for what goes round heroku-client (logs, build output, PM2's dashboard): Node's own, or
 * undici's if there is a proxy: `named`, else this machine's for the target.
 */
export async function fetchFor(target: string, named?: string): Promise<typeof fetch> {
  const proxy = named ? new URL(named) : proxyFor(target)
  if (!proxy) return fetch
  const undici = await import('undici')
  const dispatcher = new undici.ProxyAgent(proxy.href)
  return ((url: string, init: object) =>
    undici.fetch(url, { ...init, dispatcher })) as unknown as typeof fetch
}

/**
 * SSL_CERT_FILE and SSL_CERT_DIR, which heroku-client and curl read, must be there. Throws
 * ShipitError `usage` if one is not.
 */
export function checkCertificates(env: NodeJS.ProcessEnv): void {
  for (const name of ['SSL_CERT_FILE', 'SSL_CERT_DIR']) {
    const file = env[name]
    if (!file) continue
    try {
      accessSync(file, constants.R_OK)
    } catch (error) {
      throw new ShipitError('usage', {
        message: `${name} names what cannot be read: ${file}`,
        why:
          (error as NodeJS.ErrnoException).code === 'ENOENT'
            ? 'It is not there.'
            : (error as Error).message,
        next: `Name the certificates of your proxy, or: unset ${name}`,
        cause: error,
      })
    }
  }
}
