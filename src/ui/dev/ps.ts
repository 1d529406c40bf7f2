import type { DevClient } from '../../dev/client.js'
import { matchingInstances } from '../../dev/select.js'
import { safeJson } from '../../lib/terminal.js'
import { lineWriter } from '../line-writer.js'
import { liveScreen } from '../live-screen.js'
import { snakeKeys } from '../snake-keys.js'
import type { Sort } from '../flags.js'
import { sortInstances } from '../instances.js'
import { untilStopped } from '../until-stopped.js'
import { chooseSession } from './choose.js'
import { lookAtDev, renderDev, type DevReport } from './list.js'

interface View {
  name?: string | undefined
  sort?: Sort | undefined
  watch: boolean
}

interface Command {
  log(text: string): void
  jsonEnabled(): boolean
}

/** ms between two looks of --watch. */
const EVERY = 1000

/**
 * PM2's `ls` of the sessions of a folder; with `watch` again and again until Ctrl-C, or until they
 * end.
 */
export async function psDev(
  command: Command,
  clients: readonly DevClient[],
  view: View,
): Promise<DevReport[] | void> {
  if (view.watch) return watch(command, clients, view)
  const seen = await look(clients, view)
  command.log(seen.map(({ text }) => text).join('\n\n'))
  return seen.map(({ report }) => report)
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
      else await out.write(safeJson(snakeKeys(seen.map(({ report }) => report))))
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
