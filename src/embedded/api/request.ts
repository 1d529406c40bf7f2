import type { Request, Response } from 'express'
import { ApiError, InvalidParams, NotFound } from './api-error.js'
import type { Store } from '../store/types.js'
import type { AppRecord } from '../store/records.js'
import { pageOf, type RangeFields } from './range.js'

/** The app that the path names by id or name. */
export function appOf(store: Store, request: Request): Readonly<AppRecord> {
  const app = store.find(param(request, 'app'))
  if (!app) throw new NotFound('app')
  return app
}

export function param(request: Request, name: string): string {
  const value = request.params[name]
  if (typeof value !== 'string') throw new NotFound(name)
  return value
}

/**
 * What a caller gave, to be compared or shown. Of an object its JSON, since String() throws for one
 * whose `toString` is a field of the body.
 */
export const textOf = (given: unknown): string =>
  typeof given === 'object' && given !== null ? JSON.stringify(given) : String(given)

/** The body as an object; an absent one is empty. */
export function bodyOf(request: Request): Record<string, unknown> {
  const body: unknown = request.body ?? {}
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ApiError(400, 'bad_request', 'The body must be a JSON object.')
  return body as Record<string, unknown>
}

/**
 * Refuses fields that nothing here would act on, so that no request seems to have done what it did
 * not.
 */
export function onlyFields(body: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(body).find((field) => !known.includes(field))
  if (unknown !== undefined) throw new InvalidParams(`Unknown parameter: ${unknown}`)
}

export function sendPage<T>(
  request: Request,
  response: Response,
  items: readonly T[],
  fields: RangeFields<T>,
  serialize: (item: T) => unknown,
): void {
  const page = pageOf(items, request.headers.range, fields)
  response.status(page.status).set(page.headers).json(page.items.map(serialize))
}
