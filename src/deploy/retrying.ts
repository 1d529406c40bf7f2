import type { ShipitError } from '../errors.js'
import { retry, isRateLimit, type RetryOptions } from '../heroku/limits.js'
import type { Platform } from './platform.js'

interface RetryingOptions extends RetryOptions {
  /**
   * Whether the platform may have begun what cannot be taken back: from then on, reads ride out a
   * broken connection too.
   */
  isUnderWay: () => boolean
}

const READS = new Set<PropertyKey>([
  'findApp',
  'dynos',
  'formation',
  'buildpacks',
  'addons',
  'configVars',
  'currentRelease',
  'releases',
  'release',
  'slug',
  'builds',
  'build',
  'feature',
  'domains',
  'promotionTarget',
  'attachments',
  'addon',
])
const CHANGES = new Set<PropertyKey>([
  'createApp',
  'updateFormation',
  'updateConfigVars',
  'releaseSlug',
  'promote',
  'setBuildpacks',
  'createAddon',
  'enableFeature',
  'addToPipeline',
])

/**
 * The platform, for a deploy under way: a call that is refused by the rate limit has done nothing
 * and is tried again, and so is a read whose connection breaks once something is under way. What
 * comes after that time is the caller's to judge. A rollback has its own way (rollback/rollback.ts).
 */
export function retrying(platform: Platform, patience: RetryingOptions): Platform {
  return new Proxy(platform, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      const call = (...args: unknown[]): unknown => Reflect.apply(value, target, args)
      const mayRetry = READS.has(key)
        ? (error: ShipitError) =>
            isRateLimit(error) || (error.code === 'network' && patience.isUnderWay())
        : isRateLimit
      if (!READS.has(key) && !CHANGES.has(key)) return call
      return (...args: unknown[]) => retry(async () => call(...args), mayRetry, patience)
    },
  })
}
