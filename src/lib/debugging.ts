import { monotonic } from './monotonic.js'
import { writeErr } from './terminal.js'

/**
 * Whether DEBUG asks for what shipit tells its developers: a list of names as the package debug
 * reads it. `shipit`, `shipit:*` and `*` ask for all, `shipit:http` for a part alone. The one
 * place that reads it.
 */
export const isDebugging = (part?: 'http'): boolean =>
  (process.env.DEBUG ?? '')
    .split(/[\s,]+/)
    .some((name) => ['*', 'shipit', 'shipit:*', ...(part ? [`shipit:${part}`] : [])].includes(name))

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
