/** The end of the platform's services, in the order in which they need each other. */
import type { Limits } from '../store/types.js'
import type { Services } from './services.js'

type Log = (message: string) => void

/** ms beyond the dynos' grace time after which the end of what runs is no longer waited for. */
const STOP_MARGIN = 4_000

/** Ends what runs: builds, dynos and the add-ons' servers. */
export async function stopServices(
  { drains, dynos, builder, addons }: Services,
  { stopGrace }: Pick<Limits, 'stopGrace'>,
  log: Log,
): Promise<void> {
  drains.close()
  // Dynos first: a build may wait for its release phase, which is one.
  const dynosGone = dynos.shutdown()
  await within(stopGrace + STOP_MARGIN, Promise.all([dynosGone, builder.shutdown()]), () =>
    log('builds or dynos have not ended in time; the next start ends what is left'),
  )
  // After the dynos, which use them to their end.
  await addons.stop()
}

/** Writes what is not on the disk yet. To be called when nothing runs or listens any more. */
export async function writeOut(
  { store, logplex, histories, dynos, recordDynos }: Services,
  log: Log,
): Promise<void> {
  await store.settled()
  await whatever(log, () => logplex.flush())
  dynos.off('change', recordDynos)
  await whatever(log, () => histories.close())
}

/** A step of the end that a full or read-only disk may refuse: the others are taken all the same. */
export async function whatever(log: Log, step: () => Promise<void>): Promise<void> {
  await step().catch((error: Error) => log(`while it stops: ${error.message}`))
}

/** Waits for `work`, but no longer than `ms`. */
async function within(ms: number, work: Promise<unknown>, onLate: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onLate()
      resolve()
    }, ms)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
