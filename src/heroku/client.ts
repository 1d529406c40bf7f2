import type { Endpoint } from './types.js'

export interface RequestOptions { timeout?: number; signal?: AbortSignal }

/** One client over heroku-client. */
export class PlatformApi {
  constructor(readonly endpoint: Endpoint) {}
  get<T>(_path: string, _options?: RequestOptions): Promise<T> { throw new Error('room heroku/') }
  /** All pages, unless `max` says how many; `order` as the Range header knows it. */
  list<T>(_path: string, _options?: RequestOptions & { max?: number; order?: 'asc' | 'desc'; by?: string }): Promise<T[]> { throw new Error('room heroku/') }
  post<T>(_path: string, _body?: unknown, _options?: RequestOptions): Promise<T> { throw new Error('room heroku/') }
  patch<T>(_path: string, _body: unknown, _options?: RequestOptions): Promise<T> { throw new Error('room heroku/') }
  delete<T>(_path: string, _options?: RequestOptions): Promise<T> { throw new Error('room heroku/') }
}
