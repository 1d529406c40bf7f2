import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface Listener {
  port: number
  /** Who can reach it: everybody, or this machine alone by IPv4 or IPv6, or one other address. */
  on: 'any' | '127.0.0.1' | '::1' | 'other'
  /** Who has it open, and as what. From /proc alone. */
  socket?: { inode: string; pid: number; fd: number }
}

/** The TCP sockets on which these processes listen. From /proc, elsewhere from lsof. */
export async function listenersOf(pids: number[]): Promise<Listener[]> {
  if (pids.length === 0) return []
  return existsSync('/proc/net/tcp') ? fromProc(pids) : fromLsof(pids)
}

async function fromProc(pids: number[]): Promise<Listener[]> {
  const sockets = (await Promise.all(pids.map(socketsOf))).flat()
  const own = new Map(sockets.map((socket) => [socket.inode, socket]))
  return (await listening()).flatMap(({ inode, ...listener }) => {
    const socket = own.get(inode)
    return socket ? [{ ...listener, socket }] : []
  })
}

/** Inodes of the sockets of this machine that can be reached from elsewhere. */
export async function openSockets(): Promise<Set<string>> {
  const open = (await listening()).filter(({ on }) => on === 'any' || on === 'other')
  return new Set(open.map(({ inode }) => inode))
}

async function listening(): Promise<(Listener & { inode: string })[]> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'latin1').catch(ifGone(''))),
  )
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .flatMap((line) => {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      const [address, port] = local?.split(':') ?? []
      if (state !== LISTEN || !address || !port || !inode) return []
      return [{ port: parseInt(port, 16), on: HEX_ADDRESSES[address] ?? 'other', inode }]
    })
}

/**
 * proc(5): state 0A, addresses as 32-bit words in the machine's byte order (little-endian on all
 * that Node runs on but s390x).
 */
const LISTEN = '0A'
const HEX_ADDRESSES: Record<string, Listener['on']> = {
  '00000000': 'any',
  '00000000000000000000000000000000': 'any',
  '0100007F': '127.0.0.1',
  '0000000000000000FFFF00000100007F': '127.0.0.1',
  '00000000000000000000000001000000': '::1',
}

async function socketsOf(pid: number): Promise<NonNullable<Listener['socket']>[]> {
  const fds = await readdir(`/proc/${pid}/fd`).catch(ifGone<string[]>([]))
  const links = await Promise.all(
    fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(ifGone(''))),
  )
  return links.flatMap((link, index) => {
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1]
    return inode === undefined ? [] : [{ inode, pid, fd: Number(fds[index]) }]
  })
}

/** What ends while it is read counts as empty. */
function ifGone<T>(empty: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code ?? '')) return empty
    throw error
  }
}

async function fromLsof(pids: number[]): Promise<Listener[]> {
  const names = await promisify(execFile)('lsof', [
    '-nP',
    '-a',
    '-p',
    pids.join(','),
    '-iTCP',
    '-sTCP:LISTEN',
    '-Fn',
  ])
    .then(({ stdout }) => stdout)
    // Status 1 is lsof's word for "nothing found" too.
    .catch((error: { stdout?: string }) => error.stdout ?? '')
  return names.split('\n').flatMap((line) => {
    const [, address, port] = /^n(.*):(\d+)$/.exec(line) ?? []
    if (!port) return []
    const on =
      address === '*'
        ? 'any'
        : address === '127.0.0.1'
          ? '127.0.0.1'
          : address === '[::1]'
            ? '::1'
            : 'other'
    return [{ port: Number(port), on }]
  })
}
