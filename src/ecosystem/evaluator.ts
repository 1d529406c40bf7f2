/**
 * What the child process reads from stdin as an ES module: a string, so that it works from a bundle
 * as well; not by `node -e`, which would lend the file globals such as `module` and `fs` that PM2
 * does not give it. It loads the file named in its first argument, as a module or, by the second,
 * as one expression, and writes one line of JSON to file descriptor 3, out of reach of whatever the
 * file prints:
 * {data, lost: [[path, what]]} or {error: {name, message, stack}}. Only then does an error go on to
 * stderr, where Node shows the line of a syntax error that its stack keeps back.
 */
export const EVALUATOR = String.raw`
import { readFileSync, writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'
const exit = process.exit.bind(process)
const stringify = JSON.stringify
const [, , file, kind] = process.argv

function send(message) {
  const line = Buffer.from(stringify(message) + '\n')
  for (let sent = 0; sent < line.length; ) sent += writeSync(3, line, sent)
}

function plain(value, path, above, lost) {
  const type = typeof value
  if (type === 'function' || type === 'symbol' || type === 'bigint') return void lost.push([path, 'a ' + type])
  if (type === 'number' && !Number.isFinite(value)) return void lost.push([path, String(value)])
  if (type !== 'object' || value === null) return value
  if (above.includes(value)) return void lost.push([path, 'a reference to something around it'])
  if (typeof value.toJSON === 'function') return value.toJSON()
  const inside = [...above, value]
  if (Array.isArray(value)) return value.map((each, index) => plain(each, [...path, index], inside, lost))
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([key, each]) => [key, plain(each, [...path, key], inside, lost)]))
}

function failed(error) {
  const isError = error instanceof Error
  const { name, message, stack } = isError ? error : { name: 'Thrown', message: error, stack: '' }
  send({ error: { name, message: String(message), stack: String(stack) } })
  if (isError) console.error(error.stack)
  throw error
}

async function load() {
  if (kind === 'expression') {
    const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
    return vm.runInThisContext('(\n' + text + '\n)', { filename: file, lineOffset: -1 })
  }
  const loaded = await import(pathToFileURL(file).href)
  return 'default' in loaded ? loaded.default : { ...loaded }
}

load().then((data) => {
  const lost = []
  send({ kind: data === null ? 'null' : typeof data, data: plain(data, [], [], lost), lost })
  exit(0)
}).catch((error) => setImmediate(failed, error))
`
