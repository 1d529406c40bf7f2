/** The ecosystem file as a commit has it, whatever lies on disk. */

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ShipitError } from '../../errors.js'
import type { Ecosystem } from '../../ecosystem/types.js'
import { commitFiles, readBlobs, type Commit, type CommittedFile } from '../../git/index.js'

interface CommitFolder {
  /** Absolute path of the repository's root. */
  root: string
  /** From the root; '' is the root. */
  folder: string
  commit: Commit
}

/** What a JavaScript file may read when it is evaluated, as far as it is of a size for that. */
const READABLE = /\.([cm]?js|json5?|ya?ml)$|(^|\/)\.env[^/]*$/
const LARGEST = 1024 * 1024

/** Whether what a JavaScript file says may depend on that file. */
export const isReadable = (file: string): boolean => READABLE.test(file)

/**
 * Reads it through a temporary folder. A JavaScript file finds the commit's own scripts and data
 * there, and the packages that are installed in the folder on disk. Problems are in the answer, as
 * those of a file on disk; its path is what it would have there.
 * @returns undefined if the commit's folder has none
 * @throws ShipitError `git` if the commit has no such folder
 */
export async function readCommitEcosystem(place: CommitFolder): Promise<Ecosystem | undefined> {
  const { ECOSYSTEM_FILES, readEcosystem } = await import('../../ecosystem/index.js')
  const files = await filesOf(place)
  const byPath = new Map(files.map((file) => [file.path, file]))
  const name = ECOSYSTEM_FILES.find((one) => byPath.get(one)?.mode.startsWith('100'))
  if (name === undefined) return undefined
  const isCode = /\.[cm]?js$/.test(name)
  const needed = isCode
    ? files.filter(
        ({ path: file, mode, size }) =>
          mode.startsWith('100') && size <= LARGEST && isReadable(file),
      )
    : [byPath.get(name)!]
  const scratch = await realpath(await mkdtemp(path.join(tmpdir(), 'shipit-commit-')))
  try {
    await write(scratch, place.root, needed)
    const installed = path.join(place.root, place.folder, 'node_modules')
    if (isCode && existsSync(installed))
      await symlink(installed, path.join(scratch, 'node_modules'), 'junction')
    return movedTo(
      path.join(place.root, place.folder),
      scratch,
      await readEcosystem(path.join(scratch, name)),
    )
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A file that says __dirname was told of the temporary folder. */
function movedTo(dir: string, scratch: string, ecosystem: Ecosystem): Ecosystem {
  const inner = (text: string) => JSON.stringify(text).slice(1, -1)
  return JSON.parse(JSON.stringify(ecosystem).replaceAll(inner(scratch), inner(dir))) as Ecosystem
}

async function filesOf({ root, folder, commit }: CommitFolder): Promise<CommittedFile[]> {
  try {
    return await commitFiles(root, commit.id, folder)
  } catch (error) {
    if (folder === '') throw error
    throw noFolder(commit, folder, error)
  }
}

export const noFolder = (commit: Commit, folder: string, cause?: unknown): ShipitError =>
  new ShipitError('git', {
    message: `Commit ${commit.short} (${commit.subject}) has no folder ${folder}.`,
    next: 'Folders are named from the root of the repository, and must be committed.',
    cause,
  })

async function write(scratch: string, root: string, files: CommittedFile[]): Promise<void> {
  const blobs = await readBlobs(
    root,
    files.map(({ id }) => id),
  )
  for (const { path: file, id } of files) {
    const target = path.join(scratch, file)
    // No path of a commit leads out of it; git itself refuses to make such trees.
    if (!target.startsWith(scratch + path.sep))
      throw new ShipitError('git', {
        message: `The commit holds a path that leads out of it: ${file}`,
      })
    await mkdir(path.dirname(target), { recursive: true })
    await writeFile(target, blobs.get(id) ?? '', { mode: 0o600 })
  }
}
