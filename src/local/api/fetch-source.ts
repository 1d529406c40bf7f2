import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { InvalidParams } from '../api-error.js'

/** Time for the whole download, in ms. */
const DOWNLOAD_TIME = 300_000

/**
 * Copies a build's source (tar or tar.gz by http, https or file URL) into `folder` and returns the copy's path, which is the
 * caller's to remove. `checksum` is `SHA256:hex`, as the API has it. Throws a 422 that says why where that cannot be done.
 */
export async function fetchSource(url: string, folder: string, checksum: string | null): Promise<string> {
  const archive = path.join(folder, `source-${randomUUID()}.tar`)
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  // Opened before anything flows: a stream that opens its file by itself may do so after the source broke off, and leave it behind.
  const file = (await open(archive, 'wx', 0o600)).createWriteStream()
  try {
    await pipeline(await openSource(url), hashing, file)
    const digest = hash.digest('hex')
    const expected = checksum?.replace(/^sha256:/i, '').toLowerCase()
    if (expected !== undefined && expected !== digest) throw new InvalidParams(`The checksum of the source is SHA256:${digest} and not ${checksum}.`)
    return archive
  } catch (error) {
    file.destroy()
    await rm(archive, { force: true })
    if (error instanceof InvalidParams) throw error
    const cause = (error as Error).cause instanceof Error ? (error as Error & { cause: Error }).cause : (error as Error)
    throw new InvalidParams(`The source could not be read: ${cause.message}`)
  }
}

async function openSource(url: string): Promise<Readable> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol === 'file:') return createReadStream(fileURLToPath(parsed))
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') throw new InvalidParams('source_blob.url must be an http, https or file URL')
  const response = await fetch(parsed, { signal: AbortSignal.timeout(DOWNLOAD_TIME) })
  if (!response.ok || !response.body) throw new InvalidParams(`The source could not be read: ${parsed.host} answered ${response.status}.`)
  return Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
}
