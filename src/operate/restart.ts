import {
  listDynos,
  listFormation,
  restartDynos,
  type Formation,
  type PlatformApi,
} from '../heroku/index.js'
import { waitForReplacement } from './replacement.js'
import { selected, type Selection } from './select.js'

export interface RestartOptions {
  /** ms until the wait for the restarted dynos is given up. */
  waitTimeout: number
  poll?: number | undefined
  /** If it is known already. */
  formation?: Formation[] | undefined
  signal?: AbortSignal | undefined
  /** Called once the platform has been asked, with the names of the dynos. */
  onAsked?: (names: string[]) => void
}

/**
 * Restarts dynos at once, all of the selection together, and waits until each is up again. Answers
 * with their names.
 */
export async function restart(
  api: PlatformApi,
  app: string,
  asked: Selection,
  { waitTimeout, poll, signal, onAsked, formation: known }: RestartOptions,
): Promise<string[]> {
  const [formation, all] = await Promise.all([
    known ?? listFormation(api, app),
    listDynos(api, app),
  ])
  const { dynos, selection } = selected(all, formation, asked, app)
  signal?.throwIfAborted()
  await restartDynos(api, app, selection)
  onAsked?.(dynos.map(({ name }) => name))
  await waitForReplacement(api, app, dynos, {
    others: all,
    timeout: waitTimeout,
    poll,
    signal,
    consequence: '',
  })
  return dynos.map(({ name }) => name)
}
