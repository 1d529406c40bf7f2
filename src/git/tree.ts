import { execFileSync } from 'node:child_process'
import { askObjects } from './ask-objects.js'
import { gitEnvironment, openGit } from './open.js'

export interface CommittedFile {
  /** From the folder that was asked for, with forward slashes. */
  path: string
  /** 100644, 100755 (executable), 120000 (link) or 160000 (submodule). */
  mode: string
  /** Object name; a commit of another repository for a submodule. */
  id: string
  /** Bytes; 0 for a submodule. */
  size: number
}

const LARGEST_BLOB = 64 * 1024 * 1024

/**
 * Every file of a commit below a folder ('' is the root), in one question to git. Throws what git
 * says where there is no such folder.
 */
export async function commitFiles(
  dir: string,
  commit: string,
  folder = '',
): Promise<CommittedFile[]> {
  const output = await openGit(dir).raw(['ls-tree', '-r', '-l', '-z', `${commit}:${folder}`])
  return output
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf('\t')
      const [mode = '', , id = '', size = ''] = line.slice(0, tab).split(/ +/)
      return { path: line.slice(tab + 1), mode, id, size: Number(size) || 0 }
    })
}

/** The contents of several blobs by their object names, through one process of git. */
export async function readBlobs(dir: string, ids: string[]): Promise<Map<string, Buffer>> {
  const found = await askObjects(dir, '--batch', ids)
  return new Map(
    found.filter(({ type }) => type !== undefined).map(({ id, content }) => [id, content]),
  )
}

/** One blob at once, for a reader that cannot wait. */
export function readBlob(dir: string, id: string): Buffer {
  return execFileSync('git', ['cat-file', 'blob', id], {
    cwd: dir,
    env: gitEnvironment(),
    maxBuffer: LARGEST_BLOB,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Paths below `dir` that git neither holds nor ignores. */
export async function untrackedFiles(dir: string): Promise<string[]> {
  return (await openGit(dir).raw(['ls-files', '-z', '--others', '--exclude-standard']))
    .split('\0')
    .filter(Boolean)
}
