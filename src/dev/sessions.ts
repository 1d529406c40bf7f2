/**
 * Which `shipit dev` run on this machine: a file for each in the state folder, beside the socket by
 * which other terminals reach it.
 */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { stateHome } from '../embedded/daemon/folders.js'

export interface RunningSession {
  folder: string
  /** Of `shipit dev` itself. */
  pid: number
  socket: string
  /** The file that tells of it. */
  record: string
}

/**
 * Bytes of the longest path that a socket can have everywhere (macOS: 104 with a zero at the end).
 */
const LONGEST_SOCKET = 103

/** A folder of a socket's own, and ms that a runtime may take to open its socket. */
const OWN = 'shipit-dev-'
const BEGINS = 30_000

const home = (): string => path.join(stateHome(), 'dev')

/**
 * Makes known that `shipit dev` runs in a folder; `release` takes that back. Its socket is still to
 * be opened.
 */
export function announceSession(
  dir: string,
  pid = process.pid,
): { socket: string; release(): void } {
  const folder = realpathSync(dir)
  const parent = home()
  mkdirSync(parent, { recursive: true, mode: 0o700 })
  chmodSync(parent, 0o700)
  const name = `${createHash('sha256').update(folder).digest('hex').slice(0, 12)}-${pid}`
  const { socket, own } = socketIn(parent, name)
  const record = path.join(parent, `${name}.json`)
  writeFileSync(record, JSON.stringify({ folder, pid, socket }), { mode: 0o600 })
  return {
    socket,
    release: () => {
      for (const file of [record, own ?? socket]) rmSync(file, { recursive: true, force: true })
    },
  }
}

/**
 * A pipe on Windows; a path that is too long for a socket gives way to a folder of its own, for
 * this user alone.
 */
function socketIn(parent: string, name: string): { socket: string; own?: string } {
  if (process.platform === 'win32') return { socket: `\\\\.\\pipe\\shipit-dev-${name}` }
  const socket = path.join(parent, `${name}.sock`)
  if (Buffer.byteLength(socket) <= LONGEST_SOCKET) return { socket }
  const own = mkdtempSync(path.join(existsSync('/tmp') ? '/tmp' : os.tmpdir(), OWN))
  return { socket: path.join(own, 's'), own }
}

/**
 * Those that run in `dir`, else in the nearest folder above it; all with the newest first. What a
 * killed one has left behind is removed.
 */
export async function sessionsOf(dir: string): Promise<RunningSession[]> {
  const all = await runningSessions()
  for (let folder = realpathSync(dir); ; folder = path.dirname(folder)) {
    const here = all.filter((one) => one.folder === folder)
    if (here.length > 0 || folder === path.dirname(folder))
      return here.sort((one, other) => other.pid - one.pid)
  }
}

export async function runningSessions(): Promise<RunningSession[]> {
  if (!existsSync(home())) return []
  const records = readdirSync(home())
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => readRecord(path.join(home(), name)) ?? [])
  const alive = await Promise.all(
    records.map(async (one) => (await answers(one.socket)) || isBeginning(one)),
  )
  for (const [at, { record, socket }] of records.entries())
    if (!alive[at])
      for (const file of [record, leftBy(socket)]) rmSync(file, { recursive: true, force: true })
  return records.filter((_, at) => alive[at])
}

/** Undefined for what is being written, or was not written by us. */
function readRecord(record: string): RunningSession | undefined {
  try {
    const { folder, pid, socket } = JSON.parse(readFileSync(record, 'utf8')) as Record<
      string,
      unknown
    >
    return typeof folder === 'string' && typeof pid === 'number' && typeof socket === 'string'
      ? { folder, pid, socket, record }
      : undefined
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined
    throw error
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(socket, () => {
      connection.destroy()
      resolve(true)
    })
    connection.once('error', () => resolve(false))
  })
}

/**
 * Whether its runtime may yet open the socket. A pid that another program has by now says nothing
 * for longer.
 */
function isBeginning({ pid, record }: RunningSession): boolean {
  return isRunning(pid) && existsSync(record) && Date.now() - statSync(record).mtimeMs < BEGINS
}

const leftBy = (socket: string): string =>
  path.basename(path.dirname(socket)).startsWith(OWN) ? path.dirname(socket) : socket

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
