import { RuntimeError } from './runtime-error.js'
import { requireFromPm2 } from './pm2-package.js'

/** Throws a RuntimeError for a `cron_restart` that PM2 could not schedule; `0` is its word for none. */
export function checkCron(app: string, pattern: unknown): void {
  if (pattern === undefined || String(pattern) === '0') return
  const Cron = requireFromPm2<(pattern: string) => unknown>('croner')
  try {
    Cron(String(pattern))
  } catch (error) {
    throw new RuntimeError(
      `${app}: \`cron_restart\` is not a valid cron pattern: ${pattern}`,
      (error as Error).message.replace(/^CronPattern: /, ''),
      'five fields (minute hour day month weekday), such as "0 4 * * *"',
    )
  }
}
