/**
 * What a dyno's processes hold of memory, by the kernel's word; elsewhere by that of ps. All in MB
 * of 2^20 bytes, as Heroku counts.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface Memory {
  rss: number
  /** Pages of files; undefined if the system does not tell them apart. */
  cache: number | undefined
  swap: number | undefined
}

export const totalOf = ({ rss, cache = 0, swap = 0 }: Memory): number => rss + cache + swap

/** A file of `Name:  123 kB` lines. */
function kilobytes(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)
  return found ? Number(found[1]) : undefined
}

const MB = 1024

/**
 * /proc/PID/smaps_rollup: a page that several processes share counts in parts (PSS), so that a sum
 * over them counts it once.
 * Undefined for text of another form; kernels before 5.4 do not tell pages of files apart.
 */
export function fromRollup(text: string): Memory | undefined {
  const pss = kilobytes(text, 'Pss')
  if (pss === undefined) return undefined
  const files = kilobytes(text, 'Pss_File')
  return {
    rss: (pss - (files ?? 0)) / MB,
    cache: files === undefined ? undefined : files / MB,
    swap: (kilobytes(text, 'SwapPss') ?? 0) / MB,
  }
}

/**
 * /proc/PID/status: resident memory, shared pages counted whole. Undefined for a process that has
 * ended (a zombie has none).
 */
export function fromStatus(text: string): Memory | undefined {
  const rss = kilobytes(text, 'VmRSS')
  if (rss === undefined) return undefined
  const files = kilobytes(text, 'RssFile')
  return {
    rss: (rss - (files ?? 0)) / MB,
    cache: files === undefined ? undefined : files / MB,
    swap: (kilobytes(text, 'VmSwap') ?? 0) / MB,
  }
}

/** `ps -o rss=`: one number of KB a process, and nothing of files or swap. */
export function fromPs(text: string): Memory {
  const sizes = text
    .split('\n')
    .map((line) => parseInt(line, 10))
    .filter(Number.isFinite)
  return { rss: sizes.reduce((sum, size) => sum + size, 0) / MB, cache: undefined, swap: undefined }
}

export function sumOf(parts: readonly Memory[]): Memory {
  const add = (one: number | undefined, other: number | undefined) =>
    one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0)
  return parts.reduce<Memory>(
    (sum, part) => ({
      rss: sum.rss + part.rss,
      cache: add(sum.cache, part.cache),
      swap: add(sum.swap, part.swap),
    }),
    { rss: 0, cache: undefined, swap: undefined },
  )
}

/** Of all these processes together; one that has just ended counts nothing. */
export async function memoryOf(pids: readonly number[]): Promise<Memory> {
  if (!existsSync('/proc/self/status')) {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', pids.join(',')]).catch(
      noneFound,
    )
    return fromPs(stdout)
  }
  const parts = await Promise.all(
    pids.map(
      async (pid) =>
        fromRollup(await readIfOpen(`/proc/${pid}/smaps_rollup`)) ??
        fromStatus(await readIfOpen(`/proc/${pid}/status`)),
    ),
  )
  return sumOf(parts.filter((part) => part !== undefined))
}

/** ps ends with 1 where none of the processes is there any more. */
function noneFound(error: { code?: unknown; stdout?: string }): { stdout: string } {
  if (error.code === 1) return { stdout: error.stdout ?? '' }
  throw error
}

/**
 * Empty for what has ended, for what this user may not look into, and for what this kernel does not
 * have.
 */
export async function readIfOpen(file: string): Promise<string> {
  try {
    return await readFile(file, 'latin1')
  } catch (error) {
    if (
      ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
    )
      return ''
    throw error
  }
}
