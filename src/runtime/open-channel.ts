import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'

/** Characters of one message; what is longer is none. */
const LONGEST = 2 ** 20

/**
 * The IPC channel of a program that is not started as Node: PM2 gives one to every process, and a
 * Node that the program starts finds it as its own (`process.send`). It is read by hand, since
 * Node's own reader throws at a line that is not JSON, and a script may well say
 * `echo ready >&$NODE_CHANNEL_FD`. Returns what the environment has to name.
 */
export const CHANNEL_VARIABLES = { NODE_CHANNEL_FD: '3', NODE_CHANNEL_SERIALIZATION_MODE: 'json' }

/**
 * Gives `child`, whose fourth stream is a pipe, the `message` events, `send` and `disconnect` of a
 * child with a channel.
 */
export function openChannel(child: ChildProcess): void {
  const channel = child.stdio[3] as Duplex | null | undefined
  if (!channel) return
  let text = ''
  const keeper = child as unknown as {
    connected: boolean
    send(message: unknown): boolean
    disconnect(): void
  }
  keeper.connected = true
  keeper.send = (message) => channel.writable && channel.write(`${JSON.stringify(message)}\n`)
  keeper.disconnect = () => void channel.destroy()
  // A program that closes its end says nothing more; that is no error.
  channel.on('error', () => undefined)
  channel.once('close', () => (keeper.connected = false))
  channel.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n')
    text = lines.pop() as string
    // A message without an end, from `printf`.
    if (/^\w/.test(text)) lines.push(text)
    if (/^\w/.test(text) || text.length > LONGEST) text = ''
    for (const line of lines) deliver(child, line.trim())
  })
}

function deliver(child: ChildProcess, line: string): void {
  const message = parse(line)
  const isNodesOwn =
    typeof message === 'object' &&
    message !== null &&
    'cmd' in message &&
    String(message.cmd).startsWith('NODE_')
  if (line !== '' && !isNodesOwn) child.emit('message', message)
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return line
    throw error
  }
}
