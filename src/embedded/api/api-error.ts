/**
 * A refusal of any service, which the API passes on as it is: `{id, message}` with an HTTP status, and what else
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
