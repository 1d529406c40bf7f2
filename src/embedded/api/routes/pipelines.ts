import { Router } from 'express'
import type { OwnerRecord, PipelineRecord } from '../../store/records.js'
import { Conflict, InvalidParams, NotFound } from '../api-error.js'
import { coupledIn, idIn, pipelineNamed } from '../coupling.js'
import { ACCOUNT_ID, stableId } from '../identity.js'
import type { ApiParts } from '../parts.js'
import { idAndName, stackOf } from '../place.js'
import { bodyOf, onlyFields, param, sendPage } from '../request.js'

const FIELDS = {
  id: ({ id }: Readonly<PipelineRecord>) => id,
  name: ({ name }: Readonly<PipelineRecord>) => name,
}

/** devcenter.heroku.com/articles/pipelines-using-the-platform-api */
export function pipelineRoutes({ store, spaces, pipelines }: ApiParts): Router {
  const routes = Router()
  const named = (request: Parameters<typeof param>[0]) =>
    pipelineNamed(pipelines, param(request, 'pipeline'))

  routes.get('/pipelines', (request, response) => {
    // As the official CLI looks a pipeline up (lib/api, findPipelineByName).
    const name = request.query['eq[name]']
    const found = pipelines.list().filter((one) => name === undefined || one.name === name)
    sendPage(request, response, found, FIELDS, serializePipeline)
  })

  routes.get('/pipelines/:pipeline', (request, response) => {
    response.json(serializePipeline(named(request)))
  })

  routes.post('/pipelines', async (request, response) => {
    const body = bodyOf(request)
    onlyFields(body, ['name', 'owner', 'generation'])
    const name = checkName(body.name)
    const { name: generation = 'cedar' } = (body.generation ?? {}) as { name?: unknown }
    if (generation !== 'cedar' && generation !== 'fir')
      throw new InvalidParams('generation must be cedar or fir')
    const owner = body.owner ? ownerIn(body.owner) : ({ id: ACCOUNT_ID, type: 'user' } as const)
    checkFree(name)
    response
      .status(201)
      .json(serializePipeline(await pipelines.create({ name, owner, generation })))
  })

  routes.patch('/pipelines/:pipeline', async (request, response) => {
    const pipeline = named(request)
    const body = bodyOf(request)
    onlyFields(body, ['name'])
    const name = body.name === undefined ? pipeline.name : checkName(body.name)
    if (name !== pipeline.name) checkFree(name)
    const updated = await pipelines.update(pipeline.id, { name })
    if (!updated) throw new NotFound('pipeline')
    response.json(serializePipeline(updated))
  })

  routes.delete('/pipelines/:pipeline', async (request, response) => {
    const pipeline = named(request)
    const apps = coupledIn(store, pipelines, pipeline.id)
    await pipelines.remove(pipeline.id)
    for (const { app } of apps)
      await store.update(app.id, (draft) => {
        if (draft.coupling?.pipeline_id === pipeline.id) delete draft.coupling
      })
    response.json(serializePipeline(pipeline))
  })

  routes.get('/pipelines/:pipeline/pipeline-stack', (request, response) => {
    const { id } = named(request)
    const newest = coupledIn(store, pipelines, id).at(-1)
    response.json({ stack: newest ? idAndName('stack', stackOf(newest.app)) : null })
  })

  /** With a pipeline go all of its apps. */
  routes.post('/pipeline-transfers', async (request, response) => {
    const body = bodyOf(request)
    const pipeline = pipelineNamed(pipelines, idIn(body.pipeline, 'pipeline'))
    const owner = ownerIn(body.new_owner)
    const team = owner.type === 'team' ? teamOf(owner.id) : undefined
    const previous = pipeline.owner
    await pipelines.update(pipeline.id, { owner })
    for (const { app } of coupledIn(store, pipelines, pipeline.id))
      await store.update(app.id, (draft) => {
        draft.team = team
      })
    response
      .status(201)
      .json({ pipeline: { id: pipeline.id }, previous_owner: previous, new_owner: owner })
  })

  const teamOf = (id: string): string => {
    const teams = [...store.list(), ...spaces.list()].flatMap((one) => one.team ?? [])
    const team = teams.find((one) => stableId(`team ${one}`) === id)
    if (team === undefined) throw new NotFound('team')
    return team
  }
  const checkFree = (name: string) => {
    if (pipelines.list().some((one) => one.name === name))
      throw new Conflict(`Name ${name} is already taken`)
  }
  return routes
}

/** Schema: pipeline, name. */
function checkName(name: unknown): string {
  if (typeof name !== 'string' || name === '') throw new InvalidParams("Name can't be blank")
  if (!/^[a-z][a-z0-9-]{2,29}$/.test(name))
    throw new InvalidParams(
      'Name must start with a letter, have 3 to 30 characters and can only contain lowercase ' +
        'letters, digits, and dashes.',
    )
  return name
}

function ownerIn(value: unknown): OwnerRecord {
  const { id, type } = value as Partial<OwnerRecord>
  if (typeof id !== 'string' || (type !== 'user' && type !== 'team'))
    throw new InvalidParams('owner must have an id, and the type user or team')
  if (type === 'user' && id !== ACCOUNT_ID) throw new NotFound('user')
  return { id, type }
}

const serializePipeline = (pipeline: Readonly<PipelineRecord>) => ({
  created_at: pipeline.created_at,
  generation: idAndName('generation', pipeline.generation),
  id: pipeline.id,
  name: pipeline.name,
  owner: pipeline.owner,
  updated_at: pipeline.updated_at,
})
