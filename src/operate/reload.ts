import { ridingOut } from '../heroku/limits.js'
import { isFirName } from '../lib/dyno-name.js'
import { dynoSize } from '../lib/dyno-sizes.js'
import {
  listDynos,
  listFormation,
  restartDynos,
  updateFormation,
  type Dyno,
  type Formation,
  type PlatformApi,
} from '../heroku/index.js'
import { DynoNews } from './dyno-news.js'
import { waitForReplacement } from './replacement.js'
import { selected, type Selection } from './select.js'
import { waitForDynos } from './wait.js'

export type ReloadEvent =
  | { kind: 'reloading'; dyno: string }
  | { kind: 'serving'; dyno: string; ms: number }
  | { kind: 'added'; dyno: string }
  | { kind: 'removed'; dyno: string }
  | { kind: 'gap'; type: string; size: string }

interface ReloadOptions {
  /** Process type, or one dyno; all that have dynos when absent. */
  selection?: Selection | undefined
  /** If it is known already. */
  formation?: Formation[] | undefined
  /** ms that one dyno may take to serve again. */
  waitTimeout: number
  /** ms between two polls if the log does not say when one is due. */
  poll?: number | undefined
  /** Ends the reload before the next dyno; the one that is being restarted is waited for. */
  signal?: AbortSignal | undefined
  onEvent?: ((event: ReloadEvent) => void) | undefined
}

export interface ReloadResult {
  /** Names of the dynos that were reloaded, in order. */
  reloaded: string[]
  /** Process types that had to be restarted with a gap, because their size allows one dyno only. */
  gaps: string[]
}

/**
 * Restarts every dyno without a gap: one after the other, the next only when the last serves again.
 * A type with one dyno gets a second for the time of the reload; if its size allows one dyno only
 * (eco, basic) it is restarted with a gap.
 * Costs 3 calls of the API, and 2 to 6 a dyno that boots within a minute; 4 more for a second dyno.
 * @throws ShipitError not_found for a type without dynos, boot when a dyno does not come back: the
 *   dynos after it are left as they were.
 */
export async function reload(
  api: PlatformApi,
  app: string,
  options: ReloadOptions,
): Promise<ReloadResult> {
  const [formation, all] = await Promise.all([
    options.formation ?? listFormation(api, app),
    listDynos(api, app),
  ])
  const { dynos } = selected(all, formation, options.selection ?? {}, app)
  const result: ReloadResult = { reloaded: [], gaps: [] }
  const news = new DynoNews(api, app)
  try {
    // The API lists them by id, which says nothing.
    for (const row of formation.toSorted((one, other) => one.type.localeCompare(other.type))) {
      const ofType = dynos.filter(({ type }) => type === row.type)
      const beside = all.filter(({ type }) => type === row.type)
      if (ofType.length > 0)
        await reloadType(api, app, row, ofType, { ...options, news, beside }, result)
    }
  } finally {
    news.stop()
  }
  return result
}

/** `beside`: all dynos of the type. */
type UnderWay = ReloadOptions & { news: DynoNews; beside: readonly Dyno[] }

async function reloadType(
  api: PlatformApi,
  app: string,
  row: Formation,
  dynos: Dyno[],
  options: UnderWay,
  result: ReloadResult,
): Promise<void> {
  const isAlone = row.quantity === 1
  // Only Eco and Basic are known to allow one alone; a size that is new to us is as all others.
  const mayHaveTwo = (dynoSize(row.size)?.maxPerType ?? 2) > 1
  if (isAlone && !mayHaveTwo) {
    options.onEvent?.({ kind: 'gap', type: row.type, size: row.size })
    result.gaps.push(row.type)
  }
  const extra = isAlone && mayHaveTwo
  try {
    let others = extra ? await addOne(api, app, row, options) : options.beside
    for (const dyno of dynos) {
      others = [...others, await reloadDyno(api, app, dyno, { ...options, others })]
      result.reloaded.push(dyno.name)
    }
  } finally {
    if (extra)
      await removeOne(
        api,
        app,
        row,
        dynos.some(({ name }) => isFirName(name)),
        options,
      )
  }
}

async function addOne(
  api: PlatformApi,
  app: string,
  row: Formation,
  { waitTimeout, poll, signal, news, onEvent }: UnderWay,
): Promise<Dyno[]> {
  await ridingOut(
    () => updateFormation(api, app, [{ type: row.type, quantity: row.quantity + 1 }]),
    signal,
  )
  const dynos = await waitForDynos(
    api,
    app,
    [{ type: row.type, quantity: row.quantity + 1, size: row.size }],
    {
      timeout: waitTimeout,
      news,
      isJustAsked: true,
      ...(poll === undefined ? {} : { poll }),
      ...(signal ? { signal } : {}),
    },
  )
  onEvent?.({ kind: 'added', dyno: dynos.at(-1)?.name ?? row.type })
  return dynos
}

async function removeOne(
  api: PlatformApi,
  app: string,
  row: Formation,
  isFir: boolean,
  { onEvent }: ReloadOptions,
): Promise<void> {
  await ridingOut(() => updateFormation(api, app, [{ type: row.type, quantity: row.quantity }]))
  // On Fir the platform chooses which one goes.
  onEvent?.({ kind: 'removed', dyno: isFir ? row.type : `${row.type}.${row.quantity + 1}` })
}

async function reloadDyno(
  api: PlatformApi,
  app: string,
  dyno: Dyno,
  { waitTimeout, poll, signal, news, onEvent, others }: UnderWay & { others: readonly Dyno[] },
): Promise<Dyno> {
  signal?.throwIfAborted()
  const started = performance.now()
  onEvent?.({ kind: 'reloading', dyno: dyno.name })
  await ridingOut(() => restartDynos(api, app, { name: dyno.name }), signal)
  // A stop waits for it: the extra dyno goes afterwards, and until then it is the one that serves.
  const [successor] = await waitForReplacement(api, app, [dyno], {
    timeout: waitTimeout,
    poll,
    news,
    others,
    consequence: 'The reload stopped there; the dynos after it were not touched and go on serving.',
  })
  onEvent?.({ kind: 'serving', dyno: successor!.name, ms: Math.round(performance.now() - started) })
  return successor!
}
