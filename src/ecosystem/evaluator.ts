/**
 * What the child process reads from stdin as an ES module: a string, so that it works from a bundle as well; not by `node -e`,
 * which would lend the file globals such as `module` and `fs` that PM2 does not give it. It loads the file named in its argument, and writes one line of JSON to file descriptor 3, out of reach of whatever the file prints:
 * {data, lost: [[path, what]]} or {error: {name, message, stack}}. Only then does an error go on to stderr, where Node
 * shows the line of a syntax error that its stack keeps back.
 */
export const EVALUATOR = String.raw`
import { writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
const exit = process.exit.bind(process)
const stringify = JSON.stringify
const file = process.argv[2]

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
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each, [...path, key], inside, lost)]))
}

function failed(error) {
  const isError = error instanceof Error
  send({ error: { name: isError ? error.name : 'Thrown', message: String(isError ? error.message : error), stack: isError ? String(error.stack) : '' } })
  if (isError) console.error(error.stack)
  throw error
}

import(pathToFileURL(file).href).then((loaded) => {
  const data = 'default' in loaded ? loaded.default : { ...loaded }
  const lost = []
  send({ kind: data === null ? 'null' : typeof data, data: plain(data, [], [], lost), lost })
  exit(0)
}).catch((error) => setImmediate(failed, error))
`
