import diagnostics from 'node:diagnostics_channel'
import net from 'node:net'
import type { Server } from 'node:http'

/**
 * Heroku's router keeps a connection to a dyno that idles for up to 90 s
 * (help.heroku.com/Y6M4QI4V): a dyno that closes it earlier breaks the request that is on its way.
 */
const KEEP_ALIVE = 95_000
/** A request may begin as late as that. */
const HEADERS = KEEP_ALIVE + 1000
/** What Fastify sets for an app that says nothing (its Reference/Server.md). */
const FASTIFY_DEFAULT = 72_000

/** Servers that Fastify made. */
const fastifys = new WeakSet<net.Server>()

/**
 * Lets http and https servers that listen keep idle connections for longer than Heroku's router
 * does, unless the app has a time of its own.
 * What the app sets later is the app's.
 */
export function raiseKeepAlive(): void {
  diagnostics.subscribe('fastify.initialization', (message) =>
    fastifys.add((message as { fastify: { server: net.Server } }).fastify.server),
  )
  const listen = net.Server.prototype.listen as (...args: unknown[]) => net.Server
  net.Server.prototype.listen = function (this: net.Server, ...args: unknown[]) {
    if ('keepAliveTimeout' in this) raise(this as Server)
    return listen.apply(this, args)
  } as typeof net.Server.prototype.listen
}

function raise(server: Server): void {
  const defaults = defaultsOfNode()
  if (
    server.keepAliveTimeout !== (fastifys.has(server) ? FASTIFY_DEFAULT : defaults.keepAliveTimeout)
  )
    return
  server.keepAliveTimeout = KEEP_ALIVE
  const { headersTimeout, requestTimeout } = server
  const isOwn =
    headersTimeout !== defaults.headersTimeout || (requestTimeout > 0 && requestTimeout < HEADERS)
  if (!isOwn) server.headersTimeout = HEADERS
}

let known: { keepAliveTimeout: number; headersTimeout: number } | undefined

/**
 * By Node itself, whose defaults change. `http` is loaded: a server of its kind is about to listen.
 */
function defaultsOfNode(): { keepAliveTimeout: number; headersTimeout: number } {
  if (known) return known
  const plain = new (process.getBuiltinModule('node:http').Server)()
  const { keepAliveTimeout, headersTimeout } = plain
  plain.close()
  return (known = { keepAliveTimeout, headersTimeout })
}
