import type { DevClient } from '../../dev/client.js'
import type { DevDone } from '../../runtime/dev-protocol.js'
import { ShipitError } from '../../errors.js'
import { chooseSession } from './choose.js'

export interface DevScaled {
  dev: string
  instances: { app: string; before: number; after: number }[]
}

interface Command {
  log(text: string): void
  stoppable<T>(work: (signal: AbortSignal) => Promise<T>, left: () => string): Promise<T>
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
