import net from 'node:net'

const LAST = 65_535

/** The first port from `first` on that nothing on this machine listens on. */
export async function freePort(first: number): Promise<number> {
  for (let port = first; port <= LAST; port += 1) if (await isFree(port)) return port
  throw new Error(`no port from ${first} to ${LAST} is free`)
}

/** Bound as an app binds it: on every address. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    )
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
