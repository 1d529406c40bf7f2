import pc from 'picocolors'
import { EXIT_CODES, type ShipitError } from '../errors.js'
import { printable } from './printable.js'
import { isDebugging } from '../lib/debugging.js'
import { stackOf } from './stack.js'
import { errorAnnotation, isGithubActions } from './workflow-commands.js'
import { writeErr } from '../lib/terminal.js'

/**
 * Writes an error to stderr: what happened, why, what to do next; under GitHub Actions as an
 * annotation too, and with its stack under DEBUG=shipit. The one place that does.
 */
export function printError(error: ShipitError): void {
  if (isDebugging()) writeErr(`${printable(stackOf(error))}\n`)
  const colours = pc.createColors(Boolean(process.stderr.isTTY) && pc.isColorSupported)
  const lines = [`${colours.red(' ›')}   ${colours.bold('Error:')} ${printable(error.message)}`]
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
        .map((line, i) => `${i === 0 ? colours.cyan('   → ') : '     '}${line}`),
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
