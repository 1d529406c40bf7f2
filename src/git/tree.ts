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

/** Every file of a commit below a folder ('' is the root), in one question to git. Throws what git says where there is no such folder. */
export async function commitFiles(dir: string, commit: string, folder = ''): Promise<CommittedFile[]> {
  const output = await openGit(dir).raw(['ls-tree', '-r', '-l', '-z', `${commit}:${folder}`])
  return output.split('\0').filter(Boolean).map((line) => {
    const tab = line.indexOf('\t')
    const [mode = '', , id = '', size = ''] = line.slice(0, tab).split(/ +/)
    return { path: line.slice(tab + 1), mode, id, size: Number(size) || 0 }
  })
}

/** The contents of several blobs by their object names, through one process of git. */
export function readBlobs(dir: string, ids: string[]): Promise<Map<string, Buffer>> {
  if (ids.length === 0) return Promise.resolve(new Map())
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['cat-file', '--batch'], { cwd: dir, env: gitEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => { said += chunk.toString() })
    // A git that ends before it has read all says so by its exit.
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(batchOutput(Buffer.concat(chunks))) : reject(new Error(`git cat-file ended with ${code}: ${said.trim()}`))))
    child.stdin.end(ids.join('\n') + '\n')
  })
}

/** `<id> blob <bytes>`, a line feed, the bytes and another line feed, for each; `<id> missing` for what is not there. */
function batchOutput(output: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (let at = 0; at < output.length;) {
    const end = output.indexOf('\n', at)
    const [id = '', type, size] = output.toString('utf8', at, end).split(' ')
    at = end + 1
    if (type === 'missing') continue
    const bytes = Number(size)
    found.set(id, output.subarray(at, at + bytes))
    at += bytes + 1
  }
  return found
}

/** One blob at once, for a reader that cannot wait. */
export function readBlob(dir: string, id: string): Buffer {
  return execFileSync('git', ['cat-file', 'blob', id], { cwd: dir, env: gitEnvironment(), maxBuffer: LARGEST_BLOB, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Paths below `dir` that git neither holds nor ignores. */
export async function untrackedFiles(dir: string): Promise<string[]> {
  return (await openGit(dir).raw(['ls-files', '-z', '--others', '--exclude-standard'])).split('\0').filter(Boolean)
}
