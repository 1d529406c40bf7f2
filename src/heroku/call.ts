import type { ClientRequest, IncomingMessage } from 'node:http'
import Request from 'heroku-client/lib/request.js'
import { type Budget, retryAfter } from './limits.js'
import { answerError } from './errors.js'
import { connectionError } from './connection-errors.js'
import { monotonic } from '../lib/monotonic.js'
import { keptAgent, proxyAgent, proxyFor, singleAgent } from './proxy.js'
import { traceAnswer } from '../lib/debugging.js'
import type { Endpoint } from './endpoint.js'

export interface CallSettings {
  /** ms until the whole call times out, with its resends, its waits, and all pages of a list. */
  timeout: number
  /** ms without a byte after which a GET is tried anew. */
  silence: number
  /** How often a GET is sent again after a broken connection or a 5xx. */
  retries: number
  /** ms before the first resend; doubled each time. */
  retryDelay: number
  signal?: AbortSignal | undefined
}

export interface CallRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  path: string
  body?: unknown
  /** Of the first page of a list. */
  range?: string
  /** Variant of the API's version 3, such as `cancel-build`; none if absent. */
  variant?: string | undefined
  /** One page is enough. */
  isPartial?: boolean
  userAgent: string
}

/** Bytes of all answers to one call: the longest list of a large account has a tenth of it. */
const MOST_BYTES = 64 * 1024 * 1024

const fault = (code: string, message: string) => Object.assign(new Error(message), { code })

/**
 * One call of the Platform API over heroku-client's request. heroku-client builds the request and
 * follows the pages; what becomes of an answer, an error or a silence is decided here: nothing but
 * a GET is sent twice once a byte of it may have left, 429 and 503 are waited out as their headers
 * say, and after the call has ended nothing more is sent.
 */
export class Call extends Request {
  private attempt = 0
  private isSettled = false
  private isAttemptOver = false
  private hasConnected = false
  private startedAt = monotonic()
  private readonly deadline: number
  /** Of all answers to this call. */
  private bytes = 0
  private readonly ranges = new Set<string>()
  private current: ClientRequest | undefined
  private timers = new Set<NodeJS.Timeout>()

  constructor(
    private readonly endpoint: Endpoint,
    private readonly call: CallRequest,
    private readonly settings: CallSettings,
    private readonly budget?: Budget,
  ) {
    super({
      host: endpoint.apiUrl,
      method: call.method,
      path: new URL(endpoint.apiUrl).pathname.replace(/\/$/, '') + call.path,
      body: call.body,
      partial: call.isPartial ?? false,
      userAgent: call.userAgent,
      headers: {
        Authorization: `Bearer ${endpoint.token}`,
        ...(call.range ? { Range: call.range } : {}),
        ...(call.variant
          ? { Accept: `application/vnd.heroku+json; version=3.${call.variant}` }
          : {}),
      },
    })
    const proxy = proxyFor(endpoint.apiUrl)
    // The agent knows whom to trust: heroku-client would read all certificates for each connection.
    this.certs = []
    // Connections are kept for the many GETs of a wait. A change gets one of its own: on a kept one
    // it may meet the server's end of it, and could then not be sent again.
    if (proxy) this.agent = proxyAgent(proxy, this.secure)
    else this.agent = call.method === 'GET' ? keptAgent(this.secure) : singleAgent(this.secure)
    this.deadline = monotonic() + settings.timeout
  }

  /** Sends it. Rejects with ShipitError, or with the signal's reason once it is aborted. */
  async send<T>(): Promise<T> {
    const { signal } = this.settings
    const onAbort = () => this.fail(signal!.reason)
    signal?.throwIfAborted()
    signal?.addEventListener('abort', onAbort, { once: true })
    this.startTimer(this.settings.timeout, () => this.giveUp())
    try {
      return (await this.request()) as T
    } finally {
      this.isSettled = true
      signal?.removeEventListener('abort', onAbort)
      for (const timer of this.timers) clearTimeout(timer)
      this.current?.destroy()
    }
  }

  /** heroku-client prints every header here; this is where an attempt begins. */
  override logRequest(request: ClientRequest): void {
    this.current = request
    this.isAttemptOver = false
    this.hasConnected = false
    this.startedAt = monotonic()
    request.once('socket', (socket) => {
      const connected = () => {
        this.hasConnected = true
      }
      if (!socket.connecting) connected()
      else socket.once(this.secure ? 'secureConnect' : 'connect', connected)
    })
  }

  override setRequestTimeout(request: ClientRequest): void {
    if (this.call.method !== 'GET') return
    request.setTimeout(this.settings.silence, () =>
      request.destroy(fault('ETIMEDOUT', 'no answer came in time')),
    )
  }

  override handleResponse(response: IncomingMessage): void {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      this.bytes += chunk.length
      if (this.bytes > MOST_BYTES)
        this.fail(
          this.brokenBy(
            fault('EBADANSWER', `its answer is larger than ${MOST_BYTES / 1024 / 1024} MB`),
          ),
        )
      if (this.isSettled) response.destroy()
    })
    response.on('error', (error) => this.handleError(error))
    response.on('close', () => {
      if (!response.complete) this.handleError(fault('ECONNRESET', 'the answer was cut off'))
    })
    // Decoded as a whole: a character may lie across two chunks.
    response.on('end', () => {
      if (response.complete) this.answered(response, Buffer.concat(chunks).toString('utf8'))
    })
  }

  override handleError(error: Error): void {
    if (!this.endAttempt()) return
    this.trace((error as NodeJS.ErrnoException).code ?? 'error', undefined)
    const isSafe = this.call.method === 'GET' || (!this.hasConnected && isBeforeConnecting(error))
    if (isSafe && this.attempt < this.settings.retries)
      return this.again(this.settings.retryDelay * 2 ** this.attempt)
    this.fail(this.brokenBy(error))
  }

  override nextRequest(nextRange: string, body: unknown): void {
    // A list that says twice what comes next has no end.
    if (this.ranges.has(nextRange))
      return this.fail(this.brokenBy(fault('EBADANSWER', 'its list never ends')))
    this.ranges.add(nextRange)
    this.attempt = 0
    super.nextRequest(nextRange, body)
  }

  private answered(response: IncomingMessage, body: string): void {
    if (!this.endAttempt()) return
    const status = response.statusCode ?? 0
    const requestId = [response.headers['request-id']].flat()[0]
    this.trace(status, requestId)
    this.budget?.note(response.headers)
    if (status >= 200 && status < 300) {
      try {
        this.handleSuccess(response, body)
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        this.fail(this.brokenBy(fault('EBADANSWER', 'its answer is not JSON')))
      }
      return
    }
    const asked = retryAfter(response.headers)
    const { method, path } = this.call
    if (this.mayWaitFor(status)) {
      const wait = asked ?? this.settings.retryDelay * 2 ** this.attempt
      const isWorthWaiting = monotonic() + wait < this.deadline
      const isToldWhen = asked !== undefined && (status === 429 || status === 503)
      if (isWorthWaiting && (isToldWhen || this.attempt < this.settings.retries))
        return this.again(wait)
    }
    this.fail(
      answerError(
        {
          status,
          body,
          method,
          path,
          requestId,
          retryAfter: asked,
          asksSecondFactor: response.headers['heroku-two-factor-required'] === 'true',
        },
        this.endpoint,
      ),
    )
  }

  /**
   * False if the attempt was over already: one attempt can report its end several times (error,
   * close, timeout).
   */
  private endAttempt(): boolean {
    if (this.isSettled || this.isAttemptOver) return false
    this.isAttemptOver = true
    return true
  }

  /** 429 says that nothing was done, so a change may follow it; of a 5xx that is not known. */
  private mayWaitFor(status: number): boolean {
    return status === 429 || (this.call.method === 'GET' && [500, 502, 503, 504].includes(status))
  }

  private again(wait: number): void {
    this.attempt++
    this.startTimer(wait, () => {
      if (!this.isSettled) void this.request()
    })
  }

  private giveUp(): void {
    this.fail(this.brokenBy(fault('ETIMEDOUT', `no answer came in ${this.settings.timeout} ms`)))
  }

  private fail(error: unknown): void {
    if (this.isSettled) return
    this.isSettled = true
    this.reject(error)
  }

  private brokenBy(error: unknown) {
    const { method, path } = this.call
    return connectionError(error, this.endpoint, { method, path, mayHaveActed: this.hasConnected })
  }

  private trace(outcome: string | number, requestId: string | undefined): void {
    traceAnswer(this.call.method, this.call.path, outcome, requestId, this.startedAt)
  }

  private startTimer(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      then()
    }, ms)
    this.timers.add(timer)
  }
}

/** Errors that can only come before a connection stands, so that nothing can have been sent. */
function isBeforeConnecting(error: Error): boolean {
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  )
}
