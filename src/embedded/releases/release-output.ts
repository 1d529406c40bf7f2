import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import path from 'node:path'
import type { Folders } from '../store/types.js'

interface OutputSink {
  write(chunk: Buffer): void
  end(): void
}

/** The output of release phases: a file each, and live to who follows it. */
export interface ReleaseOutput {
  open(releaseId: string): OutputSink
  /**
   * The output so far and then live; ends when the release phase has ended. Empty if there was
   * none.
   */
  follow(releaseId: string): AsyncGenerator<Buffer>
}

interface Running {
  written: number
  isEnded: boolean
  changed: EventTarget
}

export function createReleaseOutput(folders: Pick<Folders, 'builds'>): ReleaseOutput {
  const running = new Map<string, Running>()
  const fileOf = (releaseId: string) => path.join(folders.builds, `release-${releaseId}.log`)

  return {
    open(releaseId) {
      const state: Running = { written: 0, isEnded: false, changed: new EventTarget() }
      running.set(releaseId, state)
      const stream = createWriteStream(fileOf(releaseId), { mode: 0o600 })
      const tell = () => state.changed.dispatchEvent(new Event('change'))
      const finish = () => {
        running.delete(releaseId)
        state.isEnded = true
        tell()
      }
      // A full disk loses the output and must not lose the release.
      stream.on('error', finish)
      return {
        write(chunk) {
          stream.write(chunk, (error) => {
            if (error) return
            state.written += chunk.length
            tell()
          })
        },
        end: () => {
          stream.end(finish)
        },
      }
    },
    async *follow(releaseId) {
      const state = running.get(releaseId)
      let sent = 0
      for (;;) {
        const available = state?.isEnded === false ? state.written : Infinity
        if (sent < available) {
          for await (const chunk of read(fileOf(releaseId), sent, available)) {
            sent += chunk.length
            yield chunk
          }
        }
        if (available === Infinity) return
        if (state && !state.isEnded && state.written === sent) await once(state.changed, 'change')
      }
    },
  }
}

async function* read(file: string, start: number, end: number): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(
      file,
      end === Infinity ? { start } : { start, end: end - 1 },
    ))
      yield chunk as Buffer
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
