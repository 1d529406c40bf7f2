import {
  cancelBuild,
  getConfigVars,
  getRelease,
  listFormation,
  releaseConfigVars,
  type PlatformApi,
  type Release,
} from '../../heroku/index.js'
import { formatFormation } from '../../lib/dyno-count.js'
import {
  applyChange,
  applyStart,
  applyStop,
  INSTANCES_VAR,
  planInstances,
  planStart,
  planStop,
  reload,
  reloadInWords,
  restart,
  rollBack,
  scaleInWords,
  STOPPED_VAR,
  typesWith,
  waitForDynos,
  waitForInstances,
} from '../../operate/index.js'
import type { ActionRequest } from '../wire.js'
import { scaleOf, type ActionContext, type RequestOf } from './context.js'

/** ms, the defaults of the commands of the same name. */
const WAIT = { dyno: 120_000, formation: 300_000, release: 600_000 }

interface Doing {
  /** What is under way, a sentence. */
  say: (text: string) => void
  /** Ends it in order: a reload ends before its next dyno. */
  signal: AbortSignal
}

/**
 * Does what was asked, by the functions of the commands, and answers with a sentence. Throws
 * ShipitError as they do.
 */
export async function perform(
  context: ActionContext,
  request: ActionRequest,
  doing: Doing,
): Promise<string> {
  switch (request.kind) {
    case 'restart':
      return restartDynos(context, request, doing)
    case 'reload':
      return reloadDynos(context, request, doing)
    case 'scale':
      return scale(context, request, doing)
    case 'instances':
      return setInstances(context, request, doing)
    case 'stop':
      return stop(context, request, doing)
    case 'start':
      return start(context, request, doing)
    case 'rollback':
      return goBack(context, request, doing)
    case 'cancel-build':
      await cancelBuild(context.api, context.app, request.build, { signal: doing.signal })
      return 'Cancelled the build'
  }
}

async function restartDynos(
  { api, app }: ActionContext,
  { dyno, type }: RequestOf<'restart'>,
  { say, signal }: Doing,
): Promise<string> {
  say(`Restarting ${dyno ?? type ?? 'all dynos'}...`)
  const selection = dyno !== undefined ? { name: dyno } : type !== undefined ? { type } : {}
  const names = await restart(api, app, selection, {
    waitTimeout: WAIT.dyno,
    signal,
    onAsked: (asked) => say(`${asked.join(', ')} restart...`),
  })
  return `Restarted ${names.join(', ')}`
}

async function reloadDynos(
  { api, app }: ActionContext,
  { type }: RequestOf<'reload'>,
  { say, signal }: Doing,
): Promise<string> {
  say('Reloading...')
  const { reloaded, gaps } = await reload(api, app, {
    selection: type === undefined ? {} : { type },
    waitTimeout: WAIT.dyno,
    signal,
    onEvent: (event) => {
      const text = reloadInWords(event)
      if (text !== undefined) say(text)
    },
  })
  const gap = gaps.length === 0 ? '' : `; ${gaps.join(', ')} with a short gap`
  return `Reloaded ${reloaded.join(', ')}${gap}`
}

async function scale(
  context: ActionContext,
  request: RequestOf<'scale'>,
  { say, signal }: Doing,
): Promise<string> {
  const { api, app } = context
  say(`Scaling ${request.type}...`)
  const { change, isChange } = await scaleOf(context, request)
  if (!isChange) return `${change.type} is as asked already`
  await applyChange(api, app, change, {
    timeout: WAIT.formation,
    signal,
    onProgress: (up, wanted) => say(`${change.type}: ${up} of ${wanted} dynos up`),
  })
  return `Scaled ${change.type} ${scaleInWords(change)}`
}

async function setInstances(
  { api, app, dynos }: ActionContext,
  { app: name, count }: RequestOf<'instances'>,
  { say, signal }: Doing,
): Promise<string> {
  const [vars, formation] = await Promise.all([getConfigVars(api, app), listFormation(api, app)])
  const { value, changes, isChanged } = planInstances(vars[INSTANCES_VAR], `${name}=${count}`)
  if (!isChanged) return `${name} is set to ${count} already`
  say(`Setting ${count} instances of ${name}...`)
  const { release } = await releaseConfigVars(api, app, { [INSTANCES_VAR]: value })
  const deadline = performance.now() + WAIT.formation
  const left = () => Math.max(0, deadline - performance.now())
  await waitForDynos(api, app, formation, {
    timeout: left(),
    signal,
    ...(release === null ? {} : { release: release.version }),
    onProgress: (up, wanted) => say(`${up} of ${wanted} dynos up`),
  })
  const types = typesWith(dynos, name)
  if (types.length === 0) return `Set ${name} to ${count} instances in each dyno`
  say(`Waiting for the instances of ${name}...`)
  const have = await waitForInstances(api, app, changes, types, { timeout: left(), signal })
  if (release)
    await afterPreboot(api, app, await getRelease(api, app, release.version), {
      say,
      signal,
      timeout: left(),
    })
  const counts = have.flatMap((one) => one.counts)
  return `${name} has ${counts.join(' or ')} instances in each dyno of ${types.join(', ')}`
}

async function stop(
  { api, app }: ActionContext,
  { type }: RequestOf<'stop'>,
  { say, signal }: Doing,
): Promise<string> {
  const [formation, vars] = await Promise.all([listFormation(api, app), getConfigVars(api, app)])
  const before = vars[STOPPED_VAR]
  const plan = planStop(formation, before, type)
  if (plan.stopped.length === 0) return `Nothing of ${app} runs`
  const words = formatFormation(plan.stopped)
  await applyStop(api, app, plan, {
    before,
    timeout: WAIT.dyno,
    signal,
    onAsked: () => say(`Stopping ${words}...`),
  })
  return `Stopped ${words}`
}

async function start(
  { api, app }: ActionContext,
  { type }: RequestOf<'start'>,
  { say, signal }: Doing,
): Promise<string> {
  const [formation, vars] = await Promise.all([listFormation(api, app), getConfigVars(api, app)])
  const plan = planStart(formation, vars[STOPPED_VAR], type)
  if (plan.started.length === 0) return `Nothing of ${app} is stopped`
  const words = formatFormation(plan.started)
  await applyStart(api, app, plan, {
    timeout: WAIT.formation,
    signal,
    onAsked: () => say(`Starting ${words}...`),
    onProgress: (up, wanted) => say(`${up} of ${wanted} dynos up`),
  })
  return `Started ${words}`
}

async function goBack(
  { api, app }: ActionContext,
  { version }: RequestOf<'rollback'>,
  { say, signal }: Doing,
): Promise<string> {
  say('Rolling back...')
  const deadline = performance.now() + WAIT.release
  const { to, release } = await rollBack(api, app, {
    to: version?.toString(),
    timeout: WAIT.release,
    signal,
    onMade: (made) => say(`v${made.version} was made...`),
  })
  await afterPreboot(api, app, release, {
    say,
    signal,
    timeout: Math.max(0, deadline - performance.now()),
  })
  return `Rolled back to v${to.version}: v${release.version} is live`
}

/** Requests go to the release at once, but where preboot is on. */
async function afterPreboot(
  api: PlatformApi,
  app: string,
  release: Release,
  { say, signal, timeout }: Doing & { timeout: number },
): Promise<void> {
  const { prebootNote, prebootOf, waitForPreboot } = await import('../../deploy/index.js')
  const preboot = await prebootOf(api, app)
  if (!preboot) return
  say(prebootNote(preboot, release.version))
  await waitForPreboot(api, app, preboot, release, { timeout, signal })
}
