/**
 * Says in time what Heroku's R10 leaves open: that nothing, or something else, listens where the
 * router looks.
 */
import { existsSync } from 'node:fs'
import net from 'node:net'
import { readKernelFile } from './kernel-file.js'

export interface Listening {
  app: string
  port: number | string
}

/** The state of a listening socket in /proc/net/tcp (include/net/tcp_states.h). */
const LISTEN = '0A'

/**
 * What to tell about a web dyno whose PORT nobody has reported as bound; undefined if somebody has.
 * Heroku ends such a dyno after 60 s with status 137 (devcenter.heroku.com/articles/error-codes,
 * R10). `isBound` knows of processes that report nothing.
 */
export function portWarning(
  dyno: string,
  port: string | undefined,
  listening: Listening[],
): string | undefined {
  if (!dyno.startsWith('web.') || !port) return undefined
  if (listening.some((one) => String(one.port) === port)) return undefined
  const elsewhere = [...new Set(listening.map((one) => `${one.app} listens on ${one.port}`))].join(
    ', ',
  )
  const found = elsewhere
    ? `${elsewhere}, and nothing on PORT, which is ${port}`
    : `nothing listens on PORT, which is ${port}, yet`
  return (
    `${found}; Heroku ends a web dyno that has not bound it within 60 s (R10): listen on ` +
    'process.env.PORT'
  )
}

/**
 * Whether any process listens on a TCP port, whatever language it is written in. Asks the kernel;
 * without /proc, by a connection.
 */
export async function isBound(port: number, read = readKernelFile): Promise<boolean> {
  if (process.platform !== 'linux') return answers(port)
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((file) => existsSync(file))
    .flatMap((file) => read(file).split('\n'))
  return lines.some((line) => {
    const [, local, , state] = line.trim().split(/\s+/)
    return state === LISTEN && local?.endsWith(`:${hex}`)
  })
}

/** Whether a connection to the port is taken. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, 'localhost')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
