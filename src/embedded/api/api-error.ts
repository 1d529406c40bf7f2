/** Refusals and failures, and how a caller is told of them. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { ServerResponse } from 'node:http'

/**
 * A refusal of any service, which the API passes on as it is: `{id, message}` with an HTTP status,
 * and what else Heroku tells with it.
 */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly id: string,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message)
    this.name = new.target.name
  }
}

/** The one way in which the services say that something is not there. */
export class NotFound extends ApiError {
  /**
   * `what` as the Platform API names it in the message: "app", "release", "process type (worker)".
   */
  constructor(what: string, message = `Couldn't find that ${what}.`) {
    super(404, 'not_found', message)
  }
}

export class Conflict extends ApiError {
  constructor(message: string) {
    super(422, 'invalid_params', message)
  }
}

export class InvalidParams extends ApiError {
  constructor(message: string) {
    super(422, 'invalid_params', message)
  }
}

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
const INTERNAL = {
  id: 'internal_server_error',
  message: 'The platform met an internal error; its daemon.log says which.',
}

export const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

/**
 * An error as users are told it. One that nobody meant for them is a bug of ours: the daemon's log
 * has it in full.
 * @param parts.root folder of the platform's state
 * @param parts.what came to it, for the log
 */
export function asTold(
  error: unknown,
  { root, what, log }: { root: string; what: string; log: (message: string) => void },
): ApiError {
  const known = error instanceof ApiError ? error : storageError(error, root)
  if (known) return known
  log(`internal error, ${what}: ${describe(error)}`)
  return new ApiError(500, INTERNAL.id, INTERNAL.message)
}

/** RFC 4918, 11.5: Insufficient Storage. Nothing of the change was stored. */
const STATUS = 507

/**
 * What the file system refused, as an answer that says so; undefined for any other error. `root` is
 * the folder of the platform's state.
 */
export function storageError(error: unknown, root: string): ApiError | undefined {
  const { code, path } = error as NodeJS.ErrnoException
  const place = path ?? root
  switch (code) {
    case 'ENOSPC':
      return new ApiError(STATUS, 'disk_full', `The disk of ${root} is full.`)
    case 'EDQUOT':
      return new ApiError(STATUS, 'disk_full', `The disk quota for ${root} is used up.`)
    case 'EROFS':
      return new ApiError(STATUS, 'read_only', `The file system of ${place} is read-only.`)
    // Without a path it is a signal or a socket that was refused.
    case 'EACCES':
    case 'EPERM':
      return path === undefined
        ? undefined
        : new ApiError(STATUS, 'read_only', `The platform may not write ${path}.`)
    case 'EMFILE':
    case 'ENFILE':
      return new ApiError(
        503,
        'too_many_files',
        "The platform has too many files and connections open for this machine's limit " +
          '(ulimit -n).',
      )
    default:
      return undefined
  }
}
