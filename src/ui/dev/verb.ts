import type { DevClient } from '../../dev/client.js'
import type { DevVerb } from '../../runtime/dev-protocol.js'
import { chooseSession } from './choose.js'

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
