import { ShipitError } from '../errors.js'
import { ownVersion } from '../own-version.js'
import { Budget, patience } from './limits.js'
import { Call, type CallRequest, type CallSettings } from './call.js'
import { misfitError } from './connection-errors.js'
import { listOf, misfit, type Shape } from './shapes.js'
import type { Endpoint } from './endpoint.js'

export interface RequestOptions {
  /** ms until the call is given up, resends and waits included; default 60000. */
  timeout?: number
  signal?: AbortSignal
}

export interface PlatformApiOptions extends RequestOptions {
  /** ms without a byte after which a GET is tried anew; default 20000. */
  silence?: number
  /** How often a GET is sent again; default 3. */
  retries?: number
  /** ms before the first resend, doubled each time; default 500. */
  retryDelay?: number
}

export interface ListOptions extends RequestOptions {
  max?: number
  order?: 'asc' | 'desc'
  /**
   * The property that the list is sorted by, if the API can: `version` for releases, else `id`.
   */
  by?: string
}

/**
 * https://devcenter.heroku.com/articles/platform-api-reference#ranges: a page holds 1,000 at most.
 */
const PAGE = 1000

/**
 * One client over heroku-client. GETs survive broken connections; a change (POST, PATCH, PUT, DELETE) is
 * sent once. Everything that goes wrong rejects with a ShipitError that names the host and what to
 * do, or with the signal's reason.
 */
export class PlatformApi {
  /** What is left of the account's calls. */
  readonly budget = new Budget()
  private readonly settings: CallSettings
  private toldOf: string | undefined
  private looking: Promise<{ token: string; source: string } | undefined> | undefined

  constructor(
    readonly endpoint: Endpoint,
    options: PlatformApiOptions = {},
  ) {
    this.settings = {
      timeout: 60_000,
      silence: 20_000,
      retries: 3,
      retryDelay: 500,
      ...patience(process.env),
      ...options,
    }
  }

  /** @param shape what the answer must be; as in each of the calls below */
  get<T>(path: string, shape: Shape, options?: RequestOptions): Promise<T> {
    return this.send<T>({ method: 'GET', path }, shape, options)
  }

  /**
   * All pages, unless `max` says how many; `order` and `by` as the Range header knows them. `shape`
   * is that of one item.
   */
  async list<T>(path: string, shape: Shape, options: ListOptions = {}): Promise<T[]> {
    const { max, order, by, ...rest } = options
    const isOnePage = max !== undefined && max <= PAGE
    const range = `${by ?? 'id'} ..; ${order ? `order=${order},` : ''}max=${isOnePage ? max : PAGE}`
    const rows = await this.send<T[]>(
      { method: 'GET', path, range, isPartial: isOnePage },
      listOf(shape),
      rest,
    )
    return max === undefined ? rows : rows.slice(0, max)
  }

  post<T>(
    path: string,
    shape: Shape,
    body?: unknown,
    { variant, ...options }: RequestOptions & { variant?: string } = {},
  ): Promise<T> {
    return this.send<T>({ method: 'POST', path, body, variant }, shape, options)
  }

  patch<T>(path: string, shape: Shape, body: unknown, options?: RequestOptions): Promise<T> {
    return this.send<T>({ method: 'PATCH', path, body }, shape, options)
  }

  put<T>(path: string, shape: Shape, body: unknown, options?: RequestOptions): Promise<T> {
    return this.send<T>({ method: 'PUT', path, body }, shape, options)
  }

  delete<T>(
    path: string,
    shape: Shape,
    { variant, ...options }: RequestOptions & { variant?: string } = {},
  ): Promise<T> {
    return this.send<T>({ method: 'DELETE', path, variant }, shape, options)
  }

  /**
   * A refused token is nobody's last word while another source may hold a good one: `heroku login`
   * leaves old entries in ~/.netrc. From then on the endpoint has the token that was taken; where
   * none is, the error is of the first.
   */
  private async send<T>(
    request: Omit<CallRequest, 'userAgent'>,
    shape: Shape,
    options: RequestOptions = {},
  ): Promise<T> {
    const { token, tokenSource } = this.endpoint
    try {
      return await this.sendOnce<T>(request, shape, options)
    } catch (error) {
      if (!(await this.hasOtherToken(error, token))) throw error
      try {
        const answer = await this.send<T>(request, shape, options)
        if (this.toldOf !== this.endpoint.tokenSource)
          this.endpoint.onOtherToken?.(tokenSource, this.endpoint.tokenSource)
        this.toldOf = this.endpoint.tokenSource
        return answer
      } catch (second) {
        if (!isRefusedToken(second)) throw second
        Object.assign(this.endpoint, { token, tokenSource })
        throw error
      }
    }
  }

  /** Whether the endpoint has another token now than the one that was refused. */
  private async hasOtherToken(error: unknown, refused: string): Promise<boolean> {
    if (!isRefusedToken(error)) return false
    if (this.endpoint.token !== refused) return true
    this.looking ??= Promise.resolve(this.endpoint.otherToken?.()).finally(() => {
      this.looking = undefined
    })
    const other = await this.looking
    if (other) Object.assign(this.endpoint, { token: other.token, tokenSource: other.source })
    return other !== undefined
  }

  private async sendOnce<T>(
    request: Omit<CallRequest, 'userAgent'>,
    shape: Shape,
    options: RequestOptions = {},
  ): Promise<T> {
    const given = Object.fromEntries(
      Object.entries(options).filter(([, value]) => value !== undefined),
    )
    const answer = await new Call(
      this.endpoint,
      { ...request, userAgent: userAgent() },
      { ...this.settings, ...given },
      this.budget,
    ).send<unknown>()
    const wrong = misfit(shape, answer)
    if (wrong !== undefined) throw misfitError(wrong, this.endpoint, request)
    return answer as T
  }
}

/** 401: nothing was done, so that a change may be sent again too. */
const isRefusedToken = (error: unknown): boolean =>
  error instanceof ShipitError && error.code === 'auth' && error.details?.status === 401

let agent: string | undefined

function userAgent(): string {
  agent ??= `shipit-heroku/${ownVersion()} node/${process.versions.node}`
  return agent
}
