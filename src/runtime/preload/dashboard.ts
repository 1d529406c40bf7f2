/**
 * Loaded by `--require` into Node instances of an app with the dashboard's keys: PM2's own metrics
 * module, and the errors that it leaves to PM2's container.
 */
import { isMainThread } from 'node:worker_threads'

/** Longest text of an error, and most of its own fields, that are sent. */
const LONGEST = 10_000
const MOST_FIELDS = 20

if (isMainThread && process.env.SHIPIT_INSTANCE === String(process.ppid)) {
  const { injectModules } = require('pm2/lib/ProcessUtils.js') as { injectModules(): void }
  injectModules()
  // In fork mode the module does it itself, by its own rule.
  if (process.env.exec_mode === 'cluster_mode') shareErrors()
}

/**
 * Tells of errors that nobody caught. They end the instance all the same, as Node has it, unless
 * the app itself listens to them.
 */
function shareErrors(): void {
  process.on('uncaughtExceptionMonitor', (error) => send(error))
  let isListening = false
  const onRejection = (reason: unknown) => {
    if (process.listenerCount('unhandledRejection') > 1) return send(reason)
    // The app's listener is gone: Node's rule again.
    process.off('unhandledRejection', onRejection)
    isListening = false
    setImmediate(() => {
      throw reason
    })
  }
  process.on('newListener', (name) => {
    if (name !== 'unhandledRejection' || isListening) return
    isListening = true
    process.on('unhandledRejection', onRejection)
  })
}

function send(error: unknown): void {
  if (process.connected)
    process.send?.(
      { type: 'process:exception', data: describe(error) },
      undefined,
      undefined,
      () => undefined,
    )
}

/**
 * Its fields as PM2's container sends them, less what is no plain value: an error may hold a whole
 * request.
 */
function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error))
    return {
      message: String(error).slice(0, LONGEST) || 'No error, but one was thrown',
      name: 'Error',
    }
  const own = Object.getOwnPropertyNames(error)
    .slice(0, MOST_FIELDS)
    .map((name) => [name, (error as unknown as Record<string, unknown>)[name]] as const)
  const plain = own.filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  return {
    name: error.name,
    ...Object.fromEntries(
      plain.map(([name, value]) => [
        name,
        typeof value === 'string' ? value.slice(0, LONGEST) : value,
      ]),
    ),
  }
}
