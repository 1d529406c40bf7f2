import net from 'node:net'

// Below what Linux and macOS hand out to outgoing connections, so that none of these sits on a
// dyno's port when the app binds it.
const FIRST = 20_000
const LAST = 32_767

const taken = new Set<number>()

/** A free port on which a dyno can listen, on all addresses. It stays ours until it is released. */
export async function reservePort(): Promise<{ port: number; release: () => void }> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1))
    if (taken.has(port)) continue
    taken.add(port)
    if (await isFree(port)) return { port, release: () => taken.delete(port) }
    taken.delete(port)
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`)
}

async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '0.0.0.0')) && (await canListen(port, '127.0.0.1'))
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
