import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { InvalidParams } from './api-error.js'
import { LARGEST_SOURCE } from './source-blobs.js'

/** ms for the whole download. */
const DOWNLOAD_TIME = 300_000

interface FetchOptions {
  /** Where the copy is made. */
  folder: string
  /** `SHA256:hex`, as the API has it. */
  checksum: string | null
  /** Bytes of it at most; default 1 GB. */
  largest?: number
  /** ms for the whole of it. */
  time?: number
  /** Aborted when nobody waits for it any more. */
  signal: AbortSignal
}

/**
 * Copies a build's source (tar or tar.gz by http or https) and returns the copy's path, which is
 * the caller's to remove. Files of this machine are none: the API takes no path, and a device has
 * no end. Throws a 422 that says why if that cannot be done; nothing of it is left then.
 */
export async function fetchSource(
  url: string,
  { folder, checksum, largest = LARGEST_SOURCE, time = DOWNLOAD_TIME, signal }: FetchOptions,
): Promise<string> {
  const archive = path.join(folder, `fetched-${randomUUID()}.tar`)
  const hash = createHash('sha256')
  let size = 0
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      hash.update(chunk)
      done(
        size > largest ? new InvalidParams(`The source is larger than ${largest} bytes.`) : null,
        chunk,
      )
    },
  })
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(Math.min(time, DOWNLOAD_TIME))])
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Opened before anything flows: a stream that opens its file by itself may do so after the source
  // broke off, and leave it behind.
  const file = (await open(archive, 'wx', 0o600)).createWriteStream()
  try {
    await pipeline(await openSource(url, inTime), counting, file, { signal: inTime })
    const digest = hash.digest('hex')
    const expected = checksum?.replace(/^sha256:/i, '').toLowerCase()
    if (expected !== undefined && expected !== digest)
      throw new InvalidParams(`The checksum of the source is SHA256:${digest} and not ${checksum}.`)
    return archive
  } catch (error) {
    file.destroy()
    await rm(archive, { force: true })
    if (error instanceof InvalidParams || isDiskError(error)) throw error
    throw new InvalidParams(`The source could not be read: ${whyNot(error, inTime)}`)
  }
}

function whyNot(error: unknown, { aborted, reason }: AbortSignal): string {
  if (aborted)
    return (reason as Error).name === 'TimeoutError'
      ? 'it did not come in time'
      : 'nobody waits for it any more'
  const { cause, message } = error as Error
  return cause instanceof Error ? cause.message : message
}

/** Of the copy, not of the source. */
const isDiskError = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')

async function openSource(url: string, signal: AbortSignal): Promise<Readable> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:')
    throw new InvalidParams(
      'source_blob.url must be an http or https URL. POST /sources makes one for a file.',
    )
  const response = await fetch(parsed, { signal })
  if (!response.ok || !response.body)
    throw new InvalidParams(
      `The source could not be read: ${parsed.host} answered ${response.status}.`,
    )
  return Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
}
