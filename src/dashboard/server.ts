import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import express, { type Express } from 'express'
import { packageRoot } from '../paths.js'
import { ShipitError } from '../errors.js'
import { Access } from './access.js'
import { actionRoutes } from './actions/action-routes.js'
import { appRoutes } from './app-routes.js'
import { Dashboard, type DashboardOptions } from './dashboard.js'
import { answerError, Refusal } from './refusal.js'
import { securityHeaders } from './security-headers.js'
import { Streams } from './streams.js'

const HOST = '127.0.0.1'
/** Of a body: a change is a line of JSON. */
const MOST_BYTES = '4kb'
const MOST_CONNECTIONS = 200

export interface ServerOptions extends DashboardOptions {
  /** Any free one where absent. */
  port?: number | undefined
  /** Where the page lies. */
  pageFolder?: string
}

export interface DashboardServer {
  /** With the token: never to be logged anywhere but where the user asked for it. */
  url: string
  port: number
  dashboard: Dashboard
  /** Rejects with what ends the dashboard by itself. */
  ended: Promise<unknown>
  /** Ends what is under way in order, then the streams. */
  close(): Promise<void>
}

/** Made by `npm run build`. */
const PAGE_FOLDER = path.join(packageRoot, 'dist/dashboard')
const PAGE_FILES = {
  '/': 'index.html',
  '/page.js': 'page.js',
  '/page.css': 'page.css',
  '/icon.svg': 'icon.svg',
}

/**
 * Serves the dashboard on the loopback, and to nobody but who has the URL.
 * @throws ShipitError `usage` for a port that is in use, or that is not ours to take
 */
export async function startDashboard(options: ServerOptions): Promise<DashboardServer> {
  const server = http.createServer()
  server.maxConnections = MOST_CONNECTIONS
  const port = await listen(server, options.port ?? 0)
  const dashboard = await Dashboard.open(options).catch((error: unknown) => {
    server.close()
    throw error
  })
  const access = new Access(port)
  const streams = new Streams(dashboard)
  server.on('request', dashboardApp(dashboard, access, streams, options.pageFolder ?? PAGE_FOLDER))
  return {
    url: access.url,
    port,
    dashboard,
    ended: dashboard.ended,
    async close() {
      await dashboard.close()
      streams.close()
      server.close()
      server.closeIdleConnections()
      await once(server, 'close')
    },
  }
}

function dashboardApp(
  dashboard: Dashboard,
  access: Access,
  streams: Streams,
  pageFolder: string,
): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.use(securityHeaders, access.fromHere, access.login, access.invited)
  for (const [route, file] of Object.entries(PAGE_FILES))
    app.get(route, (_request, response) => response.sendFile(file, { root: pageFolder }))
  app.get('/api/apps', (_request, response) => void response.json(dashboard.overview))
  app.get('/api/stream', streams.handler)
  app.use(express.json({ limit: MOST_BYTES, type: 'application/json' }))
  app.use('/api/apps/:app', appRoutes(dashboard), actionRoutes(dashboard))
  app.use(() => {
    throw new Refusal(404, 'There is no such page.')
  })
  app.use(answerError)
  return app
}

async function listen(server: http.Server, port: number): Promise<number> {
  server.listen(port, HOST)
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ShipitError('usage', {
      message: `Port ${port} cannot be used: ${code === 'EADDRINUSE' ? 'another program has it' : code}.`,
      next: 'Choose another with --port, or leave it out: any free one is taken.',
      cause: error,
    })
  }
  return (server.address() as AddressInfo).port
}
