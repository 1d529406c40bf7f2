import { spawn } from 'node:child_process'
import { gitEnvironment } from './open.js'

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
