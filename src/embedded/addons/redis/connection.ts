import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'

export interface RedisAddress {
  port: number
  password: string
  /** PEM of what it shows over TLS; undefined without TLS. */
  ca: string | undefined
}

/** ms for a command that is answered at once. */
const TIMEOUT = 5_000

/**
 * Says one command to a server and answers its reply as text: the few that a platform needs are no
 * reason for a client (redis.io/docs/latest/develop/reference/protocol-spec). Throws what the
 * server says is wrong.
 */
export async function redisCommand(
  { port, password, ca }: RedisAddress,
  ...words: string[]
): Promise<string> {
  const socket =
    ca === undefined
      ? net.connect({ host: '127.0.0.1', port })
      : tls.connect({ host: '127.0.0.1', port, ca })
  socket.setTimeout(TIMEOUT, () => socket.destroy(new Error('it does not answer')))
  try {
    await once(socket, ca === undefined ? 'connect' : 'secureConnect')
    for (const command of [['AUTH', password], words, ['QUIT']]) socket.write(encoded(command))
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    const [auth, reply] = replies(Buffer.concat(chunks).toString())
    for (const one of [auth, reply])
      if (one === undefined || one.startsWith('-')) throw new Error(one?.slice(1) ?? 'it hung up')
    return reply!.replace(/^[+:]/, '')
  } finally {
    socket.destroy()
  }
}

const encoded = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`

/** Simple replies with their first character, bulk strings without their length. */
function replies(text: string): string[] {
  const found: string[] = []
  for (let rest = text; rest !== '';) {
    const end = rest.indexOf('\r\n')
    if (end === -1) break
    const length = /^[$](\d+)$/.exec(rest.slice(0, end))?.[1]
    const size = length === undefined ? 0 : Number(length) + 2
    const start = length === undefined ? 0 : end + 2
    found.push(rest.slice(start, length === undefined ? end : start + size - 2))
    rest = rest.slice(end + 2 + size)
  }
  return found
}
