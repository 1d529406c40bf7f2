import { Router, type Request } from 'express'
import type { Dashboard } from '../dashboard.js'
import { Refusal } from '../refusal.js'
import { questionOf } from './question.js'
import { readRequest } from './request.js'

/** What the page changes: access.ts lets nobody else come here. */
export function actionRoutes(dashboard: Dashboard): Router {
  const router = Router({ mergeParams: true })
  const watched = (request: Request) =>
    dashboard.watchNamed((request.params as { app: string }).app)
  router.use((request, _response, next) => {
    if (request.method === 'POST' && dashboard.isReadOnly)
      throw new Refusal(403, 'This dashboard is read-only.', 'Start one without --read-only.')
    next()
  })
  router.post('/questions', async (request, response) => {
    const watch = watched(request)
    const { api, app } = watch
    const dynos = watch.reports(Date.now())
    response.json(await questionOf({ api, app, dynos }, readRequest(request.body)))
  })
  router.post('/actions', (request, response) => {
    const watch = watched(request)
    response.status(202).json({ id: dashboard.desk.start(watch, readRequest(request.body)) })
  })
  router.post('/actions/:id/stop', (request, response) => {
    const { id } = request.params as { id: string }
    dashboard.desk.stop(watched(request).app, id)
    response.status(202).json({ id })
  })
  return router
}
