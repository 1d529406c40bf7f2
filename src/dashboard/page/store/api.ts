/** Requests to the server of this page: same origin, with the cookie that it gave. */

import { answerOf, snapshot } from './snapshot.js'

/** What the server answers instead: why, and what to do, for people. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly why: string | null,
    readonly next: string | null,
  ) {
    super(message)
  }
}

export const appPath = (app: string, path: string): string =>
  `/api/apps/${encodeURIComponent(app)}/${path}`

/** @throws ApiError; status 0 if the server was not reached */
export async function getJson<Document>(path: string, signal?: AbortSignal): Promise<Document> {
  if (snapshot) return answerOf<Document>(snapshot, path)
  return answered(await request(path, signal ? { signal } : {}))
}

export async function postJson<Document>(path: string, body: unknown): Promise<Document> {
  return answered(
    await request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  )
}

async function request(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: 'same-origin', cache: 'no-store' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(
      0,
      'The dashboard does not answer.',
      'The command that serves this page has ended, or this machine sleeps.',
      'Run shipit dashboard again.',
    )
  }
}

async function answered<Document>(response: Response): Promise<Document> {
  const text = await response.text()
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as Document
  const { message, why, next } = errorIn(text)
  throw new ApiError(
    response.status,
    message ?? `The dashboard answers with HTTP ${response.status}.`,
    why ?? null,
    next ?? null,
  )
}

function errorIn(text: string): { message?: string; why?: string | null; next?: string | null } {
  try {
    return (JSON.parse(text) as { error?: { message?: string } }).error ?? {}
  } catch {
    // Not of our server, or broken off: the status alone is told.
    return {}
  }
}
