import { createReadStream } from 'node:fs'
import { lstat, mkdir, open, realpath, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Unpack, type ReadEntry } from 'tar'
import { BuildFailure } from './failure.js'
import { removeFolder } from '../daemon/folders.js'

/**
 * What a source may hold once it is unpacked: more than any app needs, and less than what fills a
 * disk.
 */
export interface SourceLimits {
  bytes: number
  files: number
}

const SOURCE_LIMITS: SourceLimits = { bytes: 2 * 1024 ** 3, files: 300_000 }

/**
 * Folders within folders. The library notes all of those above each entry, so that the memory which
 * a deep source takes grows with the cube of its depth.
 */
const DEEPEST = 100

interface Link {
  name: string
  target: string
}

/**
 * Unpacks a tar or tar.gz into `dir`. Entries that would land outside of it are left out by the
 * library; symbolic links are made last and as they are, so that nothing is ever written through
 * one. Throws {@link BuildFailure} for what is no tar or too large, and the reason of `signal`.
 * @returns the links that lead out of the app, which no slug has
 */
export async function unpack(
  archive: string,
  dir: string,
  { signal, limits = SOURCE_LIMITS }: { signal: AbortSignal; limits?: SourceLimits | undefined },
): Promise<string[]> {
  await mkdir(dir, { recursive: true })
  const links: Link[] = []
  let files = 0
  let current: ReadEntry | undefined
  const into = new Unpack({
    cwd: dir,
    preserveOwner: false,
    filter: (name, entry) => {
      if (++files > limits.files)
        into.abort(new BuildFailure(`The source has more than ${limits.files} files.`))
      if (name.split('/', DEEPEST + 2).length > DEEPEST + 1) {
        into.abort(tooDeep(name))
        return false
      }
      if (!('type' in entry) || entry.type !== 'SymbolicLink') return true
      links.push({ name, target: entry.linkpath ?? '' })
      return false
    },
  })
  // Of what it cannot write the library only warns.
  into.on('warn', (_code, message, data) => {
    if (!(data instanceof Error) || !('syscall' in data)) return
    const { code } = data as NodeJS.ErrnoException
    into.abort(
      code === 'ENOSPC' || code === 'EDQUOT'
        ? data
        : new BuildFailure('A file of the source cannot be written.', [String(message)]),
    )
  })
  into.on('entry', (entry: ReadEntry) => {
    current = entry
  })
  try {
    const unzip = (await isGzip(archive)) ? [createGunzip()] : []
    await pipeline([createReadStream(archive), ...unzip, counted(limits.bytes), writableOf(into)], {
      signal,
    })
  } catch (error) {
    // The file that was being written is closed, not left waiting for its end.
    current?.end()
    signal.throwIfAborted()
    const { code, message } = error as NodeJS.ErrnoException
    if (error instanceof BuildFailure || code === 'ENOSPC' || code === 'EDQUOT') throw error
    throw new BuildFailure('The source archive cannot be read as a tar.', [message])
  }
  signal.throwIfAborted()
  const leaving = await makeLinks(dir, links)
  await removeFolder(path.join(dir, '.git'))
  return leaving
}

const tooDeep = (name: string): BuildFailure =>
  new BuildFailure(`The source has folders more than ${DEEPEST} deep.`, [`${name.slice(0, 60)}…`])

/**
 * The library's stream is none of Node's, and a pipeline that breaks off would wait for its end for
 * ever.
 */
function writableOf(into: Unpack): Writable {
  let isOver = false
  into.once('eof', () => {
    isOver = true
  })
  const writable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      // What follows a tar's end the library keeps, and copies all of it at each chunk.
      if (isOver || into.write(chunk)) done()
      else into.once('drain', () => done())
    },
    final(done) {
      into.once('finish', () => done())
      into.end()
    },
  })
  into.on('error', (error: Error) => {
    writable.destroy(error)
  })
  return writable
}

function counted(most: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(
        bytes > most
          ? new BuildFailure(
              `The source is larger than ${most / 1024 / 1024} MB once it is unpacked.`,
            )
          : null,
        chunk,
      )
    },
  })
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await handle.close()
  }
}

async function makeLinks(dir: string, links: readonly Link[]): Promise<string[]> {
  const root = await realpath(dir)
  const leaving: string[] = []
  for (const { name, target } of links) {
    const file = path.resolve(root, name)
    if (!isInside(root, file) || target === '') continue
    await mkdir(path.dirname(file), { recursive: true })
    // A link that came before may be part of the way.
    if (!isInside(root, path.join(await realpath(path.dirname(file)), path.basename(file))))
      continue
    if ((await lstat(file).catch(ifMissing))?.isDirectory()) continue
    await rm(file, { force: true })
    await symlink(target, file)
    if (path.isAbsolute(target) || !isInside(root, path.resolve(path.dirname(file), target)))
      leaving.push(`${path.relative(root, file)} -> ${target}`)
  }
  return leaving
}

const ifMissing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error
}

const isInside = (root: string, file: string): boolean =>
  file === root || file.startsWith(root + path.sep)
