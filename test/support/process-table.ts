import { closeSync, openSync, readdirSync, readSync } from 'node:fs'

const buffer = Buffer.allocUnsafe(64 * 1024)

/** A file of /proc, where what ends while it is read, and what is not ours to read, is empty. */
export function procFile(pid: string, name: 'environ' | 'cmdline' | 'stat' | 'status'): string {
  let descriptor: number | undefined
  try {
    descriptor = openSync(`/proc/${pid}/${name}`, 'r')
    const parts: string[] = []
    for (let length; (length = readSync(descriptor, buffer, 0, buffer.length, null)) > 0;)
      parts.push(buffer.toString('utf8', 0, length))
    return parts.join('')
  } catch (error) {
    if (
      ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
    )
      return ''
    throw error
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** All processes of this machine but this one, by pid. Linux only; elsewhere none are seen. */
export function processIds(): string[] {
  return process.platform === 'linux'
    ? readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    : []
}
