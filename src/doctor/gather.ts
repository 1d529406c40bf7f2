/** Looks at a commit or a folder, once, for all that the checks need. Changes nothing. */

import { existsSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Ecosystem } from '../ecosystem/types.js'
import {
  commitFiles,
  eachBlob,
  readBlob,
  readBlobs,
  untrackedFiles,
  type CommittedFile,
} from '../git/index.js'
import type { FolderView } from '../init/folder.js'
import { LOCKFILES } from '../project/lockfiles.js'
import type { ProjectFacts, ProjectFile } from './facts.js'
import { readManifest } from './manifest.js'
import { isOwn } from './own-files.js'
import { LARGEST_SCANNED, scanFile, type SecretInFile } from './scan-secrets.js'
import { viewOf } from './views.js'

export interface GatherInput {
  /** Absolute path of the repository's root, or of a folder that is in none. */
  root: string
  /** The app's folder from the root; '' is the root. */
  folder: string
  commit: { id: string; short: string } | null
  /** The ecosystem file of that folder, read by the caller; undefined if there is none. */
  ecosystem: Ecosystem | undefined
}

/** Read in one go, because most projects have them and most checks ask. */
const USUAL = [
  'package.json',
  'Procfile',
  ...LOCKFILES,
  '.slugignore',
  '.gitmodules',
  '.gitattributes',
  'tsconfig.json',
]
const LARGEST_TEXT = 16 * 1024 * 1024
/** Bytes of what git LFS leaves in place of a file (github.com/git-lfs/git-lfs, docs/spec.md). */
const POINTER = { smallest: 100, largest: 300, begin: 'version https://git-lfs.github.com/spec/' }
const MOST_POINTERS = 200

/** A project as a deploy of that commit takes it. */
export async function gatherCommit({
  root,
  folder,
  commit,
  ecosystem,
}: GatherInput & { commit: { id: string; short: string } }): Promise<ProjectFacts> {
  const committed = await commitFiles(root, commit.id, folder)
  const byPath = new Map(committed.map((file) => [file.path, file]))
  const script =
    ecosystem?.apps.map((app) =>
      path.posix.normalize(path.posix.join(String(app.cwd ?? ''), app.script)),
    ) ?? []
  const early = [...USUAL, ...script, ...nameOf(ecosystem)]
    .flatMap((name) => byPath.get(name) ?? [])
    .filter(isText)
  const blobs = await readBlobs(
    root,
    early.map(({ id }) => id),
  )
  const textOf = ({ id }: CommittedFile) => (blobs.get(id) ?? readBlob(root, id)).toString('utf8')
  const view = viewOf(
    path.basename(path.join(root, folder)),
    committed.filter(isFile).map((file) => file.path),
    (name) => {
      const file = byPath.get(name)!
      const target = isLink(file)
        ? byPath.get(path.posix.join(path.posix.dirname(name), textOf(file)))
        : file
      return target && isText(target) ? textOf(target) : undefined
    },
  )
  return {
    ...shared(root, folder, view, ecosystem),
    files: committed.map((file) => ({
      path: file.path,
      size: file.size,
      mode: file.mode,
      isCommitted: true,
    })),
    commit,
    lfsPointers: await pointers(root, view, committed),
    secrets: await committedSecrets(root, committed),
    uncommitted: [],
    isRepository: true,
  }
}

export interface FolderInput extends GatherInput {
  isRepository: boolean
  /** Paths from the root that differ from the commit. */
  uncommitted: string[]
}

/**
 * A project as it lies on disk, without what git ignores: what a commit of all of it would hold.
 */
export async function gatherFolder({
  root,
  folder,
  commit,
  ecosystem,
  isRepository,
  uncommitted,
}: FolderInput): Promise<ProjectFacts> {
  const dir = path.join(root, folder)
  const committed = commit ? await committedBelow(root, commit.id, folder) : []
  const known = new Map(committed.map((file) => [file.path, file]))
  const others = isRepository ? await untrackedFiles(dir) : filesBelow(dir)
  const prefix = folder === '' ? '' : `${folder}/`
  const staged = isRepository
    ? uncommitted.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length))
    : []
  const paths = [...new Set([...known.keys(), ...others, ...staged])].filter(
    (file) => known.get(file)?.mode === '160000' || isThere(path.join(dir, file)),
  )
  const files = paths.map((file) => describe(dir, file, known.get(file)))
  const view = viewOf(
    path.basename(dir),
    files.filter(isFile).map((file) => file.path),
    (name) => {
      const stats = statSync(path.join(dir, name), { throwIfNoEntry: false })
      return stats?.isFile() && stats.size <= LARGEST_TEXT
        ? readFileSync(path.join(dir, name), 'utf8')
        : undefined
    },
  )
  return {
    ...shared(root, folder, view, ecosystem),
    files,
    commit,
    lfsPointers: await pointers(root, view, committed),
    secrets: await secretsOnDisk(
      dir,
      files.filter(({ isCommitted }) => isCommitted),
    ),
    uncommitted,
    isRepository,
  }
}

/** A folder that is new since the commit is not in it, which git calls an error. */
async function committedBelow(
  root: string,
  commit: string,
  folder: string,
): Promise<CommittedFile[]> {
  const all = await commitFiles(root, commit)
  const prefix = folder === '' ? '' : `${folder}/`
  return all
    .filter(({ path: file }) => file.startsWith(prefix))
    .map((file) => ({ ...file, path: file.path.slice(prefix.length) }))
}

function shared(
  root: string,
  folder: string,
  view: FolderView,
  ecosystem: Ecosystem | undefined,
): Pick<
  ProjectFacts,
  | 'folder'
  | 'onDisk'
  | 'manifest'
  | 'manifestError'
  | 'ecosystem'
  | 'ecosystemFile'
  | 'ecosystemText'
> {
  const { manifest, error } = readManifest(view)
  const [ecosystemFile] = nameOf(ecosystem)
  return {
    folder: view,
    onDisk: (file) => existsSync(path.join(root, folder, file)),
    manifest,
    ...(error === undefined ? {} : { manifestError: error }),
    ecosystem,
    ecosystemFile,
    ecosystemText: (ecosystemFile && view.read(ecosystemFile)) ?? '',
  }
}

const nameOf = (ecosystem: Ecosystem | undefined): string[] =>
  ecosystem ? [path.basename(ecosystem.file)] : []
const isContent = ({ mode }: { mode: string }) => mode.startsWith('100')
const isLink = ({ mode }: { mode: string }) => mode === '120000'
const isFile = (file: { mode: string }) => isContent(file) || isLink(file)
const isText = (file: CommittedFile) => isContent(file) && file.size <= LARGEST_TEXT
const isThere = (at: string) => lstatSync(at, { throwIfNoEntry: false })?.isDirectory() === false

function describe(dir: string, file: string, known: CommittedFile | undefined): ProjectFile {
  if (known?.mode === '160000') return { path: file, size: 0, mode: known.mode, isCommitted: true }
  const stats = lstatSync(path.join(dir, file))
  return {
    path: file,
    size: stats.size,
    mode: stats.isSymbolicLink() ? '120000' : '100644',
    isCommitted: known !== undefined,
  }
}

/** Outside a repository: everything but what no repository of a Node.js app holds. */
function filesBelow(dir: string, prefix = ''): string[] {
  return readdirSync(path.join(dir, prefix), { withFileTypes: true }).flatMap((entry) => {
    const file = prefix + entry.name
    if (!entry.isDirectory()) return [file]
    return entry.name === 'node_modules' || entry.name === '.git' ? [] : filesBelow(dir, `${file}/`)
  })
}

/** Only where .gitattributes speaks of LFS are the small files looked into. */
async function pointers(
  root: string,
  view: FolderView,
  committed: CommittedFile[],
): Promise<string[]> {
  const attributes = committed.filter(
    ({ path: file }) => path.posix.basename(file) === '.gitattributes',
  )
  if (!attributes.some(({ path: file }) => view.read(file)?.includes('filter=lfs'))) return []
  const small = committed
    .filter(
      ({ mode, size }) =>
        isContent({ mode }) && size >= POINTER.smallest && size <= POINTER.largest,
    )
    .slice(0, MOST_POINTERS)
  const blobs = await readBlobs(
    root,
    small.map(({ id }) => id),
  )
  return small
    .filter(({ id }) => blobs.get(id)?.toString('utf8').startsWith(POINTER.begin))
    .map((file) => file.path)
}

const mayHoldSecret = (file: { path: string; mode: string; size: number }) =>
  isOwn(file) && file.size <= LARGEST_SCANNED

async function committedSecrets(root: string, committed: CommittedFile[]): Promise<SecretInFile[]> {
  const byId = new Map<string, string>()
  for (const file of committed)
    if (mayHoldSecret(file) && !byId.has(file.id)) byId.set(file.id, file.path)
  const found: SecretInFile[] = []
  for await (const { id, content } of eachBlob(root, [...byId.keys()]))
    found.push(...(await scanFile(byId.get(id)!, content)))
  return found
}

async function secretsOnDisk(dir: string, files: ProjectFile[]): Promise<SecretInFile[]> {
  const found: SecretInFile[] = []
  for (const file of files.filter(mayHoldSecret)) {
    const at = path.join(dir, file.path)
    // What the commit has as a file may be a pipe by now.
    if (lstatSync(at, { throwIfNoEntry: false })?.isFile())
      found.push(...(await scanFile(file.path, await readFile(at))))
  }
  return found
}
