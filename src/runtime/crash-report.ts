import { failureCode } from './crash-policy.js'
import { RuntimeError } from './runtime-error.js'

interface Crash {
  app: string
  isDyno: boolean
  /** The app's last lines on stderr. */
  lines: string[]
  /** Whether anything came on stdout. */
  hasPrinted: boolean
  /** The exit status; null if a signal ended it. */
  code: number | null
  why: string
  next?: string | undefined
}

/**
 * The paragraph that ends a dyno whose app cannot stay up; the app's last lines are printed above
 * it.
 */
export function crashError({
  app,
  isDyno,
  lines,
  hasPrinted,
  code,
  why,
  next,
}: Crash): RuntimeError {
  const silence =
    lines.length > 0 ? '' : hasPrinted ? '; it printed nothing to stderr' : '; it printed nothing'
  return new RuntimeError(
    `${app} cannot stay up, so ${isDyno ? 'the dyno ends' : 'all is stopped'}`,
    why + silence,
    next ?? hintFor(lines, isDyno),
    failureCode(code),
  )
}

/** V8 says why it ended; what helps against it, it does not say. */
function hintFor(lines: string[], isDyno: boolean): string | undefined {
  const isHeap = lines.some((line) => /heap out of memory/i.test(line))
  return isHeap
    ? `its heap is full: ${isDyno ? 'a larger dyno, fewer instances, or ' : ''}` +
        '`node_args: --max-old-space-size=<MB>`'
    : undefined
}
