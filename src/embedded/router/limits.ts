/**
 * devcenter.heroku.com/articles/http-routing#http-validation-and-restrictions, in bytes unless said
 * otherwise. A request beyond them gets a
 * 400, an answer beyond them a 502 and H25.
 */
export const LIMITS = {
  requestLine: 8_192,
  /** A line of the request's head, name and value. */
  requestHeader: 8_192,
  headerName: 1_000,
  /** Headers of one request. */
  requestHeaders: 1_000,
  statusLine: 8_192,
  /** A line of the answer's head. */
  responseHeader: 512 * 1024,
  cookie: 8_192,
  /**
   * The answer's whole head. Heroku names no limit; this one keeps an app from filling the router's
   * memory.
   */
  responseHead: 2 * 1024 * 1024,
} as const

/**
 * What waits for a slow client before the dyno is slowed down
 * (articles/http-routing#response-buffering).
 */
export const RESPONSE_BUFFER = 1024 * 1024
