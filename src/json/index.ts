/**
 * The one shape of every `--json`: snake_case, units in names (`_ms`, `_seconds`, `_mb`), ISO times
 * in `…_at`, a release as {id, version}, and null for what is not known. A schema for each command;
 * `shipit help json COMMAND` prints it, and the tests hold every output to it.
 */
import * as account from './account.js'
import * as settings from './app-settings.js'
import * as config from './config.js'
import * as deploy from './deploy.js'
import { ERROR } from './error.js'
import * as local from './local.js'
import * as monitor from './monitor.js'
import * as operate from './operate.js'
import { APP } from './platform.js'
import type { Schema } from './schema.js'

export { ERROR }

/** By the command's id. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  apps: account.APPS,
  'apps:create': APP,
  'apps:info': settings.APPS_INFO,
  autocomplete: account.AUTOCOMPLETE,
  config: config.CONFIG,
  'config:get': config.CONFIG_GET,
  'config:pull': config.CONFIG_PULL,
  'config:push': config.CONFIG_PUSH,
  'config:set': config.CONFIG_SET,
  'config:unset': config.CONFIG_UNSET,
  delete: operate.DELETE,
  deploy: deploy.DEPLOY,
  destroy: account.DESTROYED,
  doctor: deploy.DOCTOR,
  domains: settings.DOMAINS,
  'domains:add': settings.DOMAIN_CHANGED,
  'domains:remove': settings.DOMAIN_CHANGED,
  features: settings.FEATURES,
  'features:disable': settings.FEATURE_CHANGED,
  'features:enable': settings.FEATURE_CHANGED,
  init: deploy.INIT,
  'keys:list': config.KEYS_LIST,
  'keys:set': config.KEYS_SET,
  'keys:test': config.KEYS_TEST,
  'keys:unset': config.KEYS_UNSET,
  'local:cycle': local.LOCAL_CYCLE,
  'local:env': local.LOCAL_ENV,
  'local:reset': local.LOCAL_RESET,
  'local:start': local.LOCAL_START,
  'local:status': local.LOCAL_STATUS,
  'local:stop': local.LOCAL_STOP,
  login: account.LOGIN,
  logout: account.LOGOUT,
  logs: monitor.LOG_LINE,
  maintenance: settings.MAINTENANCE,
  monit: monitor.MONIT,
  open: account.OPEN,
  ps: monitor.PS,
  releases: operate.RELEASES,
  'releases:info': settings.RELEASES_INFO,
  reload: operate.RELOAD,
  restart: operate.RESTART,
  rollback: operate.ROLLBACK,
  run: operate.RUN,
  scale: operate.SCALE,
  show: monitor.SHOW,
  start: operate.START,
  stop: operate.STOP,
  whoami: account.WHOAMI,
}

/** Commands that print one object a line, again and again. */
export const LINES = new Set(['logs', 'monit', 'ps --watch'])
