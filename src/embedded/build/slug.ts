import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { create } from 'tar'
import { capture, sizeOf, type BuildContext } from './context.js'
import { BuildFailure } from './failure.js'
import { treeText } from './tree-file.js'
import { removeFolder } from '../daemon/folders.js'

/** Of the compressed slug, in bytes (devcenter: slug-compiler). */
export const SLUG_LIMIT = 500 * 1024 * 1024

/**
 * Removes what .slugignore names before anything is built: patterns of .gitignore, `!` not among
 * them (devcenter: slug-compiler).
 */
export async function applySlugignore(context: BuildContext): Promise<void> {
  const { dir, temp } = context.places
  if (!existsSync(path.join(dir, '.slugignore'))) return
  const lines = treeText(dir, '.slugignore').split(/\r?\n/)
  const patterns = lines.filter((line) => !line.startsWith('!'))
  if (patterns.length < lines.length)
    context.output.warning('.slugignore: lines that begin with ! have no effect')
  const list = path.join(temp, 'slugignore')
  await writeFile(list, `${patterns.join('\n')}\n`)
  const repository = path.join(temp, 'slugignore.git')
  const env = {
    GIT_DIR: repository,
    GIT_WORK_TREE: dir,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  }
  await capture(context, 'git', ['init', '--quiet', '--template='], { env })
  const { status, lines: found } = await capture(
    context,
    'git',
    ['ls-files', '-z', '--others', '--ignored', '--directory', `--exclude-from=${list}`],
    { env },
  )
  if (status !== 0) throw new BuildFailure('.slugignore could not be applied.', found)
  const names = found.join('\n').split('\0').filter(Boolean)
  for (const name of names) await removeFolder(path.join(dir, name))
  await removeFolder(repository)
  context.output.heading(
    `Removing ${names.length} ${names.length === 1 ? 'path' : 'paths'} matched by .slugignore`,
  )
}

/**
 * Bytes of the slug. Only one that could be too large is compressed, which is what Heroku's limit
 * counts. Throws {@link BuildFailure} beyond `limit`.
 */
export async function weighSlug(context: BuildContext, limit: number): Promise<number> {
  const size = (await sizeOf(context, context.places.dir)) + (context.modules?.size ?? 0)
  context.output.heading('Compressing...')
  if (size > limit) {
    const compressed = await compressedSize(context)
    if (compressed > limit) {
      throw new BuildFailure(
        `Compiled slug size: ${inMegabytes(compressed)} is too large (max is ` +
          `${inMegabytes(limit)}).`,
        ['Keep what a dyno does not need out of it: devDependencies, .slugignore.'],
      )
    }
  }
  context.output.line(`Done: ${inMegabytes(size)}`)
  return size
}

async function compressedSize(context: BuildContext): Promise<number> {
  let bytes = 0
  const count = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done()
    },
  })
  for (const cwd of [context.places.dir, ...(context.modules ? [context.modules.dir] : [])])
    await pipeline(create({ cwd, portable: true }, ['.']), createGzip({ level: 6 }), count, {
      signal: context.signal,
      end: false,
    })
  return bytes
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)}M`
}
