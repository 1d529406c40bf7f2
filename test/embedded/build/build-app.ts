import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { create } from 'tar'
import type { BuilderParts } from '../../../src/embedded/build/index.js'
import { unpack } from '../../../src/embedded/build/unpack.js'
import type { AppRecord, BuildRecord, SlugRecord } from '../../../src/embedded/store/records.js'
import type { FakePlatform } from './fake-platform.js'

/** In place of the Node build, where a test is not about it: the source as it came. */
export const unpackAlone: NonNullable<BuilderParts['compile']> = async (job) => {
  await unpack(job.archive, job.slugDir, { signal: job.signal, limits: job.sourceLimits })
  return { processTypes: { web: 'npm start' }, size: 1 }
}

/** Names to contents; an object is written as JSON. */
export type Tree = Record<string, string | Buffer | object>

export async function writeTree(dir: string, tree: Tree): Promise<void> {
  for (const [name, content] of Object.entries(tree)) {
    const file = path.join(dir, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(
      file,
      typeof content === 'string' || Buffer.isBuffer(content)
        ? content
        : JSON.stringify(content, null, 2),
    )
  }
}

export async function archiveOf(platform: FakePlatform, tree: Tree): Promise<string> {
  const dir = path.join(platform.root, `tree-${randomUUID()}`)
  await mkdir(dir)
  await writeTree(dir, tree)
  const archive = path.join(platform.root, `${randomUUID()}.tgz`)
  await create({ cwd: dir, file: archive, gzip: true }, ['.'])
  await rm(dir, { recursive: true })
  return archive
}

export interface Built {
  build: BuildRecord
  text: string
  slug: SlugRecord | undefined
}

/** Builds a tree of files as the API would and returns what the user saw. */
export async function buildApp(platform: FakePlatform, app: AppRecord, tree: Tree): Promise<Built> {
  const chunks: Buffer[] = []
  const request = {
    appId: app.id,
    archive: await archiveOf(platform, tree),
    commit: null,
    commitDescription: null,
  }
  const { done } = await platform.builder.start(request, (chunk) => chunks.push(chunk))
  const build = await done
  const slug = platform.store.find(app.id)?.slugs.find((one) => one.id === build.slug_id)
  return { build, text: Buffer.concat(chunks).toString(), slug }
}
