/** Loaded by `--require` into every Node instance, before the app: drains on a signal, and reports to the supervisor. */
import { installDrain } from './drain.js'
import { installReport } from './report.js'

// An instance's own children (a build, a worker it forks) are the app's business, not ours.
if (process.env.SHIPIT_INSTANCE === String(process.ppid)) {
  delete process.env.SHIPIT_INSTANCE
  if (process.env.SHIPIT_SOURCE_MAPS !== 'off') process.setSourceMapsEnabled(true)
  delete process.env.SHIPIT_SOURCE_MAPS
  keepOutputWhole()
  const report = installReport(Number(process.env.SHIPIT_REPORT_MS ?? 0))
  delete process.env.SHIPIT_REPORT_MS
  installDrain(Number(process.env.SHIPIT_DRAIN_MS ?? 25_000), report)
  delete process.env.SHIPIT_DRAIN_MS
}

/** Writes to a pipe are otherwise lost when the app exits at once after a burst. */
function keepOutputWhole(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const handle = (stream as unknown as { _handle?: { setBlocking?: (isBlocking: boolean) => void } })._handle
    handle?.setBlocking?.(true)
  }
}
