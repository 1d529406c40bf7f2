import { listDynos, listFormation, type PlatformApi } from '../heroku/index.js'
import { ANYTHING } from '../heroku/shapes.js'
import type { RestartOptions } from './restart.js'
import { waitForReplacement } from './replacement.js'
import { selected, type Selection } from './select.js'

/**
 * The embedded Heroku's own request: Heroku cycles dynos by itself, once a day, and takes no
 * request for it.
 */
const cyclePath = (app: string, what: string | undefined) =>
  `/shipit/apps/${encodeURIComponent(app)}/dynos/` +
  `${what === undefined ? '' : `${encodeURIComponent(what)}/`}actions/cycle`

/**
 * Has dynos of the embedded Heroku cycled now, and waits until each is up again. Answers with their
 * names. Throws as `restart`.
 */
export async function cycle(
  api: PlatformApi,
  app: string,
  asked: Selection,
  { waitTimeout, poll, signal, onAsked }: RestartOptions,
): Promise<string[]> {
  const [formation, all] = await Promise.all([listFormation(api, app), listDynos(api, app)])
  const { dynos, selection } = selected(all, formation, asked, app)
  signal?.throwIfAborted()
  await api.post<unknown>(cyclePath(app, selection.name ?? selection.type), ANYTHING)
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
