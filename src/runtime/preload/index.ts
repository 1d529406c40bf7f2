/** Loaded by `--require` into every Node instance, before the app: drains on a signal, and reports to the supervisor. */
import { isMainThread } from 'node:worker_threads'
import { BOOT_ID_VAR } from '../boot-id.js'
import { answerProbes } from './answer-probes.js'
import { Connections } from './connections.js'
import { installDrain } from './drain.js'
import { raiseKeepAlive } from './keep-alive.js'
import { installReport } from './report.js'

const bootId = process.env[BOOT_ID_VAR]
// In threads and children too: whichever process answers, it is of this boot.
if (bootId) answerProbes(bootId)
if (process.env.DYNO) raiseKeepAlive()

// An instance's threads and its own children (a build, a process that it forks) load this too; they are the app's business.
if (isMainThread && process.env.SHIPIT_INSTANCE === String(process.ppid)) {
  const { sourceMaps, reportEvery, drain, isStoppedByMessage } = takeSettings()
  if (sourceMaps) process.setSourceMapsEnabled(true)
  keepOutputWhole()
  const connections = new Connections()
  const report = installReport(reportEvery, () => connections.responses.length)
  connections.onListening = (port) => report.send({ shipit: 'listening', port })
  installDrain(drain, connections, isStoppedByMessage)
  report.send({ shipit: 'begun', at: Date.now() })
}

/** What the supervisor says to this process alone; the app does not see it. */
function takeSettings(): { sourceMaps: boolean; reportEvery: number; drain: number; isStoppedByMessage: boolean } {
  const { SHIPIT_SOURCE_MAPS, SHIPIT_REPORT_MS, SHIPIT_DRAIN_MS, SHIPIT_STOP_BY } = process.env
  for (const name of ['SHIPIT_INSTANCE', 'SHIPIT_SOURCE_MAPS', 'SHIPIT_REPORT_MS', 'SHIPIT_DRAIN_MS', 'SHIPIT_STOP_BY']) delete process.env[name]
  return { sourceMaps: SHIPIT_SOURCE_MAPS !== 'off', reportEvery: Number(SHIPIT_REPORT_MS), drain: Number(SHIPIT_DRAIN_MS), isStoppedByMessage: SHIPIT_STOP_BY === 'message' }
}

/** Writes to a pipe are otherwise lost when the app exits at once after a burst. */
function keepOutputWhole(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const handle = (stream as unknown as { _handle?: { setBlocking?: (isBlocking: boolean) => void } })._handle
    handle?.setBlocking?.(true)
  }
}
