import { execFile } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
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

function fromProc(pids: number[]): Listener[] {
  const own = new Map(pids.flatMap(socketsOf).map((socket) => [socket.inode, socket]))
  return listening().flatMap(({ inode, ...listener }) => {
    const socket = own.get(inode)
    return socket ? [{ ...listener, socket }] : []
  })
}

/** Inodes of the sockets of this machine that can be reached from elsewhere. */
export function openSockets(): Set<string> {
  const open = listening().filter(({ on }) => on === 'any' || on === 'other')
  return new Set(open.map(({ inode }) => inode))
}

function listening(): (Listener & { inode: string })[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(listeningRows).flatMap((row) => {
    const [, local, , , , , , , , inode] = row.trim().split(/\s+/)
    const [address, port] = local?.split(':') ?? []
    if (!address || !port || !inode) return []
    return [{ port: parseInt(port, 16), on: HEX_ADDRESSES[address] ?? 'other', inode }]
  })
}

const buffer = Buffer.allocUnsafe(4096)

/**
 * The rows of sockets that listen. They come first (the kernel's networking/proc_net_tcp), so that
 * the thousands of connections that a busy machine has behind them are not read.
 */
function listeningRows(table: string): string[] {
  const file = attempt(() => openSync(table, 'r'), undefined)
  if (file === undefined) return []
  const rows: string[] = []
  let rest = ''
  try {
    let isPast = false
    for (let length; !isPast && (length = readSync(file, buffer)) > 0;) {
      const lines = (rest + buffer.toString('latin1', 0, length)).split('\n')
      rest = lines.pop() ?? ''
      const states = lines.filter((line) => !HEADER.test(line))
      const found = states.filter((line) => LISTEN.test(line))
      rows.push(...found)
      isPast = found.length < states.length
    }
    return rows
  } finally {
    closeSync(file)
  }
}

/**
 * proc(5): state 0A, addresses as 32-bit words in the machine's byte order (little-endian on all
 * that Node runs on but s390x).
 */
const LISTEN = /^ *\d+: \S+ \S+ 0A /
const HEADER = /^ *sl /
const HEX_ADDRESSES: Record<string, Listener['on']> = {
  '00000000': 'any',
  '00000000000000000000000000000000': 'any',
  '0100007F': '127.0.0.1',
  '0000000000000000FFFF00000100007F': '127.0.0.1',
  '00000000000000000000000001000000': '::1',
}

/** In one go: a dyno has some hundred of them, and each would cost a turn of the thread pool. */
function socketsOf(pid: number): NonNullable<Listener['socket']>[] {
  const links = attempt(() => readdirSync(`/proc/${pid}/fd`), []).map(
    (fd) => [fd, attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '')] as const,
  )
  return links.flatMap(([fd, link]) => {
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1]
    return inode === undefined ? [] : [{ inode, pid, fd: Number(fd) }]
  })
}

/** What ends while it is read counts as empty, as does what is not ours to read. */
function attempt<T>(read: () => T, empty: T): T {
  try {
    return read()
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return empty
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
