import { listDynos, listFormation, restartDynos, type PlatformApi } from '../heroku/index.js'
import { waitForReplacement } from './replacement.js'
import { selectDynos, type Selection } from './select.js'

export interface RestartOptions {
  /** ms until the wait for the restarted dynos is given up. */
  waitTimeout: number
  poll?: number | undefined
  signal?: AbortSignal | undefined
}

/** Restarts dynos at once, all of the selection together, and waits until each is up again. Answers with their names. */
export async function restart(api: PlatformApi, app: string, selection: Selection, { waitTimeout, poll, signal }: RestartOptions): Promise<string[]> {
  const [formation, all] = await Promise.all([listFormation(api, app), listDynos(api, app)])
  const dynos = selectDynos(all, formation, selection, app)
  await restartDynos(api, app, selection)
  await waitForReplacement(api, app, dynos, { timeout: waitTimeout, poll, signal, consequence: '' })
  return dynos.map(({ name }) => name)
}
