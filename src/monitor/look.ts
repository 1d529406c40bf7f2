import { ShipitError } from '../errors.js'
import { listDynos, streamLogs, type Dyno, type PlatformApi } from '../heroku/index.js'
import { FormationModel } from './model.js'

/** All that the platform keeps. */
const LINES = 1500
/** ms that the log's recent lines may take longer than the list of dynos: they are figures, not the answer. */
const PATIENCE = 3000

export interface Look {
  dynos: Dyno[]
  model: FormationModel
  /** Why the log is not in the model, or not whole. */
  problem: string | undefined
}

/**
 * The app's dynos, and a model of what their recent lines tell: one look, both asked for at once. It never waits for lines to come.
 * Throws ShipitError where the dynos cannot be listed; a log that cannot be read is told in `problem`.
 * @param dyno a process type or a dyno whose lines are enough
 */
export async function look(api: PlatformApi, app: string, { dyno, patience = PATIENCE }: { dyno?: string | undefined; patience?: number } = {}): Promise<Look> {
  const model = new FormationModel()
  const stop = new AbortController()
  let problem: string | undefined
  const log = readInto(model, streamLogs(api, app, { lines: LINES, ...(dyno === undefined ? {} : { dyno }), retries: 0, signal: stop.signal })).catch((error: unknown) => {
    if (!(error instanceof ShipitError)) throw error
    problem = `The log could not be read, so its figures are missing: ${error.message}`
  })
  let tooLong: NodeJS.Timeout | undefined
  const listed = listDynos(api, app).then((dynos) => {
    tooLong = setTimeout(() => {
      problem = `The log took longer than ${patience / 1000} s, so figures are missing.`
      stop.abort()
    }, patience)
    return dynos
  })
  try {
    const [dynos] = await Promise.all([listed, log])
    return { dynos, model, problem }
  } finally {
    clearTimeout(tooLong)
    stop.abort()
  }
}

async function readInto(model: FormationModel, lines: AsyncIterable<Parameters<FormationModel['add']>[0]>): Promise<void> {
  for await (const line of lines) model.add(line)
}
