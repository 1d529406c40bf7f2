import type { LogLine } from '../heroku/index.js'
import { readPlatformLine, readRequest } from './platform-line.js'
import { FOREIGN, type Reading } from './reading.js'
import { readRuntimeLine, RUNTIME_MARK } from './runtime-line.js'

/**
 * What one log line says. Which dyno speaks is the log's own word (`line.dyno`), never what stands
 * in the message: an app may print anything.
 * A foreign line costs no more than a look at its first characters.
 */
export function readLine({ source, dyno, message }: LogLine): Reading {
  if (source === 'app') return message.startsWith(RUNTIME_MARK) ? readRuntimeLine(message) : FOREIGN
  if (source !== 'heroku') return FOREIGN
  return dyno === 'router' ? readRequest(message) : readPlatformLine(message)
}
