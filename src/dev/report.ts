import path from 'node:path'
import type { DevInstance, DevLine, DevSession } from '../runtime/dev-protocol.js'
import type { Dyno, LogLine } from '../heroku/index.js'
import { eachFigure } from '../lib/figures.js'
import { reportDynos, type DynoReport, type InstanceReport } from '../monitor/report.js'
import { FormationModel } from '../monitor/model.js'

export interface DevInstanceReport extends InstanceReport {
  /** PM2's id; null for an app that was never started. */
  pmId: number | null
  mode: 'cluster' | 'fork'
  isWatched: boolean
}

/** What a session's lines are from, where a line of a platform names its dyno. */
const DEV_PLACE = 'dev'

export const asLogLine = ({ at, text }: DevLine): LogLine => ({
  timestamp: new Date(at).toISOString(),
  source: 'app',
  dyno: DEV_PLACE,
  message: text,
})

export function modelOf(lines: readonly DevLine[]): FormationModel {
  const model = new FormationModel()
  for (const line of lines) model.add(asLogLine(line))
  return model
}

/** The session as the views of dynos take it. */
export function asDyno({ folder, startedAt, line }: DevSession): Dyno {
  const begun = new Date(startedAt).toISOString()
  return {
    id: '',
    name: DEV_PLACE,
    type: DEV_PLACE,
    command: ['shipit dev', ...line].join(' '),
    size: '',
    state: 'up',
    release: { id: '', version: 0 },
    app: { id: '', name: path.basename(folder) },
    attach_url: null,
    created_at: begun,
    updated_at: begun,
  }
}

/** Which instances there are is PM2's word; their figures are those of the lines. */
export function reportDev(
  session: DevSession,
  instances: readonly DevInstance[],
  model: FormationModel,
  now: number,
): DynoReport & { instances: DevInstanceReport[] } {
  const dyno = reportDynos([asDyno(session)], model, now)[0]!
  const known = new Map(dyno.instances.map((instance) => [instance.id, instance]))
  return {
    ...dyno,
    instances: instances.map((one) => reportInstance(one, known.get(`${one.app}:${one.instance}`))),
  }
}

function reportInstance(
  { pmId, app, instance, mode, status, pid, restarts, uptime, isWatched }: DevInstance,
  known: InstanceReport | undefined,
): DevInstanceReport {
  const isSame = known !== undefined && pid !== null && known.pid === pid
  const figures = isSame ? known : NO_FIGURES
  return {
    ...figures,
    id: `${app}:${instance}`,
    app,
    instance,
    pmId,
    mode,
    isWatched,
    status,
    pid,
    restarts,
    uptimeSeconds: uptime,
  }
}

/** Of one that does not run, or has printed none since it started. */
const NO_FIGURES = {
  ...eachFigure(() => null),
  version: null,
  metrics: [],
  actions: [],
  sampledAt: null,
}
