import { updateConfigVars, updateFormation, type Dyno, type PlatformApi } from '../heroku/index.js'
import { STOPPED_VAR, type StartPlan, type StopPlan } from './stopped.js'
import { waitForDynos, type WaitOptions } from './wait.js'

interface StopOptions extends Pick<WaitOptions, 'timeout' | 'signal'> {
  /** The config var as it was. */
  before: string | undefined
  /** Called once the platform has been asked. */
  onAsked?: () => void
  /** Called before the config var is set, where that restarts the dynos that go on. */
  onRestart?: () => void
  /** Called when all that is left is to wait. */
  onWait?: () => void
}

/** Carries out planStop, and waits until the dynos are gone. Throws as waitForDynos. */
export async function applyStop(
  api: PlatformApi,
  app: string,
  { updates, stopped, remembered, restartsOthers }: StopPlan,
  { before, onAsked, onRestart, onWait, ...wait }: StopOptions,
): Promise<void> {
  await updateFormation(api, app, updates)
  onAsked?.()
  if (before !== remembered) {
    if (restartsOthers) onRestart?.()
    await updateConfigVars(api, app, { [STOPPED_VAR]: remembered })
  }
  onWait?.()
  await waitForDynos(
    api,
    app,
    stopped.map(({ type, size }) => ({ type, quantity: 0, size })),
    wait,
  )
}

/** Carries out planStart, and waits until the dynos are up. Throws as waitForDynos. */
export async function applyStart(
  api: PlatformApi,
  app: string,
  { updates, started }: StartPlan,
  { onAsked, ...wait }: WaitOptions & { onAsked?: () => void },
): Promise<Dyno[]> {
  await updateFormation(api, app, updates)
  onAsked?.()
  return waitForDynos(api, app, started, wait)
}
