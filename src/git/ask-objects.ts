import { spawn } from 'node:child_process'
import { gitEnvironment } from './open.js'

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
