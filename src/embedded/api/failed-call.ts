import { AsyncLocalStorage } from 'node:async_hooks'
import type { ServerResponse } from 'node:http'

/** The call on whose behalf code runs, in its callbacks and promises too. */
const current = new AsyncLocalStorage<ServerResponse>()

/** Runs what answers a call, so that {@link endFailedCall} knows which one it was. */
export function asCall(response: ServerResponse, answer: () => void): void {
  current.run(response, answer)
}

/**
 * Ends the call during which the error came that nobody caught, so that its client need not wait.
 * To be called by the process's own handlers of such errors. Whether there was one.
 */
export function endFailedCall(): boolean {
  const response = current.getStore()
  if (!response || response.writableEnded || response.destroyed) return false
  if (response.headersSent) response.destroy()
  else
    response
      .writeHead(500, { 'Content-Type': 'application/json', Connection: 'close' })
      .end(JSON.stringify(INTERNAL))
  return true
}

/** What is answered if it is no matter of the caller's. */
export const INTERNAL = {
  id: 'internal_server_error',
  message: 'The platform met an internal error; its daemon.log says which.',
}
