import { EventEmitter, once } from 'node:events'
import { closeSync, createReadStream, mkdirSync, openSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'

const INDENT = ' '.repeat(7)

/**
 * The output of one build: a file that is written before anybody is told, so that who follows reads
 * the file alone and misses nothing.
 * The three shapes of line are those that Heroku's build output has.
 */
export class BuildOutput {
  #fd: number
  #size = 0
  #ended = false
  #changes = new EventEmitter().setMaxListeners(0)
  #listener: ((chunk: Buffer) => void) | undefined

  constructor(
    readonly file: string,
    listener?: (chunk: Buffer) => void,
  ) {
    mkdirSync(path.dirname(file), { recursive: true })
    this.#fd = openSync(file, 'w', 0o600)
    this.#listener = listener
  }

  heading(text: string): void {
    this.raw(`-----> ${text}\n`)
  }

  line(text = ''): void {
    this.raw(text === '' ? '\n' : `${INDENT}${text}\n`)
  }

  warning(text: string): void {
    this.raw(` !     ${text}\n`)
  }

  /**
   * Never throws: a disk that is full must not end the platform, and the listener still gets the
   * words.
   */
  raw(text: string): void {
    const bytes = Buffer.from(text)
    try {
      let written = 0
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written)
      this.#size += bytes.length
    } catch (error) {
      this.writeError = error as Error
    }
    this.#listener?.(bytes)
    this.#changes.emit('change')
  }

  /** Set where the file lacks something. */
  writeError: Error | undefined

  end(): void {
    if (this.#ended) return
    this.#ended = true
    closeSync(this.#fd)
    this.#changes.emit('change')
  }

  /** The output of a build that is over. */
  static async *ended(file: string): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer
  }

  /** What is there, and then what comes, until the build has ended. */
  async *follow(): AsyncGenerator<Buffer> {
    const handle = await open(this.file, 'r')
    try {
      for (let position = 0; ;) {
        // Taken before the read: what is written during it is for the next round.
        const [size, isOver] = [this.#size, this.#ended]
        const { bytesRead, buffer } = await handle.read({
          buffer: Buffer.alloc(64 * 1024),
          position,
        })
        position += bytesRead
        if (bytesRead > 0) yield buffer.subarray(0, bytesRead)
        else if (position < size) throw new Error(`${this.file} was cut short`)
        else if (isOver) return
        else if (position === this.#size && !this.#ended) await once(this.#changes, 'change')
      }
    } finally {
      await handle.close()
    }
  }
}
