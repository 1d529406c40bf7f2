import diagnostics from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BOOT_HEADER, PROBE_HEADER } from '../boot-id.js'

/**
 * Adds the boot's id to the answer of a request that asks for it, and does nothing to any other.
 */
export function answerProbes(id: string): void {
  diagnostics.subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    if (asks(request.rawHeaders)) response.setHeader(BOOT_HEADER, id)
  })
}

/** By the raw headers: Node makes an object of them for each request that reads one. */
function asks(raw: string[]): boolean {
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    if (name.length === PROBE_HEADER.length && name.toLowerCase() === PROBE_HEADER) return true
  }
  return false
}
