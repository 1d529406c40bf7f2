/**
 * A refusal that the API passes on as it is: `{id, message}` with an HTTP status, and what else
 * Heroku tells with it.
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

export class NotFound extends ApiError {
  /**
   * `what` as the Platform API names it in the message: "app", "release", "process type (worker)".
   */
  constructor(what: string) {
    super(404, 'not_found', `Couldn't find that ${what}.`)
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

/**
 * Whether an error was meant for the caller of the API; the other services may have classes of
 * their own with the same fields.
 */
export function isApiError(
  error: unknown,
): error is { status: number; id: string; message: string; details?: Record<string, unknown> } {
  const fields = error as { status?: unknown; id?: unknown } | null
  return (
    error instanceof Error && typeof fields?.status === 'number' && typeof fields.id === 'string'
  )
}
