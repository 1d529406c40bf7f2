/** Whose apps and pipelines are, and which app is in which pipeline. */
import type { AppRecord, CouplingRecord, OwnerRecord, PipelineRecord } from '../store/records.js'
import type { Store } from '../store/types.js'
import { ApiError, InvalidParams, NotFound } from './api-error.js'
import { ACCOUNT_ID, stableId } from './identity.js'
import type { Pipelines } from './pipelines.js'

/** Whose an app is. */
export const ownerOf = ({ team }: Pick<AppRecord, 'team'>): OwnerRecord =>
  team === undefined
    ? { id: ACCOUNT_ID, type: 'user' }
    : { id: stableId(`team ${team}`), type: 'team' }

export interface Coupled {
  app: Readonly<AppRecord>
  coupling: Readonly<CouplingRecord>
  pipeline: Readonly<PipelineRecord>
}

/**
 * Apps that are in a pipeline, oldest coupling first. One whose pipeline is gone is in none: its
 * record may lag behind.
 */
export const coupled = (store: Store, pipelines: Pipelines): Coupled[] =>
  store
    .list()
    .flatMap((app) => {
      const { coupling } = app
      const pipeline = coupling && pipelines.find(coupling.pipeline_id)
      return pipeline ? [{ app, coupling, pipeline }] : []
    })
    .sort((one, other) => (one.coupling.created_at < other.coupling.created_at ? -1 : 1))

export const coupledIn = (store: Store, pipelines: Pipelines, pipelineId: string): Coupled[] =>
  coupled(store, pipelines).filter(({ pipeline }) => pipeline.id === pipelineId)

/** @throws ApiError if the app cannot be one of the pipeline's */
export function checkBelongs(app: Readonly<AppRecord>, pipeline: Readonly<PipelineRecord>): void {
  if (app.generation !== pipeline.generation)
    throw new InvalidParams(
      `A ${app.generation} app cannot be in a pipeline of generation ${pipeline.generation}.`,
    )
  if (ownerOf(app).id !== pipeline.owner.id)
    throw new ApiError(
      422,
      'invalid_params',
      'All apps in a pipeline must have the same owner as the pipeline owner.',
    )
}

/** The id that `{id}` of a request's field names. @throws ApiError if it has none */
export function idIn(value: unknown, field: string): string {
  const { id } = (typeof value === 'object' && value !== null ? value : {}) as { id?: unknown }
  if (typeof id !== 'string') throw new InvalidParams(`${field}.id is required`)
  return id
}

/** @throws NotFound */
export function pipelineNamed(pipelines: Pipelines, identity: string): Readonly<PipelineRecord> {
  const pipeline = pipelines.find(identity)
  if (!pipeline) throw new NotFound('pipeline')
  return pipeline
}
