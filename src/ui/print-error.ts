import pc from 'picocolors'
import type { ShipitError } from '../errors.js'
import { printable } from './printable.js'

/** Writes an error to stderr: what happened, why, what to do next. The one place that does. */
export function printError(error: ShipitError): void {
  const colours = pc.createColors(Boolean(process.stderr.isTTY) && pc.isColorSupported)
  const lines = [`${colours.red(' ›')}   ${colours.bold('Error:')} ${printable(error.message)}`]
  if (error.why) lines.push(...printable(error.why).split('\n').map((line) => `     ${line}`))
  if (error.next) lines.push(...printable(error.next).split('\n').map((line, i) => `${i === 0 ? colours.cyan('   → ') : '     '}${line}`))
  process.stderr.write(lines.join('\n') + '\n')
}
