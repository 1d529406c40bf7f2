import { type PlatformApi, byTypeAndNumber } from '../../heroku/index.js'
import {
  type DynoReport,
  type Snapshot,
  type WatchOptions,
  reportDynos,
  watchFormation,
} from '../../monitor/index.js'
import {
  applyChange,
  howReloaded,
  planOneMore,
  reload,
  reloadInWords,
  restart,
  scaleInWords,
} from '../../operate/index.js'
import { missingFigures } from '../missing-figures.js'
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
  ): AsyncGenerator<Snapshot, void, undefined>
  report(seen: Snapshot, now: number): DynoReport[]
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

interface ActionContext {
  api: PlatformApi
  app: string
  dynos: readonly DynoReport[]
}

/** ms that one dyno may take: the default of the commands of the same name. */
const WAIT = 120_000

/** Says what will happen, before anything does. Throws ShipitError if it cannot be done. */
async function questionOf(action: Action, { api, app, dynos }: ActionContext): Promise<Question> {
  switch (action.kind) {
    case 'restart': {
      const what = action.dyno ?? `all ${dynos.length} dynos of ${app}`
      return {
        title: 'Restart',
        text: `Restart ${what} at once? Requests may wait for some seconds.`,
        action,
      }
    }
    case 'reload':
      return {
        title: 'Reload',
        text:
          `Reload ${action.type ?? 'all process types'} of ${app}? ` +
          `${howReloaded(dynos.filter(({ type }) => action.type === undefined || type === action.type))}`,
        action,
      }
    case 'scale':
      return {
        title: 'Scale',
        text:
          `Scale ${action.type} of ${app}: ` +
          `${scaleInWords(await planOneMore(api, app, action.type, action.by))}?`,
        action,
      }
  }
}

/**
 * Does what was asked and answers with a sentence. Throws ShipitError as the commands of the same
 * name do.
 * @param say what is under way
 * @param signal ends it in order: a reload ends before its next dyno
 */
async function perform(
  action: Action,
  { api, app }: ActionContext,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<string> {
  switch (action.kind) {
    case 'restart': {
      say(`Restarting ${action.dyno ?? 'all dynos'}...`)
      const names = await restart(
        api,
        app,
        action.dyno === undefined ? {} : { name: action.dyno },
        { waitTimeout: WAIT, signal },
      )
      return `Restarted ${names.join(', ')}`
    }
    case 'reload': {
      say('Reloading...')
      const { reloaded } = await reload(api, app, {
        selection: action.type === undefined ? {} : { type: action.type },
        waitTimeout: WAIT,
        signal,
        onEvent: (event) => {
          const text = reloadInWords(event)
          if (text !== undefined) say(text)
        },
      })
      return `Reloaded ${reloaded.join(', ')}`
    }
    case 'scale': {
      say(`Scaling ${action.type}...`)
      const change = await planOneMore(api, app, action.type, action.by)
      await applyChange(api, app, change, {
        timeout: 2 * WAIT,
        signal,
        onProgress: (up, wanted) => say(`${action.type}: ${up} of ${wanted} dynos up`),
      })
      return `Scaled ${action.type} ${scaleInWords(change)}`
    }
  }
}
