import { isDebugging } from '../lib/debugging.js'
import { monotonic } from '../lib/monotonic.js'
import { writeErr } from '../lib/terminal.js'

/**
 * One line an answer on stderr under DEBUG=shipit or DEBUG=*. It takes no header and no body, so
 * that config vars and tokens cannot reach it.
 */
export function traceAnswer(
  method: string,
  path: string,
  outcome: string | number,
  requestId: string | undefined,
  startedAt: number,
): void {
  if (!isDebugging('http')) return
  const ms = monotonic() - startedAt
  writeErr(`shipit:http ${method} ${path} ${outcome} ${requestId ?? '-'} ${ms}ms\n`)
}
