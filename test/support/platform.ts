import { PlatformApi, type PlatformApiOptions } from '../../src/heroku/index.js'

export const TOKEN = 'token-5e6f7a8b9c'

/** A client for a server of a test: short waits, a token that no output may hold. */
export function apiFor(apiUrl: string, options: PlatformApiOptions = {}): PlatformApi {
  return new PlatformApi(
    {
      apiUrl,
      gitUrl: 'https://git.heroku.com',
      token: TOKEN,
      tokenSource: 'HEROKU_API_KEY',
      label: 'Heroku',
    },
    { retryDelay: 5, timeout: 15_000, ...options },
  )
}

/** The error that a promise rejects with; fails where it resolves. */
export async function rejection<E = import('../../src/errors.js').ShipitError>(
  promise: Promise<unknown>,
): Promise<E> {
  try {
    await promise
  } catch (error) {
    return error as E
  }
  throw new Error('expected a rejection')
}
