/** What changes a running `shipit dev`: PM2's verbs, and `scale`. */
import type { DevClient } from '../../dev/client.js'
import { chooseSession } from '../../dev/select.js'
import { ShipitError } from '../../errors.js'
import type { DevDone, DevVerb } from '../../runtime/dev-protocol.js'

const PAST: Record<DevVerb, string> = {
  restart: 'Restarted',
  reload: 'Reloaded',
  stop: 'Stopped',
  start: 'Started',
  delete: 'Deleted',
}

/** `instances`: `api:0`, under the name of what was done to them. */
export interface DevOutcome {
  dev: string
  restarted?: string[]
  reloaded?: string[]
  stopped?: string[]
  started?: string[]
  deleted?: string[]
}

interface Command {
  log(text: string): void
  stoppable<T>(work: (signal: AbortSignal) => Promise<T>, left: () => string): Promise<T>
}

/** Has one of PM2's verbs done by the session that runs what is named, and says what came of it. */
export async function devVerb(
  command: Command,
  clients: readonly DevClient[],
  verb: DevVerb,
  name = 'all',
): Promise<DevOutcome> {
  const client = await chooseSession(clients, name)
  const { folder } = client.running
  const done = await command.stoppable(
    (signal) => client.do({ verb, name }, signal),
    () =>
      `${name} was told to ${verb}, and does so; it was not waited for. Look at \`shipit ps ` +
      `--dev\`.`,
  )
  command.log(
    done.instances.length > 0
      ? `${PAST[verb]} ${done.instances.join(', ')} of shipit dev in ${folder}`
      : name === 'all'
        ? 'Everything runs already.'
        : `Everything of ${name} runs already.`,
  )
  if (done.isOver) command.log('Nothing is left to run, so that shipit dev ends.')
  return { dev: folder, [PAST[verb].toLowerCase()]: done.instances }
}

export interface DevScaled {
  dev: string
  instances: { app: string; before: number; after: number }[]
}

/**
 * PM2's `scale api 3` and `scale api +1`, whose number stands by itself, as one word like all
 * others: `api=3`, `api+1`.
 */
export function joinedNumbers(words: readonly string[]): string[] {
  const joined: string[] = []
  for (const word of words) {
    const before = joined.at(-1)
    if (
      before !== undefined &&
      /^[+-]?\d+$/.test(word) &&
      /^[\w.-]*\w$/.test(before) &&
      !/^-|[=+]|-\d+$/.test(before)
    )
      joined[joined.length - 1] = /^[+-]/.test(word) ? `${before}${word}` : `${before}=${word}`
    else joined.push(word)
  }
  return joined
}

/**
 * Brings apps of the session to their numbers of instances: `api=3`, `api+1`, `api-1`. Without any
 * it says how many there are.
 */
export async function scaleDev(
  command: Command,
  clients: readonly DevClient[],
  words: readonly string[],
): Promise<DevScaled> {
  const wanted = words.flatMap((word) => word.split(',')).map(parse)
  const client = await chooseSession(clients, wanted[0]?.name)
  const { folder } = client.running
  if (wanted.length === 0) return show(command, client)
  const changes: DevScaled['instances'] = []
  for (const { name, number } of wanted) {
    const done = await command.stoppable(
      (signal) => client.do({ verb: 'scale', name, number }, signal),
      () =>
        `${name} was told to scale, and does so; it was not waited for. Look at \`shipit ps ` +
        `--dev\`.`,
    )
    const change = changeOf(done, name)
    changes.push(change)
    command.log(
      change.before === change.after
        ? `${name} has ${change.after} already.`
        : `${name} of shipit dev in ${folder}: ${change.before} → ${change.after} instances`,
    )
  }
  return { dev: folder, instances: changes }
}

const changeOf = ({ app, before, after }: DevDone, name: string) => ({
  app: app ?? name,
  before: before ?? 0,
  after: after ?? 0,
})

function parse(word: string): { name: string; number: string } {
  const [, name, sign, number] = /^(.+?)(=|(?=[+-]\d+$))([+-]?\d+)$/.exec(word) ?? []
  if (name === undefined || sign === undefined || number === undefined)
    throw new ShipitError('usage', {
      message: `${word} does not say how many.`,
      next: 'shipit scale api 3 --dev, or shipit scale api +1 --dev',
    })
  return { name, number }
}

async function show(command: Command, client: DevClient): Promise<DevScaled> {
  const { instances } = await client.look()
  const counts = [...new Set(instances.map(({ app }) => app))].map((app) => ({
    app,
    count: instances.filter((one) => one.app === app && one.pid !== null).length,
  }))
  command.log(counts.map(({ app, count }) => `${app}=${count}`).join(' '))
  return {
    dev: client.running.folder,
    instances: counts.map(({ app, count }) => ({ app, before: count, after: count })),
  }
}
