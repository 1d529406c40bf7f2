import { looksLikeFirName } from '../lib/dyno-name.js'
import { appPath } from './apps.js'
import type { PlatformApi, RequestOptions } from './client.js'
import { LOG_SESSION } from './shapes.js'
import type { LogSession } from './types.js'

export interface LogFilter {
  /** Most recent lines to begin with; the platform keeps 1,500. */
  lines?: number
  /** Whether new lines follow. */
  tail?: boolean
  /** web.1, or a process type. */
  dyno?: string
  /** app or heroku */
  source?: string
}

/**
 * An address that answers the log: good for about 5 minutes unread and an hour read.
 * The API's schema keeps a dyno (`web.1`) and a process type (`web`) apart.
 */
export const createLogSession = (
  api: PlatformApi,
  app: string,
  { lines, tail, dyno, source }: LogFilter,
  options?: RequestOptions,
) =>
  api.post<LogSession>(
    `${appPath(app)}/log-sessions`,
    LOG_SESSION,
    {
      lines,
      tail,
      source,
      ...(dyno !== undefined && (dyno.includes('.') || looksLikeFirName(dyno))
        ? { dyno_name: dyno }
        : { type: dyno }),
    },
    options,
  )
