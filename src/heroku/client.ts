import { readFileSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../paths.js'
import { Budget } from './budget.js'
import { patience } from './patience.js'
import { Call, type CallRequest, type CallSettings } from './call.js'
import type { Endpoint } from './types.js'

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
  /** The property that the list is sorted by, where the API can: `version` for releases, else `id`. */
  by?: string
}

/** https://devcenter.heroku.com/articles/platform-api-reference#ranges: a page holds 1,000 at most. */
const PAGE = 1000

/**
 * One client over heroku-client. GETs survive broken connections; a change (POST, PATCH, DELETE) is sent once. Everything
 * that goes wrong rejects with a ShipitError that names the host and what to do, or with the signal's reason.
 */
export class PlatformApi {
  /** What is left of the account's calls. */
  readonly budget = new Budget()
  private readonly settings: CallSettings

  constructor(readonly endpoint: Endpoint, options: PlatformApiOptions = {}) {
    this.settings = { timeout: 60_000, silence: 20_000, retries: 3, retryDelay: 500, ...patience(process.env), ...options }
  }

  get<T>(path: string, options?: RequestOptions): Promise<T> {
    return this.send<T>({ method: 'GET', path }, options)
  }

  /** All pages, unless `max` says how many; `order` and `by` as the Range header knows them. */
  async list<T>(path: string, options: ListOptions = {}): Promise<T[]> {
    const { max, order, by, ...rest } = options
    const isOnePage = max !== undefined && max <= PAGE
    const range = `${by ?? 'id'} ..; ${order ? `order=${order},` : ''}max=${isOnePage ? max : PAGE}`
    const rows = await this.send<T[]>({ method: 'GET', path, range, isPartial: isOnePage }, rest)
    return max === undefined ? rows : rows.slice(0, max)
  }

  post<T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> {
    return this.send<T>({ method: 'POST', path, body }, options)
  }

  patch<T>(path: string, body: unknown, options?: RequestOptions): Promise<T> {
    return this.send<T>({ method: 'PATCH', path, body }, options)
  }

  delete<T>(path: string, options?: RequestOptions): Promise<T> {
    return this.send<T>({ method: 'DELETE', path }, options)
  }

  private send<T>(request: Omit<CallRequest, 'userAgent'>, options: RequestOptions = {}): Promise<T> {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
    return new Call(this.endpoint, { ...request, userAgent: userAgent() }, { ...this.settings, ...given }, this.budget).send<T>()
  }
}

let agent: string | undefined

function userAgent(): string {
  agent ??= `shipit-heroku/${(JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version} node/${process.versions.node}`
  return agent
}
