import type { Figures } from '../lib/figures.js'
import type { AppMetric } from './app-values.js'

/**
 * What a log line says, as plain data. Memory in MB, times in ms, unless a field says otherwise;
 * absent fields were not in the line.
 */

/**
 * The runtime's figures of one instance, every 20 s; a line has those of a dyno's other instances
 * too.
 */
export interface Sample extends Figures {
  kind: 'sample'
  /** Name in the ecosystem file. */
  app: string
  /** NODE_APP_INSTANCE */
  instance: number
  pid: number
  /** PM2's word: online, launching, stopping, stopped, errored, waiting restart. */
  status: string
  restarts: number
  /** Seconds. */
  uptime: number
  version: string | undefined
  /**
   * How many instances the dyno has; undefined in lines of a runtime that prints one line an
   * instance.
   */
  of: number | undefined
  /** What the same line tells of other instances. */
  others: readonly Sample[]
  /** What the app tells of itself through PM2's packages. */
  metrics: AppMetric[]
  actions: string[]
}

/**
 * The runtime's line for a change of one instance: start, online, listening, exit, stop, crash; or
 * for an error of the app: exception.
 */
export interface Change {
  kind: 'change'
  app: string
  instance: number
  event: string
  /** All other fields: pid, port, code, signal, restarts, backoff, asked. */
  fields: Readonly<Record<string, string>>
}

/**
 * The router's line for a request:
 * https://devcenter.heroku.com/articles/http-routing#heroku-router-log-format
 */
export interface Request {
  kind: 'request'
  /** Empty if no dyno took it. */
  dyno: string
  /** H12 and the like: https://devcenter.heroku.com/articles/error-codes */
  code: string | undefined
  status: number
  service: number | undefined
  /** Answered with 5xx, or broken off by the router. */
  isError: boolean
}

/**
 * Heroku's own figures of a dyno: https://devcenter.heroku.com/articles/log-runtime-metrics. They
 * come in two lines, of load and of memory.
 */
export interface DynoFigures {
  kind: 'figures'
  load: number | undefined
  memory: number | undefined
  quota: number | undefined
  swap: number | undefined
}

/**
 * What comes before R14 and R15: all that the dyno takes, whether log-runtime-metrics is enabled or
 * not.
 */
export interface OverQuota {
  kind: 'over-quota'
  memory: number
}

/** What the platform says of a dyno. */
export interface PlatformWord {
  kind: 'platform'
  what: 'starting' | 'state' | 'exited' | 'fault' | 'anew'
  /**
   * of `state`: the new one; of `exited`: the status; of `fault`: the code, such as R14; of `anew`,
   * before a dyno is started in the place of one that runs: restarting or cycling
   */
  value: string
}

/** Anything else: the app's own output, and what the platform says of other things. */
export interface Foreign {
  kind: 'foreign'
}

export type Reading = Sample | Change | Request | DynoFigures | OverQuota | PlatformWord | Foreign

export const FOREIGN: Foreign = Object.freeze({ kind: 'foreign' })
