import { execFileSync, spawn } from 'node:child_process'
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

interface ObjectAnswer {
  id: string
  /** commit, tree, blob or tag; undefined if there is no such object. */
  type: string | undefined
  /** Empty for `--batch-check`. */
  content: Buffer
}

/**
 * What git knows of objects, by one process for all: an answer for each name, in order. Names are
 * what `git rev-parse` takes, without line feeds.
 */
export function askObjects(
  dir: string,
  mode: '--batch' | '--batch-check',
  names: string[],
): Promise<ObjectAnswer[]> {
  if (names.length === 0) return Promise.resolve([])
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--no-replace-objects', 'cat-file', mode], {
      cwd: dir,
      env: gitEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    // A git that ends before it has read all says so by its exit.
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0
        ? resolve(answersOf(Buffer.concat(chunks), mode === '--batch'))
        : reject(new Error(`git cat-file ended with ${code}: ${said.trim()}`)),
    )
    child.stdin.end(names.join('\n') + '\n')
  })
}

/**
 * `<id> <type> <bytes>` each, with the bytes and a line feed after it for `--batch`; `<name>
 * missing` for what is not there.
 */
function answersOf(output: Buffer, hasContent: boolean): ObjectAnswer[] {
  const answers: ObjectAnswer[] = []
  for (let at = 0; at < output.length;) {
    const end = output.indexOf('\n', at)
    const line = output.toString('utf8', at, end)
    at = end + 1
    // A name may hold spaces: only what is there is told in three words.
    const [, id, type, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line) ?? []
    if (id === undefined || type === undefined) {
      answers.push({ id: '', type: undefined, content: Buffer.alloc(0) })
      continue
    }
    const length = hasContent ? Number(size) : 0
    answers.push({ id, type, content: output.subarray(at, at + length) })
    at += hasContent ? length + 1 : 0
  }
  return answers
}

/**
 * The contents of blobs, one after the other and in order, through one process of git, without more
 * than a few of them in memory.
 * Objects that are not there are left out.
 * @throws Error with what git says if it fails
 */
export async function* eachBlob(
  dir: string,
  ids: string[],
): AsyncGenerator<{ id: string; content: Buffer }> {
  if (ids.length === 0) return
  const args = ['--no-replace-objects', 'cat-file', '--batch', '--buffer']
  const child = spawn('git', args, {
    cwd: dir,
    env: gitEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  // A git that ends before it has read all says so by its exit.
  child.stdin.on('error', () => undefined)
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`git cat-file ended with ${code ?? signal}: ${said.trim()}`))
    })
  })
  // Its failure is thrown below, after what it wrote before.
  ended.catch(() => undefined)
  child.stdin.end(ids.join('\n') + '\n')
  try {
    yield* blobsOf(child.stdout)
    await ended
  } finally {
    // A reader that has seen enough.
    child.kill()
  }
}

/** Of `<id> blob <bytes>`, the bytes and a line feed each, or `<id> missing`. */
async function* blobsOf(
  stream: AsyncIterable<Buffer>,
): AsyncGenerator<{ id: string; content: Buffer }> {
  let chunks: Buffer[] = []
  let held = 0
  let wanted: { id: string; size: number } | undefined
  for await (const chunk of stream) {
    chunks.push(chunk)
    held += chunk.length
    if (wanted && held <= wanted.size) continue
    let rest = Buffer.concat(chunks)
    for (;;) {
      if (!wanted) {
        const end = rest.indexOf('\n')
        if (end === -1) break
        const [id = '', type, size] = rest.toString('latin1', 0, end).split(' ')
        rest = rest.subarray(end + 1)
        if (type === 'missing') continue
        wanted = { id, size: Number(size) }
      }
      if (rest.length <= wanted.size) break
      yield { id: wanted.id, content: rest.subarray(0, wanted.size) }
      rest = rest.subarray(wanted.size + 1)
      wanted = undefined
    }
    chunks = [rest]
    held = rest.length
  }
}
