/** The one printer of errors: for users, for a CI, and with the source's lines for developers. */
import { existsSync, readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import path from 'node:path'
import { EXIT_CODES, type ShipitError } from '../errors.js'
import { isDebugging } from '../lib/debugging.js'
import { writeErr } from '../lib/terminal.js'
import { packageRoot } from '../paths.js'
import { colours, errorAnnotation, isGithubActions, printable } from './printable.js'

/**
 * Writes an error to stderr: what happened, why, what to do next; under GitHub Actions as an
 * annotation too, and with its stack under DEBUG=shipit. The one place that does.
 */
export function printError(error: ShipitError): void {
  if (isDebugging()) writeErr(`${printable(stackOf(error))}\n`)
  const c = colours(process.stderr)
  const lines = [`${c.red(' ›')}   ${c.bold('Error:')} ${printable(error.message)}`]
  if (error.why)
    lines.push(
      ...printable(error.why)
        .split('\n')
        .map((line) => `     ${line}`),
    )
  if (error.next)
    lines.push(
      ...printable(error.next)
        .split('\n')
        .map((line, i) => `${i === 0 ? c.cyan('   → ') : '     '}${line}`),
    )
  writeErr(lines.join('\n') + '\n')
  if (isGithubActions())
    writeErr(
      errorAnnotation(
        `shipit: ${EXIT_CODES[error.code].means} (exit ${error.exitCode})`,
        [error.message, error.next]
          .filter(Boolean)
          .map((part) => printable(part!))
          .join('\n'),
      ),
    )
}

const FRAME = /((?:file:\/\/)?(\/[^():\n]+|[A-Z]:\\[^():\n]+)):(\d+):(\d+)/g

/**
 * The stack of an error and of its causes, a paragraph each; places in the bundle are given as
 * `src/…` if its source maps are there. Of a message only the first line: an error of a child
 * process holds all that the child printed.
 */
export function stackOf(error: unknown): string {
  const stacks: string[] = []
  const seen = new Set<unknown>()
  for (let one = error; one instanceof Error && !seen.has(one); one = one.cause) {
    seen.add(one)
    const frames = (one.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
    stacks.push([`${one.name}: ${one.message.split('\n')[0]}`, ...frames].join('\n'))
  }
  const maps = new Map<string, SourceMap | undefined>()
  return stacks
    .join('\nCaused by: ')
    .replace(FRAME, (frame, _url: string, file: string, line: string, column: string) => {
      if (!maps.has(file)) maps.set(file, mapBeside(file))
      const place = maps.get(file)?.findEntry(Number(line) - 1, Number(column) - 1)
      if (!place || !('originalSource' in place)) return frame
      const source = path.resolve(path.dirname(file), place.originalSource)
      return (
        `${path.relative(packageRoot, source).split(path.sep).join('/')}:` +
        `${place.originalLine + 1}:${place.originalColumn + 1}`
      )
    })
}

function mapBeside(file: string): SourceMap | undefined {
  const map = `${file}.map`
  return existsSync(map)
    ? new SourceMap(JSON.parse(readFileSync(map, 'utf8')) as SourceMapPayload)
    : undefined
}
