import { Router, type Request } from 'express'
import { randomUUID } from 'node:crypto'
import { STAGES, type CouplingRecord, type Stage } from '../../store/records.js'
import { Conflict, InvalidParams, NotFound } from '../api-error.js'
import { checkBelongs, coupled, coupledIn, pipelineNamed, type Coupled } from '../coupling.js'
import { stableId } from '../identity.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, onlyFields, param, sendPage, textOf } from '../request.js'

const FIELDS = { id: ({ coupling }: Coupled) => coupling.id }

/** Which apps are in which pipelines, and at which stage. */
export function couplingRoutes({ store, pipelines }: ApiParts): Router {
  const routes = Router()
  const all = () => coupled(store, pipelines)

  routes.get(['/pipeline-couplings', '/users/:user/pipeline-couplings'], (request, response) => {
    sendPage(request, response, all(), FIELDS, serializeCoupling)
  })

  routes.get('/pipelines/:pipeline/pipeline-couplings', (request, response) => {
    const { id } = pipelineNamed(pipelines, param(request, 'pipeline'))
    sendPage(request, response, coupledIn(store, pipelines, id), FIELDS, serializeCoupling)
  })

  routes.get('/teams/:team/pipeline-couplings', (request, response) => {
    const team = param(request, 'team')
    const own = all().filter(
      ({ app }) => app.team === team || stableId(`team ${app.team}`) === team,
    )
    sendPage(request, response, own, FIELDS, serializeCoupling)
  })

  routes.get('/apps/:app/pipeline-couplings', (request, response) => {
    const { id } = appOf(store, request)
    const found = all().find(({ app }) => app.id === id)
    if (!found) throw new NotFound('pipeline coupling')
    response.json(serializeCoupling(found))
  })

  const byId = (request: Request) => {
    const id = param(request, 'coupling')
    const found = all().find(({ coupling }) => coupling.id === id)
    if (!found) throw new NotFound('pipeline coupling')
    return found
  }

  routes.get('/pipeline-couplings/:coupling', (request, response) => {
    response.json(serializeCoupling(byId(request)))
  })

  routes.post('/pipeline-couplings', async (request, response) => {
    const body = bodyOf(request)
    onlyFields(body, ['app', 'pipeline', 'stage'])
    const app = store.find(textOf(body.app))
    if (!app) throw new NotFound('app')
    const pipeline = pipelineNamed(pipelines, textOf(body.pipeline))
    const stage = checkStage(body.stage)
    checkBelongs(app, pipeline)
    const now = new Date().toISOString()
    const coupling: CouplingRecord = {
      id: randomUUID(),
      pipeline_id: pipeline.id,
      stage,
      created_at: now,
      updated_at: now,
    }
    await store.update(app.id, (draft) => {
      if (draft.coupling && pipelines.find(draft.coupling.pipeline_id))
        throw new Conflict('App is already in a pipeline.')
      draft.coupling = coupling
    })
    response.status(201).json(serializeCoupling({ app, coupling, pipeline }))
  })

  routes.patch('/pipeline-couplings/:coupling', async (request, response) => {
    const found = byId(request)
    const { app, coupling } = found
    const body = bodyOf(request)
    onlyFields(body, ['stage'])
    const stage = body.stage === undefined ? coupling.stage : checkStage(body.stage)
    const changed = await store.update(app.id, (draft) => {
      if (draft.coupling?.id !== coupling.id) throw new NotFound('pipeline coupling')
      Object.assign(draft.coupling, { stage, updated_at: new Date().toISOString() })
      return draft.coupling
    })
    response.json(serializeCoupling({ ...found, coupling: changed }))
  })

  routes.delete('/pipeline-couplings/:coupling', async (request, response) => {
    const found = byId(request)
    await store.update(found.app.id, (draft) => {
      if (draft.coupling?.id === found.coupling.id) delete draft.coupling
    })
    response.json(serializeCoupling(found))
  })

  return routes
}

function checkStage(stage: unknown): Stage {
  const known = STAGES.find((one) => one === stage)
  if (known === undefined)
    throw new InvalidParams(`Stage ${textOf(stage)} is not one of: ${STAGES.join(', ')}`)
  return known
}

// Heroku's own CLI reads the pipeline's name of it (pipelines:promote), which the schema has not.
const serializeCoupling = ({ app, coupling, pipeline }: Coupled) => ({
  app: { id: app.id },
  created_at: coupling.created_at,
  id: coupling.id,
  pipeline: { id: pipeline.id, name: pipeline.name },
  stage: coupling.stage,
  updated_at: coupling.updated_at,
})
