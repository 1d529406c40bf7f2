import { createRequire } from 'node:module'

/**
 * Loads one of PM2's own dependencies, so that what a file says means the same here as there. A file
 * of its own, since the dashboard's process has it too, and nothing else of the supervisor's.
 */
export function requireFromPm2<T>(name: string): T {
  return createRequire(createRequire(__filename).resolve('pm2/package.json'))(name) as T
}
