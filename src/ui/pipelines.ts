import { ShipitError } from '../errors.js'
import { couplingOf, getPipeline, type PlatformApi } from '../heroku/index.js'

/** @throws ShipitError `refused` if the app is in a pipeline already */
export async function checkFree(api: PlatformApi, app: string): Promise<void> {
  const coupling = await couplingOf(api, app)
  if (!coupling) return
  const { name } = await getPipeline(api, coupling.pipeline.id)
  throw inPipeline(app, name)
}

export const inPipeline = (app: string, pipeline: string): ShipitError =>
  new ShipitError('refused', {
    message: `${app} is in the pipeline ${pipeline} already, and an app is in one at most.`,
    next: `shipit pipelines remove --app ${app}`,
    details: { app },
  })
