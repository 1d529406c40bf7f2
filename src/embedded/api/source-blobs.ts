import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ApiError, NotFound } from './api-error.js'
import type { Folders } from '../store/types.js'

/** How long a source may wait for its build: an hour, as Heroku's signed URLs have it. */
export const SOURCE_LIFE = 60 * 60_000
/** Bytes of one source. */
export const LARGEST_SOURCE = 1024 ** 3

/**
 * Sources on their way from a client to a build. They lie where the builder clears up what a killed
 * daemon left; a file has its name only once it is whole; one that no build has taken within an
 * hour goes.
 */
export class SourceBlobs {
  private readonly dir: string

  constructor(
    folders: Folders,
    private readonly now: () => number = Date.now,
    private readonly largest = LARGEST_SOURCE,
  ) {
    this.dir = path.join(folders.builds, 'incoming')
  }

  /** The id of a place for one source. */
  async create(): Promise<string> {
    await mkdir(this.dir, { recursive: true, mode: 0o700 })
    await this.removeOld()
    return randomUUID()
  }

  /**
   * @throws ApiError 413 if it is too large; nothing of it is kept then, nor of one that breaks
   * off.
   */
  async write(id: string, body: Readable): Promise<void> {
    const part = `${this.fileOf(id)}.${randomUUID()}`
    let size = 0
    const { largest } = this
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length
        done(
          size > largest
            ? new ApiError(413, 'too_large', `The source is larger than ${largest} bytes.`)
            : null,
          chunk,
        )
      },
    })
    try {
      await mkdir(this.dir, { recursive: true, mode: 0o700 })
      // Opened before anything flows: a stream that opens its file by itself may do so after the
      // upload broke off, and leave it behind.
      const file = await open(part, 'wx', 0o600)
      await pipeline(body, counted, file.createWriteStream())
      // Its age is told by the clock that reads it, which is not the disk's where the platform's is set.
      const written = this.now() / 1000
      await utimes(part, written, written)
      await rename(part, this.fileOf(id))
    } catch (error) {
      await rm(part, { force: true })
      throw error
    }
  }

  /** @throws ApiError 404 if nothing was uploaded, or it is gone */
  async read(id: string): Promise<Readable> {
    const found = await stat(this.fileOf(id)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new NotFound('source')
      throw error
    })
    if (this.now() - found.mtimeMs > SOURCE_LIFE) throw new NotFound('source')
    return createReadStream(this.fileOf(id))
  }

  async remove(id: string): Promise<void> {
    await rm(this.fileOf(id), { force: true })
  }

  private async removeOld(): Promise<void> {
    for (const name of (await readdir(this.dir)).filter((one) => one.startsWith('source-'))) {
      const file = path.join(this.dir, name)
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Infinity }))
      if (this.now() - mtimeMs > SOURCE_LIFE) await rm(file, { force: true })
    }
  }

  private fileOf(id: string): string {
    return path.join(this.dir, `source-${id}.tgz`)
  }
}
