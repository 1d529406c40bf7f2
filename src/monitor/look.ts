import { ShipitError } from '../errors.js'
import { listDynos, streamLogs, type Dyno, type LogLine, type PlatformApi } from '../heroku/index.js'
import { FormationModel } from './model.js'

/** All that the platform keeps. */
export const RECENT_LINES = 1500
/** ms that the log's recent lines may take longer than the list of dynos: they are figures, not the answer. */
const PATIENCE = 3000

export interface Look {
  dynos: Dyno[]
  model: FormationModel
  /** Why figures may be missing. */
  problem: string | undefined
}

/**
 * The app's dynos, and a model of what its recent lines tell: one look, both asked for at once. It never waits for lines to come.
 * Throws ShipitError where the dynos cannot be listed; a log that cannot be read is told in `problem`.
 */
export async function look(api: PlatformApi, app: string, { patience = PATIENCE }: { patience?: number } = {}): Promise<Look> {
  const model = new FormationModel()
  const stop = new AbortController()
  let problem: string | undefined
  const read = readInto(model, streamLogs(api, app, { lines: RECENT_LINES, retries: 0, signal: stop.signal })).catch((error: unknown) => {
    problem = unreadable(error)
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
    const [dynos] = await Promise.all([listed, read])
    return { dynos, model, problem }
  } finally {
    clearTimeout(tooLong)
    stop.abort()
  }
}

async function readInto(model: FormationModel, lines: AsyncIterable<LogLine>): Promise<void> {
  for await (const line of lines) model.add(line)
}

/** A sentence for a log that cannot be read; any other fault is thrown again. */
export function unreadable(error: unknown): string {
  if (error instanceof ShipitError) return `The log could not be read, so figures are missing: ${error.message}`
  throw error
}
