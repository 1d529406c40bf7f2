import type { PlatformApi } from '../../heroku/index.js'
import { byTypeAndNumber } from '../../heroku/index.js'
import {
  reportDynos,
  watchFormation,
  type DynoReport,
  type Look,
  type WatchOptions,
} from '../../monitor/index.js'
import { missingFigures } from '../formation.js'
import { perform, questionOf } from './actions.js'
import type { Action, Question } from './view.js'

/**
 * What the screen is about, and what its keys do: an app on a platform, or a `shipit dev` on this
 * machine.
 */
export interface MonitSource {
  /** As the first row calls it. */
  name: string
  /** What the list is of. */
  unit: 'dynos' | 'instances'
  watch(
    options: Pick<WatchOptions, 'every' | 'signal' | 'onLine'>,
  ): AsyncGenerator<Look, void, undefined>
  report(seen: Look, now: number): DynoReport[]
  /** Why figures are missing; undefined if none are. */
  missing(dynos: readonly DynoReport[], watched: number): string | undefined
  /** Says what will happen, before anything does. Throws ShipitError if it cannot be done. */
  question(action: Action, dynos: readonly DynoReport[]): Promise<Question>
  /** Does it and answers with a sentence. `say`: what is under way. `signal` ends it in order. */
  perform(
    action: Action,
    dynos: readonly DynoReport[],
    say: (text: string) => void,
    signal: AbortSignal,
  ): Promise<string>
}

export const platformSource = (api: PlatformApi, app: string): MonitSource => ({
  name: app,
  unit: 'dynos',
  watch: (options) => watchFormation(api, app, options),
  report: ({ dynos, model }, now) => reportDynos([...dynos].sort(byTypeAndNumber), model, now),
  missing: missingFigures,
  question: (action, dynos) => questionOf(action, { api, app, dynos }),
  perform: (action, dynos, say, signal) => perform(action, { api, app, dynos }, say, signal),
})
