import { Router, type Request } from 'express'
import { getConfigVars } from '../heroku/index.js'
import type { AppWatch } from './app-watch.js'
import type { Dashboard } from './dashboard.js'
import { detailsIn } from './details.js'
import { exceptionGroups } from './exception-groups.js'
import { formationDocument } from './formation.js'
import { markDocument } from './mark-news.js'
import { Refusal } from './refusal.js'
import { quotaOf, seriesDocument } from './series-document.js'

const HOUR = 3_600_000
const POINTS = { usual: 360, most: 5000 }
const LINES = { usual: 200, most: 2000 }

/** What is read of one app: wire.ts lists it. */
export function appRoutes(dashboard: Dashboard): Router {
  const router = Router({ mergeParams: true })
  const watched = (request: Request): AppWatch =>
    dashboard.watchNamed((request.params as { app: string }).app)

  router.get('/series', (request, response) => {
    const watch = watched(request)
    const of = placeOf(request)
    const now = Date.now()
    const range = {
      ...rangeOf(request, now),
      points: numberOf(request, 'points', POINTS.usual, 1, POINTS.most),
    }
    response.json(seriesDocument(watch.history, of, range, quotaOf(watch.reports(now), of)))
  })
  router.get('/marks', (request, response) => {
    const { history } = watched(request)
    response.json(history.marks(rangeOf(request, Date.now())).map(markDocument))
  })
  router.get('/details', async (request, response) => {
    response.json(await detailsIn(watched(request), placeOf(request)))
  })
  router.get('/routes', (request, response) => {
    response.json(watched(request).requests.routes(Date.now()))
  })
  router.get('/exceptions', (request, response) => {
    response.json(exceptionGroups(watched(request).model))
  })
  router.get('/log', (request, response) => {
    const { log } = watched(request)
    const limit = numberOf(request, 'limit', LINES.usual, 1, LINES.most)
    response.json(
      request.query.around === undefined
        ? log.before(numberOf(request, 'before', log.next, 0), limit)
        : log.around(numberOf(request, 'around', 0, 0), limit),
    )
  })
  router.get('/releases', async (request, response) => {
    response.json(await watched(request).releases.list())
  })
  router.get('/formation', async (request, response) => {
    const watch = watched(request)
    response.json(await formationDocument(watch.api, watch.app, watch.reports(Date.now())))
  })
  router.get('/config', async (request, response) => {
    const { api, app } = watched(request)
    response.json(Object.keys(await getConfigVars(api, app)).sort())
  })
  return router
}

/** Query parameters come once, or not at all. */
function textOf(request: Request, name: string): string | undefined {
  const value = request.query[name]
  if (value === undefined || typeof value === 'string') return value
  throw new Refusal(400, `${name} is given twice.`)
}

function numberOf(
  request: Request,
  name: string,
  otherwise: number,
  least = -Infinity,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const text = textOf(request, name)
  if (text === undefined) return otherwise
  const value = Number(text)
  if (text !== '' && Number.isFinite(value) && value >= least)
    return Math.min(most, Math.floor(value))
  throw new Refusal(400, `${name} is not a valid number.`)
}

function rangeOf(request: Request, now: number): { from: number; to: number } {
  const to = numberOf(request, 'to', now, 0)
  const from = numberOf(request, 'from', to - HOUR, 0)
  if (from < to) return { from, to }
  throw new Refusal(400, 'from must be before to.')
}

function placeOf(request: Request): { dyno?: string; instance?: string } {
  const dyno = textOf(request, 'dyno')
  const instance = textOf(request, 'instance')
  return {
    ...(dyno === undefined ? {} : { dyno }),
    ...(instance === undefined ? {} : { instance }),
  }
}
