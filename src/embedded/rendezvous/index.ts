/**
 * Where a client meets the one-off dyno that it asked for: it connects, sends the secret of its
 * attach_url and a line break, reads the line "rendezvous" once the dyno is there, and from then on
 * the dyno's bytes. As Heroku's own over TLS; plain as well, told apart by the first byte.
 */
import { randomBytes } from 'node:crypto'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { firstLine } from '../../lib/first-line.js'
import type { Meeting } from '../store/types.js'
import { byTls } from './by-tls.js'
import type { Certificate } from './certificate.js'

/** Bytes of the first line. */
const LONGEST_SECRET = 256
/** ms that a connection may take to say its secret. */
const TIMEOUT_MS = 30_000

export interface Rendezvous {
  server: net.Server
  /** A meeting, and the secret that lets one client into it, once. */
  open(): { secret: string; meeting: Meeting }
}

/** @param log the daemon's own log */
export function createRendezvous(
  certificate: () => Promise<Certificate>,
  log: (message: string) => void,
): Rendezvous {
  const waiting = new Map<string, (client: Duplex) => void>()

  const greet = async (client: Duplex) => {
    client.on('error', () => client.destroy())
    const timer = setTimeout(() => client.destroy(), TIMEOUT_MS).unref()
    const secret = await firstLine(client, LONGEST_SECRET)
    clearTimeout(timer)
    const meet = secret === undefined ? undefined : waiting.get(secret)
    if (!meet) return client.destroy()
    waiting.delete(secret!)
    return meet(client)
  }

  const server = net.createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 },
    byTls({
      certificate,
      onError: ({ message }) => log(`no TLS for one-off dynos: ${message}`),
      onConnection: (client) => void greet(client),
    }),
  )

  return {
    server,
    open() {
      const secret = randomBytes(24).toString('base64url')
      const comes = new Promise<Duplex>((resolve) => {
        waiting.set(secret, resolve)
      })
      const client = async (signal: AbortSignal) => {
        const isOver = new Promise<undefined>((resolve) => {
          if (signal.aborted) resolve(undefined)
          else signal.addEventListener('abort', () => resolve(undefined), { once: true })
        })
        const came = await Promise.race([comes, isOver])
        waiting.delete(secret)
        came?.write('rendezvous\r\n')
        return came
      }
      return { secret, meeting: { client } }
    },
  }
}
