/** One process at a time: a file that names who has the lock, and outlives no process. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { withoutKeys } from './child-environment.js'

const run = promisify(execFile)

/**
 * A process and when it began: a pid alone may belong to another process after a crash or a reboot.
 */
export interface Holder {
  pid: number
  began: string
}

const ifMissing = (error: NodeJS.ErrnoException) => {
  if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined
  throw error
}

/**
 * When a live process began, in the system's own spelling; undefined if there is none, or one that
 * only waits to be reaped.
 */
export async function beganAt(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(ifMissing)
    // proc(5): after the name in brackets come the state (3rd field) and, as the 22nd, the start
    // time.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields === undefined || fields[0] === 'Z' ? undefined : fields[19]
  }
  try {
    const env = withoutKeys(process.env)
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)], { env })
    return stdout.trim() || undefined
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return undefined
    throw error
  }
}

async function readLock(file: string): Promise<{ text: string; holder: Holder } | undefined> {
  const text = await readFile(file, 'utf8').catch(ifMissing)
  return text === undefined ? undefined : { text, holder: holderIn(text) }
}

/** After a power cut the file may be there without its content: nobody's, as pid 0 is. */
function holderIn(text: string): Holder {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null
    if (Number.isInteger(holder?.pid) && typeof holder?.began === 'string') return holder as Holder
    return { pid: 0, began: '' }
  } catch (error) {
    if (error instanceof SyntaxError) return { pid: 0, began: '' }
    throw error
  }
}

export const isAlive = async (holder: Holder): Promise<boolean> =>
  (await beganAt(holder.pid)) === holder.began

/**
 * The process that has the lock, if it lives. `isStale` is true if one had it and was killed.
 * @param file of the lock
 */
export async function holderOf(file: string): Promise<Partial<Holder> & { isStale: boolean }> {
  const lock = await readLock(file)
  if (!lock) return { isStale: false }
  return (await isAlive(lock.holder)) ? { ...lock.holder, isStale: false } : { isStale: true }
}

export interface ProcessLock {
  /**
   * Throws `taken` where another process has taken the lock meanwhile. To be called before anything
   * is changed.
   */
  verify(): Promise<void>
  /** Whether it is still this process's, and there. */
  isMine(): Promise<boolean>
  release(): Promise<void>
}

/**
 * Takes a lock for this process; a dead process's lock is taken over.
 * @param file which exists while the lock is held
 * @param taken the error that is thrown where a live process has it
 */
export async function acquireLock(
  file: string,
  taken: (pid: number) => Error,
): Promise<ProcessLock> {
  const mine = JSON.stringify({
    pid: process.pid,
    began: await beganAt(process.pid),
    id: randomUUID(),
  })
  const prepared = `${file}.${process.pid}.${randomUUID()}`
  try {
    await writeFile(prepared, mine, { mode: 0o600 })
    while (!(await placed(prepared, file))) await clearStale(file, taken)
  } finally {
    await rm(prepared, { force: true })
  }
  const isMine = async () => (await readLock(file))?.text === mine
  return {
    async verify() {
      const lock = await readLock(file)
      if (lock?.text !== mine) throw taken(lock?.holder.pid ?? 0)
    },
    isMine,
    async release() {
      if (await isMine()) await rm(file, { force: true })
    },
  }
}

/** A link appears with its content or not at all, and fails where the name exists. */
async function placed(prepared: string, file: string): Promise<boolean> {
  try {
    await link(prepared, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function clearStale(file: string, taken: (pid: number) => Error): Promise<void> {
  const lock = await readLock(file)
  if (!lock) return
  if (await isAlive(lock.holder)) throw taken(lock.holder.pid)
  const aside = `${file}.stale.${randomUUID()}`
  const isMoved = await rename(file, aside).then(() => true, ifMissing)
  if (!isMoved) return
  // Between the look and the rename another process may have placed its own: give that one back.
  const moved = await readLock(aside)
  if (moved && moved.text !== lock.text) await placed(aside, file)
  await rm(aside, { force: true })
}
