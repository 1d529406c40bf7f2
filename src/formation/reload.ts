import { dynoSize } from '../dyno-sizes.js'
import { ShipitError } from '../errors.js'
import { listDynos, listFormation, restartDynos, updateFormation } from '../heroku/index.js'
import type { Dyno, Formation, PlatformApi } from '../heroku/index.js'
import { unknownName } from '../nearest.js'
import { until } from '../until.js'

export type ReloadEvent =
  | { kind: 'reloading'; dyno: string }
  | { kind: 'serving'; dyno: string; ms: number }
  | { kind: 'added'; dyno: string }
  | { kind: 'removed'; dyno: string }
  | { kind: 'gap'; type: string; size: string }

export interface ReloadOptions {
  /** Process type; all that have dynos when absent. */
  type?: string | undefined
  /** ms that one dyno may take to serve again. */
  waitTimeout: number
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
 * Restarts every dyno without a gap: one after the other, the next only when the last serves again. A type with one dyno
 * gets a second for the time of the reload; where its size allows one dyno only (eco, basic) it is restarted with a gap.
 * @throws ShipitError not_found for a type without dynos, boot when a dyno does not come back: the dynos after it are left as they were.
 */
export async function reload(api: PlatformApi, app: string, options: ReloadOptions): Promise<ReloadResult> {
  const formation = await listFormation(api, app)
  const types = formation.filter((row) => row.quantity > 0 && (options.type === undefined || row.type === options.type))
  if (options.type !== undefined && !formation.some(({ type }) => type === options.type)) {
    throw new ShipitError('not_found', unknownName('process type', options.type, formation.map(({ type }) => type)))
  }
  if (types.length === 0) {
    throw new ShipitError('not_found', {
      message: options.type ? `${app} has no running dyno of type ${options.type}.` : `${app} has no running dyno.`,
      why: `Its formation is ${formation.map((row) => `${row.type}=${row.quantity}`).join(' ') || 'empty'}.`,
      next: `Start one with: shipit scale ${options.type ?? 'web'}=1 --app ${app}`,
    })
  }
  const result: ReloadResult = { reloaded: [], gaps: [] }
  for (const row of types) await reloadType(api, app, row, options, result)
  return result
}

async function reloadType(api: PlatformApi, app: string, row: Formation, options: ReloadOptions, result: ReloadResult): Promise<void> {
  const names = (await listDynos(api, app)).filter((dyno) => dyno.type === row.type).map((dyno) => dyno.name).sort(byNumber)
  const isAlone = row.quantity === 1
  const mayHaveTwo = (dynoSize(row.size)?.maxPerType ?? 1) > 1
  if (isAlone && !mayHaveTwo) {
    options.onEvent?.({ kind: 'gap', type: row.type, size: row.size })
    result.gaps.push(row.type)
  }
  const extra = isAlone && mayHaveTwo ? await addOne(api, app, row, options) : undefined
  try {
    for (const name of names) {
      await reloadDyno(api, app, name, options)
      result.reloaded.push(name)
    }
  } finally {
    if (extra) await removeOne(api, app, row, extra, options)
  }
}

async function addOne(api: PlatformApi, app: string, row: Formation, options: ReloadOptions): Promise<string> {
  const before = new Set((await listDynos(api, app)).map((dyno) => dyno.id))
  await updateFormation(api, app, [{ type: row.type, quantity: row.quantity + 1 }])
  try {
    const added = await serving(api, app, (dyno) => dyno.type === row.type && !before.has(dyno.id), `a second ${row.type} dyno`, options)
    options.onEvent?.({ kind: 'added', dyno: added.name })
    return added.name
  } catch (error) {
    await updateFormation(api, app, [{ type: row.type, quantity: row.quantity }])
    throw error
  }
}

async function removeOne(api: PlatformApi, app: string, row: Formation, extra: string, options: ReloadOptions): Promise<void> {
  await updateFormation(api, app, [{ type: row.type, quantity: row.quantity }])
  options.onEvent?.({ kind: 'removed', dyno: extra })
}

async function reloadDyno(api: PlatformApi, app: string, name: string, options: ReloadOptions): Promise<void> {
  options.signal?.throwIfAborted()
  const started = performance.now()
  options.onEvent?.({ kind: 'reloading', dyno: name })
  const old = (await listDynos(api, app)).find((dyno) => dyno.name === name)
  await restartDynos(api, app, { name })
  // A stop waits for it: the extra dyno goes afterwards, and until then it is the one that serves.
  await serving(api, app, (dyno) => dyno.name === name && dyno.id !== old?.id, name, { ...options, signal: undefined })
  options.onEvent?.({ kind: 'serving', dyno: name, ms: Math.round(performance.now() - started) })
}

async function serving(api: PlatformApi, app: string, isIt: (dyno: Dyno) => boolean, what: string, options: ReloadOptions): Promise<Dyno> {
  const dyno = await until(
    async () => (await listDynos(api, app)).find((each) => isIt(each) && (each.state === 'up' || each.state === 'crashed')),
    { timeout: options.waitTimeout, signal: options.signal },
  )
  if (dyno?.state === 'up') return dyno
  throw new ShipitError('boot', {
    message: dyno ? `${what} crashed when it was restarted.` : `${what} did not come up within ${options.waitTimeout / 1000} s.`,
    why: 'The reload stopped there; the dynos after it were not touched and go on serving.',
    next: `Look at its output with: shipit logs --dyno ${dyno?.name ?? what} --app ${app}`,
  })
}

const numberOf = (name: string): number => Number(name.split('.').at(-1))
const byNumber = (a: string, b: string): number => numberOf(a) - numberOf(b)
