import { getConfigVars, listBuilds, listFormation } from '../../heroku/index.js'
import { ShipitError } from '../../errors.js'
import { formatFormation } from '../../lib/dyno-count.js'
import {
  costInWords,
  describeFit,
  describeMisfit,
  howReloaded,
  INSTANCES_VAR,
  instancesFit,
  planInstances,
  planRollback,
  planStart,
  planStop,
  roomInWords,
  scaleInWords,
  STOPPED_VAR,
  unknownMemory,
} from '../../operate/index.js'
import type { ActionRequest, Question } from '../wire.js'
import { scaleOf, type ActionContext, type RequestOf } from './context.js'

/**
 * What will happen, before anything does, by the plans of the commands. Throws ShipitError as they
 * do where it cannot be done.
 */
export async function questionOf(
  context: ActionContext,
  request: ActionRequest,
): Promise<Question> {
  const { app, dynos } = context
  switch (request.kind) {
    case 'restart': {
      const ofType = dynos.filter(({ type }) => type === request.type).length
      const what =
        request.dyno ??
        (request.type === undefined
          ? `all ${dynos.length} dynos of ${app}`
          : `the ${ofType} ${request.type} dynos of ${app}`)
      return ask('Restart', `Restart ${what} at once? Requests may wait for some seconds.`, true)
    }
    case 'reload': {
      const meant = dynos.filter(({ type }) => (request.type ?? type) === type)
      const what = request.type ?? 'all process types'
      return ask('Reload', `Reload ${what} of ${app}? ${howReloaded(meant)}`)
    }
    case 'scale':
      return ofScale(context, request)
    case 'instances':
      return ofInstances(context, request)
    case 'stop':
      return ofStop(context, request)
    case 'start':
      return ofStart(context, request)
    case 'rollback':
      return ofRollback(context, request)
    case 'cancel-build':
      return ofCancel(context, request)
  }
}

const ask = (confirm: string, text: string, isDangerous = false, title = confirm): Question => ({
  title,
  text,
  confirm,
  is_dangerous: isDangerous,
})

async function ofScale(context: ActionContext, request: RequestOf<'scale'>): Promise<Question> {
  const { change, isChange, doubt } = await scaleOf(context, request)
  if (!isChange) throw nothing(`${change.type} has ${scaleInWords(change)} already.`)
  const cost = costInWords(change)
  return ask(
    'Scale',
    [
      `Scale ${change.type} of ${context.app} ${scaleInWords(change)}?`,
      cost === '' ? '' : `Afterwards: ${cost}.`,
      change.after.quantity === 0 && change.type === 'web' ? 'No request is answered then.' : '',
      change.before.size.toLowerCase() === change.after.size.toLowerCase()
        ? ''
        : 'Its dynos restart.',
      doubt ?? '',
    ]
      .filter(Boolean)
      .join(' '),
    change.after.quantity < change.before.quantity,
  )
}

async function ofInstances(
  { api, app, dynos }: ActionContext,
  request: RequestOf<'instances'>,
): Promise<Question> {
  const [vars, formation] = await Promise.all([getConfigVars(api, app), listFormation(api, app)])
  const { changes, isChanged } = planInstances(
    vars[INSTANCES_VAR],
    `${request.app}=${request.count}`,
  )
  if (!isChanged) throw nothing(`${request.app} is set to ${request.count} already.`)
  const up = dynos.filter(({ state }) => state === 'up')
  const fits = instancesFit(up, changes, formation)
  const [{ before, after }] = changes as [(typeof changes)[number]]
  const isTooMuch = fits.some(({ fits: isFit }) => !isFit)
  return ask(
    'Set instances',
    [
      `Keep ${after} instances of ${request.app} in each dyno (now ${before})? ` +
        `The config var ${INSTANCES_VAR} makes a release, so all dynos of ${app} restart.`,
      ...fits.map((fit) => (fit.fits ? describeFit(fit) : describeMisfit(fit))),
      ...roomInWords(up, changes, formation),
      ...unknownMemory(up, changes, formation),
    ].join('\n'),
    isTooMuch,
  )
}

async function ofStop({ api, app }: ActionContext, { type }: RequestOf<'stop'>): Promise<Question> {
  const [formation, vars] = await Promise.all([listFormation(api, app), getConfigVars(api, app)])
  const { stopped, restartsOthers } = planStop(formation, vars[STOPPED_VAR], type)
  if (stopped.length === 0) throw nothing(`Nothing of ${app} runs.`)
  return ask(
    'Stop',
    [
      `Stop ${formatFormation(stopped)} of ${app}? It is scaled to zero, and costs nothing then.`,
      stopped.some((one) => one.type === 'web')
        ? 'No request is answered until it is started.'
        : '',
      restartsOthers ? 'Remembering it in a config var restarts the dynos that go on.' : '',
    ]
      .filter(Boolean)
      .join(' '),
    true,
  )
}

async function ofStart(
  { api, app }: ActionContext,
  { type }: RequestOf<'start'>,
): Promise<Question> {
  const [formation, vars] = await Promise.all([listFormation(api, app), getConfigVars(api, app)])
  const { started } = planStart(formation, vars[STOPPED_VAR], type)
  if (started.length === 0) throw nothing(`Nothing of ${app} is stopped.`)
  return ask('Start', `Start ${formatFormation(started)} of ${app}?`)
}

async function ofRollback(
  { api, app }: ActionContext,
  { version }: RequestOf<'rollback'>,
): Promise<Question> {
  const { from, to } = await planRollback(api, app, version?.toString())
  return ask(
    'Roll back',
    `Roll ${app} back from v${from.version} (${from.description}) to v${to.version} ` +
      `(${to.description})? Its code and its config vars come back, as a new release; all dynos ` +
      `restart. A rollback to v${from.version} undoes it.`,
    true,
  )
}

async function ofCancel(
  { api, app }: ActionContext,
  { build: id }: RequestOf<'cancel-build'>,
): Promise<Question> {
  const build = (await listBuilds(api, app, { max: 20 })).find((one) => one.id === id)
  if (build?.status !== 'pending') throw nothing('That build has ended.')
  return ask(
    'Cancel build',
    `Cancel the build that ${build.user.email} began? The release before it goes on serving.`,
    true,
  )
}

const nothing = (message: string) =>
  new ShipitError('usage', { message, next: 'There is nothing to do.' })
