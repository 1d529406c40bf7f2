import type { Limits, Store } from '../store/types.js'
import { totalOf } from './memory.js'
import type { Measured, Meter } from './meter.js'
import { metricsLines } from './metrics-lines.js'
import { memoryQuota } from './quota.js'
import { messages } from './messages.js'

interface MeasuredDyno {
  id: string
  appId: string
  name: string
  size: string
  /** Where its processes are found, as the meter has it. */
  dir: string
  group: number
  log: (message: string) => void
  isStopping: () => boolean
  /** Ends the dyno: it has outgrown its size (R15). */
  kill: () => Promise<void>
}

/**
 * Has a dyno measured until what it returns is called: its load and memory in the log where the app
 * asks for them, R14 above the quota of its size, and its end with R15 far above it.
 */
export function watchMemory(
  dyno: MeasuredDyno,
  { meter, store, limits }: { meter: Meter; store: Store; limits: Limits },
): () => void {
  // The feature counts from the dyno's start on: Heroku asks for a restart after it is changed.
  const hasMetrics = store.find(dyno.appId)?.features['log-runtime-metrics']?.enabled === true
  let isTold = false
  return meter.watch({
    dir: dyno.dir,
    group: dyno.group,
    hasLoad: hasMetrics,
    take: (measured) =>
      void judge(dyno, measured, hasMetrics, limits).catch((error: Error) =>
        dyno.log(messages.notMeasured(error.message)),
      ),
    failed: ({ message }) => {
      if (!isTold) dyno.log(messages.notMeasured(message))
      isTold = true
    },
  })
}

async function judge(
  { id, appId, name, size, log, isStopping, kill }: MeasuredDyno,
  measured: Measured,
  hasMetrics: boolean,
  limits: Limits,
): Promise<void> {
  const { quota, most } = memoryQuota(size, limits)
  if (hasMetrics)
    for (const line of metricsLines(measured, { source: name, appId, id, quota })) log(line)
  const used = totalOf(measured.memory)
  if (used <= quota || isStopping()) return
  log(messages.memory(used, quota))
  if (used <= most) return log(messages.overQuota)
  log(messages.vastlyOverQuota)
  await kill()
}
