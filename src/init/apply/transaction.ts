import { chmod, mkdir, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'

interface Snapshot {
  file: string
  /** undefined: the file was not there. */
  was: { bytes: Buffer; mode: number } | undefined
}

/**
 * Changes to files of one folder that can all be taken back: old bytes and modes are kept until the
 * end.
 */
export class Transaction {
  readonly #dir: string
  readonly #snapshots: Snapshot[] = []
  readonly #madeFolders: string[] = []
  readonly #absentAtStart: string[] = []

  constructor(dir: string) {
    this.#dir = dir
  }

  /** Keeps a file as it is now, before it is first changed, by us or by a program that we run. */
  async keep(file: string): Promise<void> {
    if (this.#snapshots.some((snapshot) => snapshot.file === file)) return
    this.#snapshots.push({ file, was: await snapshotOf(path.join(this.#dir, file)) })
  }

  /** The bytes that changed files had, by name; without those that were not there. */
  originals(): Record<string, Buffer> {
    return Object.fromEntries(
      this.#snapshots.flatMap(({ file, was }) => (was === undefined ? [] : [[file, was.bytes]])),
    )
  }

  /**
   * Remembers which of these names are not there, files or folders: a rollback removes what a
   * program put there.
   */
  async expectLeftovers(names: string[]): Promise<void> {
    const there = new Set(await readdir(this.#dir))
    this.#absentAtStart.push(...names.filter((name) => !there.has(name)))
  }

  async write(file: string, data: string | Buffer): Promise<void> {
    await this.keep(file)
    await this.#makeFolder(path.dirname(file))
    await writeFileAtomic(path.join(this.#dir, file), data)
  }

  async remove(file: string): Promise<void> {
    await this.keep(file)
    await rm(path.join(this.#dir, file), { force: true })
  }

  /** Puts everything back. Goes on where one file cannot be put back, and returns those files. */
  async rollback(): Promise<string[]> {
    const failed: string[] = []
    for (const { file, was } of this.#snapshots.toReversed()) {
      const at = path.join(this.#dir, file)
      try {
        if (was === undefined) await rm(at, { force: true })
        else if (!(await isUnchanged(at, was))) {
          await writeFileAtomic(at, was.bytes)
          await chmod(at, was.mode)
        }
      } catch {
        // Named to the user by the caller; the others must still be put back.
        failed.push(file)
      }
    }
    for (const name of this.#absentAtStart)
      await rm(path.join(this.#dir, name), { recursive: true, force: true })
    for (const folder of this.#madeFolders.toReversed())
      await removeIfEmpty(path.join(this.#dir, folder))
    return failed
  }

  async #makeFolder(folder: string): Promise<void> {
    const made = await mkdir(path.join(this.#dir, folder), { recursive: true })
    if (made === undefined) return
    const parts = path.relative(this.#dir, path.join(this.#dir, folder)).split(path.sep)
    const first = path.relative(this.#dir, made).split(path.sep).length
    for (let length = first; length <= parts.length; length++)
      this.#madeFolders.push(parts.slice(0, length).join(path.sep))
  }
}

async function snapshotOf(at: string): Promise<Snapshot['was']> {
  try {
    const { mode } = await stat(at)
    return { bytes: await readFile(at), mode: mode & 0o7777 }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function isUnchanged(at: string, was: NonNullable<Snapshot['was']>): Promise<boolean> {
  const now = await snapshotOf(at)
  return now !== undefined && now.mode === was.mode && now.bytes.equals(was.bytes)
}

async function removeIfEmpty(at: string): Promise<void> {
  try {
    await rmdir(at)
  } catch (error) {
    // Something else is in it by now, which is not ours to remove.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code!))
      throw error
  }
}
