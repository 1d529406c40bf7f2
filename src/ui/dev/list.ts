import type { DevClient } from '../../dev/client.js'
import { modelOf, reportDev, type DevInstanceReport } from '../../dev/report.js'
import type { DevSession } from '../../runtime/dev-protocol.js'
import type { DynoReport, FormationModel } from '../../monitor/index.js'
import { shortDuration } from '../../lib/duration.js'
import { colours } from '../colours.js'
import { renderInstances, sortInstances, type Placed } from '../instances.js'
import { printable } from '../printable.js'
import type { Sort } from '../flags.js'

/** A session and what it runs, as `ps --dev --json` reports it. */
export interface DevReport extends DevSession {
  url: string | null
  instances: DevInstanceReport[]
}

export async function lookAtDev(
  client: DevClient,
  now = Date.now(),
): Promise<{ report: DevReport; model: FormationModel; dyno: DynoReport; placed: Placed[] }> {
  const { session, instances, lines } = await client.look()
  const model = modelOf(lines)
  const dyno = reportDev(session, instances, model, now)
  const url = session.port === null ? null : `http://localhost:${session.port}/`
  return {
    report: { ...session, pid: client.running.pid, url, instances: dyno.instances },
    model,
    dyno,
    placed: dyno.instances.map((instance) => ({ dyno, instance })),
  }
}

/** `=== shipit dev in /work/shop (pid 123, up 2m): app.js -i 2` and PM2's table of what it runs. */
export function renderDev(
  report: DevReport,
  rows: readonly Placed[],
  { sort, width }: { sort?: Sort | undefined; width: number | undefined },
): string {
  const c = colours()
  const { folder, pid, startedAt, url, line, instances } = report
  const up = shortDuration(Math.max(0, (Date.now() - startedAt) / 1000))
  const head =
    `=== ${c.bold(`shipit dev in ${printable(folder)}`)} (pid ${pid}, up ` +
    `${up}${url === null ? '' : `, ${url}`})${line.length === 0 ? '' : `: ${printable(line.join(' '))}`}`
  const ids = new Map<unknown, DevInstanceReport>(instances.map((instance) => [instance, instance]))
  const table = renderInstances(sort ? sortInstances(rows, sort) : rows, {
    width,
    lead: {
      head: ['#', 'MODE'],
      cells: ({ instance }) => {
        const one = ids.get(instance)
        return [one?.pmId === null ? '-' : String(one?.pmId), one?.mode ?? '-']
      },
    },
  })
  return `${head}\n${table}`
}
