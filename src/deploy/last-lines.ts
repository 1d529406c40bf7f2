import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../errors.js'
import type { Dyno } from '../heroku/types.js'
import { readDynoOutput } from './app-lines.js'
import type { Deployment } from './deployment.js'
import type { Platform } from './platform.js'
import type { ReleaseWatch } from './release-watch.js'

const SHOWN = 20
const READ = 300
/** An app's last lines may reach the log a moment after its dyno's end. */
const LOOKS = 4
const READ_TIME = 10_000

/** The last lines that a dyno printed, or a sentence that says why there are none. Several lines of text, for an error's `why`. */
async function lastLines(platform: Platform, app: string, dyno: Dyno, between: number): Promise<string> {
  try {
    for (let look = 1; ; look++) {
      const output = readDynoOutput(await ownLines(platform, app, dyno))
      const lines = [...output.app, ...output.reason].slice(-SHOWN).map((line) => `  ${line}`)
      if (output.app.length > 0) return [`The last lines of ${dyno.name}:`, ...lines].join('\n')
      if (look === LOOKS) return [`${dyno.name} printed nothing.`, ...lines].join('\n')
      await delay(between)
    }
  } catch (error) {
    return `The log of ${dyno.name} could not be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

async function ownLines(platform: Platform, app: string, dyno: Dyno): Promise<string[]> {
  const since = Date.parse(dyno.created_at)
  const lines: string[] = []
  for await (const line of platform.logs(app, { lines: READ, tail: false, dyno: dyno.name, signal: AbortSignal.timeout(READ_TIME) })) {
    if (line.dyno === dyno.name && line.source === 'app' && Date.parse(line.timestamp) >= since) lines.push(line.message)
  }
  return lines
}

/** A failed boot or health with what the dyno concerned printed last: the one that crashed, else one that is not up, else a web dyno. */
export async function withLastLines({ plan, platform, signal, timing }: Deployment, watch: ReleaseWatch, error: unknown): Promise<unknown> {
  if (signal.aborted || !(error instanceof ShipitError) || (error.code !== 'boot' && error.code !== 'health')) return error
  const dyno = watch.crashed?.dyno ?? watch.dynos.find(({ state }) => state !== 'up') ?? watch.dynos.find(({ type }) => type === 'web') ?? watch.dynos[0]
  if (!dyno) return error
  const { code, message, why, next, details } = error
  const lines = await lastLines(platform, plan.app, dyno, timing.lines)
  return new ShipitError(code, { message, why: [why, lines].filter(Boolean).join('\n'), next, details: { ...details, dyno: dyno.name } })
}
