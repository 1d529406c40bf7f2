import { until as look } from '../../src/lib/until.js'

type Falsy = false | undefined | null | '' | 0

/**
 * What a condition answers once that is true; if it does not come true in time, an error that
 * says what was waited for.
 * @param within ms
 */
export async function until<T>(
  what: string | (() => string),
  condition: () => T | Promise<T>,
  within = 45_000,
): Promise<Exclude<T, Falsy>> {
  const seen = await look(async () => (await condition()) || undefined, {
    timeout: within,
    every: 10,
  })
  if (seen === undefined)
    throw new Error(
      `Timed out after ${within} ms waiting for: ${typeof what === 'string' ? what : what()}`,
    )
  return seen as Exclude<T, Falsy>
}
