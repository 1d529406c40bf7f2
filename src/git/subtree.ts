import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import { askObjects } from './tree.js'
import { openGit } from './open.js'

/**
 * The history of one folder, as commits of their own whose root it is: what `git subtree split`
 * makes, without a ref or an object in the user's repository.
 */

export interface Subtree {
  /**
   * The commit whose root is the folder; undefined if the folder is not in the commit asked for.
   */
  id: string | undefined
  /**
   * Folder of git objects (GIT_OBJECT_DIRECTORY) that holds it and its history, and refers to the
   * user's for all else.
   */
  objects: string
  /** Removes that folder. */
  remove: () => Promise<void>
}

/**
 * Makes the folder's history up to a commit. The same history gives the same ids on every machine,
 * and that of a later commit contains that of an earlier one: so a second push fast-forwards. A
 * commit keeps its author, committer, dates and message; a signature is of another commit and is
 * left out.
 */
export async function subtree(dir: string, commit: string, folder: string): Promise<Subtree> {
  const git = openGit(dir)
  const [log, own] = await Promise.all([
    git.raw(['--no-replace-objects', 'rev-list', '--topo-order', '--reverse', '--parents', commit]),
    git.raw(['rev-parse', '--git-path', 'objects']),
  ])
  const commits = log
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '))
  const trees = (
    await askObjects(
      dir,
      '--batch-check',
      commits.map(([id]) => `${id}:${folder}`),
    )
  ).map(({ type, id }) => (type === 'tree' ? id : undefined))
  const history: FolderCommit[] = commits.map(([id = '', ...parents], i) => ({
    id,
    parents,
    tree: trees[i],
  }))
  const made: Buffer[] = []
  const present = history.filter(({ tree }) => tree !== undefined)
  const bodies = new Map(
    (
      await askObjects(
        dir,
        '--batch',
        present.map(({ id }) => id),
      )
    ).map(({ id, content }) => [id, content]),
  )
  const ids = foldHistory(history, (id, tree, parents) => {
    const object = commitObject(bodies.get(id) ?? Buffer.alloc(0), tree, parents)
    made.push(object)
    return nameOf(object, id.length)
  })
  const objects = await mkdtemp(path.join(tmpdir(), 'shipit-subtree-'))
  const remove = () => rm(objects, { recursive: true, force: true })
  try {
    await mkdir(path.join(objects, 'info'))
    await writeFile(path.join(objects, 'info', 'alternates'), `${path.resolve(dir, own.trim())}\n`)
    for (const object of made) await writeLoose(objects, object, nameOf(object, commit.length))
    return { id: ids.get(commit), objects, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Of the commit's own headers these are about the change and not about the tree. */
const KEPT = /^(author|committer|encoding) /

/**
 * A commit as git stores it: the length before it, headers, an empty line, the message. Bytes stay
 * as they are, whatever their encoding.
 */
function commitObject(original: Buffer, tree: string, parents: string[]): Buffer {
  const text = original.toString('latin1')
  const end = text.indexOf('\n\n')
  const headers = text
    .slice(0, end)
    .split('\n')
    .filter((line) => KEPT.test(line))
  const content =
    [`tree ${tree}`, ...parents.map((id) => `parent ${id}`), ...headers].join('\n') +
    text.slice(end)
  return Buffer.from(`commit ${content.length}\0${content}`, 'latin1')
}

const nameOf = (object: Buffer, length: number): string =>
  createHash(length === 64 ? 'sha256' : 'sha1')
    .update(object)
    .digest('hex')

async function writeLoose(objects: string, object: Buffer, name: string): Promise<void> {
  await mkdir(path.join(objects, name.slice(0, 2)), { recursive: true })
  await writeFile(
    path.join(objects, name.slice(0, 2), name.slice(2)),
    await promisify(deflate)(object),
  )
}

export interface FolderCommit {
  id: string
  parents: string[]
  /** The folder's tree; undefined if the commit does not have the folder. */
  tree: string | undefined
}

/**
 * The commits of a folder's own history. Pure but for `make`, which is told the original, the tree
 * and the parents, and answers with the new commit's id. A commit that leaves the folder as it was
 * is none of them; neither is one without the folder, but what came before is still the parent of
 * what comes after: so a folder that was gone for a while fast-forwards all the same.
 * @param history parents before children
 * @returns the commit of the folder's history that stands for each original that has the folder
 */
export function foldHistory(
  history: readonly FolderCommit[],
  make: (original: string, tree: string, parents: string[]) => string,
): Map<string, string> {
  /** Of each original, the newest commits of the folder's history that it contains. */
  const tips = new Map<string, string[]>()
  const treeOf = new Map<string, string>()
  const made = new Map<string, string>()
  for (const { id, parents, tree } of history) {
    const before = [...new Set(parents.flatMap((parent) => tips.get(parent) ?? []))]
    if (tree === undefined) {
      tips.set(id, before)
      continue
    }
    const [only] = before
    const isSame = before.length === 1 && only !== undefined && treeOf.get(only) === tree
    const own = isSame ? only : make(id, tree, before)
    treeOf.set(own, tree)
    tips.set(id, [own])
    made.set(id, own)
  }
  return made
}
