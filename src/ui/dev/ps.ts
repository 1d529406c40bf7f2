import type { DevClient } from '../../dev/client.js'
import { type DevInstanceReport, modelOf, reportDev } from '../../dev/report.js'
import { chooseSession, matchingInstances } from '../../dev/select.js'
import { shortDuration } from '../../lib/duration.js'
import { safeJson } from '../../lib/terminal.js'
import { detailsOf, type DynoReport, type FormationModel } from '../../monitor/index.js'
import type { DevSession } from '../../runtime/dev-protocol.js'
import { colours, printable } from '../printable.js'
import type { Sort } from '../flags.js'
import { renderDetails } from '../details.js'
import { type Placed, renderInstances, sortInstances } from '../instances.js'
import { lineWriter, liveScreen, untilStopped } from '../following.js'
import { spokenOf } from '../target.js'
import {
  detailsDocument,
  devInstanceDocument,
  devReportDocument,
} from '../../json/dyno-documents.js'
import type { DEV_INSTANCE, PS } from '../../json/monitor.js'
import type { Json } from '../../json/schema.js'

interface View {
  name?: string | undefined
  sort?: Sort | undefined
  watch: boolean
}

interface Command {
  log(text: string): void
  jsonEnabled(): boolean
}

/** ms between two polls of --watch. */
const EVERY = 1000

/**
 * PM2's `ls` of the sessions of a folder; with `watch` again and again until Ctrl-C, or until they
 * end.
 */
export async function psDev(
  command: Command,
  clients: readonly DevClient[],
  view: View,
): Promise<Json<typeof PS> | void> {
  if (view.watch) return watch(command, clients, view)
  const seen = await look(clients, view)
  command.log(seen.map(({ text }) => text).join('\n\n'))
  return seen.map(({ report }) => devReportDocument(report))
}

async function look(
  clients: readonly DevClient[],
  { name, sort }: View,
): Promise<{ report: DevReport; text: string }[]> {
  const width = process.stdout.isTTY ? process.stdout.columns : undefined
  const chosen = name === undefined ? clients : [await chooseSession(clients, name)]
  return Promise.all(
    chosen.map(async (client) => {
      const { report, placed } = await lookAtDev(client)
      const wanted =
        name === undefined
          ? undefined
          : new Set(matchingInstances(report.instances, name).map(({ id }) => id))
      const rows = (sort ? sortInstances(placed, sort) : placed).filter(
        ({ instance }) => wanted?.has(instance.id) ?? true,
      )
      const instances = rows.flatMap(
        ({ instance }) => report.instances.find((one) => one === instance) ?? [],
      )
      return { report: { ...report, instances }, text: renderDev(report, rows, { sort, width }) }
    }),
  )
}

async function watch(command: Command, clients: readonly DevClient[], view: View): Promise<void> {
  const stop = untilStopped()
  const out = lineWriter()
  const screen = command.jsonEnabled() ? undefined : liveScreen()
  const signal = AbortSignal.any([stop.signal, out.readerGone])
  const { setTimeout: delay } = await import('node:timers/promises')
  try {
    while (!signal.aborted) {
      const seen = await look(clients, view)
      if (screen) screen.show(seen.map(({ text }) => text).join('\n\n'))
      else await out.write(safeJson(seen.map(({ report }) => devReportDocument(report))))
      await delay(EVERY, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  } finally {
    screen?.end()
    out.release()
    stop.release()
  }
}

/** A session and what it runs, as `ps --dev --json` reports it. */
export interface DevReport extends DevSession {
  url: string | null
  instances: DevInstanceReport[]
}

async function lookAtDev(
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
function renderDev(
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

export interface DevShown {
  dev: string
  instances: (Json<typeof DEV_INSTANCE> & ReturnType<typeof detailsDocument>)[]
}

/**
 * All that is known of the instances of a name, as PM2's `describe` tells it. @param width columns
 * of the terminal
 */
export async function showDev(
  command: { log(text: string): void },
  clients: readonly DevClient[],
  name: string,
  width: number | undefined,
): Promise<DevShown> {
  const client = await chooseSession(clients, name)
  const { report, model, dyno } = await lookAtDev(client)
  const shown = matchingInstances(report.instances, name).map((instance) => ({
    dyno,
    instance,
    details: detailsOf(model, dyno, instance),
  }))
  const texts = shown.map(({ instance, details }) =>
    renderDetails(
      {
        app: name,
        dyno,
        instance,
        details,
        release: undefined,
        place: spokenOf(client.running),
        more: [
          [
            'PM2',
            `id ${instance.pmId ?? '-'}, ${instance.mode} mode, ` +
              `${instance.isWatched ? 'restarted when its files change' : 'not watched'}`,
          ],
        ],
      },
      width,
    ),
  )
  command.log(texts.join('\n\n'))
  return {
    dev: client.running.folder,
    instances: shown.map(({ instance, details }) => ({
      ...devInstanceDocument(instance),
      ...detailsDocument(details),
    })),
  }
}
