import type { OneOffAttach } from '../store/types.js'
import type { Attached } from './process-group.js'
import { terminalMaker } from './pseudo-terminal.js'
import { messages } from './messages.js'

interface Waiting {
  /** ms until a client that does not come is given up. */
  patience: number
  signal: AbortSignal
  log: (message: string) => void
}

/**
 * Who is attached to a one-off dyno, and a terminal for them if they have one. Undefined if
 * nobody came in time, or the dyno is stopped first.
 */
export async function attachedClient(
  { meeting, isTerminal }: OneOffAttach,
  { patience, signal, log }: Waiting,
): Promise<Attached | undefined> {
  log(messages.awaitingClient)
  const over = new AbortController()
  const end = () => over.abort()
  const timer = setTimeout(end, patience)
  signal.addEventListener('abort', end, { once: true })
  const client = await meeting.client(over.signal)
  clearTimeout(timer)
  if (!client) return undefined
  const terminal = isTerminal ? await terminalMaker() : undefined
  if (isTerminal && !terminal) log(messages.noTerminal)
  return { client, terminal }
}
