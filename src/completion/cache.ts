import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'

/** ms for which values count as they are, and for which they are better than none. */
const FRESH = 30_000
const USABLE = 24 * 3_600_000
/** ms in which values are asked for once, however often Tab is pressed. */
const ASKED = 10_000

interface Kept {
  at: number
  values: string[]
}

/** Undefined for what was spoiled: it is asked for anew. */
function asKept(text: string): Kept | undefined {
  try {
    return JSON.parse(text) as Kept
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** Names that a platform told, a file each, for their owner alone. */
export class CompletionCache {
  private readonly folder: string

  /** @param cacheDir the CLI's folder for what it can do without */
  constructor(cacheDir: string) {
    this.folder = path.join(cacheDir, 'completion')
  }

  /** The names of an account are not for the one that logs in after it. */
  clear(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true })
  }

  /** Undefined if there are none, or none that are worth showing. */
  async read(key: string): Promise<{ values: string[]; isFresh: boolean } | undefined> {
    const kept = await readFile(this.file(key), 'utf8').then(asKept).catch(ifAbsent)
    if (kept === undefined) return undefined
    const { at, values } = kept
    const age = Date.now() - at
    return age < USABLE ? { values, isFresh: age < FRESH } : undefined
  }

  async write(key: string, values: string[]): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    await writeFileAtomic(this.file(key), JSON.stringify({ at: Date.now(), values }), {
      mode: 0o600,
    })
  }

  /** Whether the caller is the one that is to ask, since nobody has within the last seconds. */
  async take(key: string): Promise<boolean> {
    const mark = `${this.file(key)}.asked`
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    const last = await stat(mark).catch(ifAbsent)
    if (last && Date.now() - last.mtimeMs < ASKED) return false
    await writeFile(mark, String(Date.now()), { mode: 0o600 })
    return true
  }

  private file(key: string): string {
    return path.join(this.folder, createHash('sha256').update(key).digest('hex').slice(0, 32))
  }
}
