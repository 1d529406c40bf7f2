/** Which dynos or instances `show` is to tell of. */
import { ShipitError } from '../errors.js'
import { unknownName } from '../lib/nearest.js'
import { plainOrder } from '../lib/dyno-name.js'
import type { DynoReport, InstanceReport } from '../monitor/index.js'
import { dynosOf, resolveName, type NamedInstances } from '../operate/names.js'
import { askWhich } from './ask.js'

interface Asked {
  /** What was typed: a dyno, a process type, an app, `app:instance`, a number; and behind it. */
  dyno?: string | undefined
  instance?: string | undefined
  /** The command, with %s for what is to be shown. */
  spoken: string
  isJson: boolean
}

interface ToShow {
  dyno: DynoReport
  instance: InstanceReport | undefined
}

/**
 * One dyno, one instance, or all instances of an app; of several dynos one is asked for on a
 * terminal.
 * @throws ShipitError `not_found` for a name of nothing, `usage` if several are meant and nobody
 *   can be asked, with the command for each
 */
export async function findShown(dynos: readonly DynoReport[], asked: Asked): Promise<ToShow[]> {
  const typed = asked.dyno
  const exact = dynos.find(({ name }) => name === typed)
  if (exact) return [await inDyno(exact, asked)]
  const types = [...new Set(dynos.map(({ type }) => type))]
  if (typed === undefined || types.includes(typed)) {
    const some = dynos.filter(({ type }) => (typed === undefined ? type !== 'run' : type === typed))
    if (some.length === 0) throw none(asked)
    return [await inDyno(await oneOf(some, asked), asked)]
  }
  const named = resolveName(
    asked.instance === undefined ? typed : `${typed}:${asked.instance.replace(`${typed}:`, '')}`,
    {
      types,
      dynos: dynos.map(({ name }) => name),
      instances: dynos.flatMap(({ name, type, instances }) =>
        instances.map(({ app, instance }) => ({ dyno: name, type, app, instance, isUp: true })),
      ),
    },
  )
  return named.kind === 'instances' ? theInstances(dynos, named, asked) : []
}

function theInstances(
  dynos: readonly DynoReport[],
  named: NamedInstances,
  { spoken, isJson }: Asked,
): ToShow[] {
  const shown = dynos
    .filter(({ name }) => dynosOf(named).includes(name))
    .flatMap((dyno) =>
      dyno.instances
        .filter(
          ({ app, instance }) =>
            app === named.app && (named.instance === undefined || instance === named.instance),
        )
        .map((instance) => ({ dyno, instance })),
    )
  if (!isJson || shown.length < 2) return shown
  throw new ShipitError('usage', {
    message: `${named.app} has ${shown.length} instances, and --json shows one.`,
    next: shown
      .map(({ dyno, instance }) => spoken.replace('%s', () => `${dyno.name} ${instance.id}`))
      .join('\n'),
  })
}

async function oneOf(dynos: readonly DynoReport[], asked: Asked): Promise<DynoReport> {
  if (dynos.length === 1) return dynos[0]!
  const sorted = dynos.toSorted((one, other) => plainOrder(one.name, other.name))
  if (process.stdin.isTTY && process.stderr.isTTY && !asked.isJson)
    return askWhich(
      'Show which dyno?',
      sorted.map((dyno) => ({
        name: `${dyno.name}  ${dyno.state}  ${dyno.instances.map(({ id }) => id).join(' ')}`,
        value: dyno,
      })),
    )
  throw new ShipitError('usage', {
    message: `Which dyno? There are ${sorted.length}.`,
    next: sorted.map(({ name }) => asked.spoken.replace('%s', () => name)).join('\n'),
  })
}

const none = ({ spoken }: Asked) =>
  new ShipitError('not_found', {
    message: 'No dyno runs.',
    next: `${spoken.replace(' show %s', ' ps')} says why.`,
  })

async function inDyno(dyno: DynoReport, { instance }: Asked): Promise<ToShow> {
  return { dyno, instance: instance === undefined ? undefined : choose(dyno, instance) }
}

/** `api:0`, `api` if it has one instance, `0` where one app has it. */
function choose(dyno: DynoReport, typed: string): InstanceReport {
  const fitting = dyno.instances.filter(
    ({ id, app, instance }) => id === typed || app === typed || String(instance) === typed,
  )
  const exact =
    fitting.find(({ id }) => id === typed) ?? (fitting.length === 1 ? fitting[0] : undefined)
  if (exact) return exact
  const ids = dyno.instances.map(({ id }) => id)
  if (fitting.length > 1)
    throw new ShipitError('usage', {
      message: `${typed} is more than one instance of ${dyno.name}.`,
      next: `Name one of ${fitting.map(({ id }) => id).join(', ')}`,
    })
  if (ids.length === 0)
    throw new ShipitError('not_found', {
      message: `The log of ${dyno.name} tells of no instance.`,
      why: 'Instances are known by the lines that shipit-runtime prints.',
      next: `shipit show ${dyno.name}`,
    })
  throw new ShipitError('not_found', unknownName(`instance in ${dyno.name}`, typed, ids))
}
