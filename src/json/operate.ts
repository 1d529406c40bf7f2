/** What changes a running app, or a `shipit dev`. */
import { DYNO_COUNTS, RELEASE, RELEASE_REF } from './platform.js'
import {
  anyOf,
  array,
  boolean,
  integer,
  nullable,
  number,
  object,
  oneOf,
  string,
} from './schema.js'
import { DESTROYED } from './account.js'

export const RELEASES = array(RELEASE)
const app = string()
const dynos = array(string(), 'their names, in order')

/** A verb of PM2 on a `shipit dev`: the instances that it was done to, such as api:0. */
const dev = (done: string) =>
  object({ dev: string('its folder'), [done]: array(string(), 'api:0, …') })

export const RESTART = anyOf(object({ app, restarted: dynos }), dev('restarted'))
export const RELOAD = anyOf(
  object({
    app,
    reloaded: dynos,
    gaps: array(string(), 'process types of one dyno that cannot have a second'),
  }),
  dev('reloaded'),
)
export const STOP = anyOf(
  object({ app, stopped: DYNO_COUNTS }),
  object({ app, dyno: string('the only one that was stopped') }),
  dev('stopped'),
)
export const START = anyOf(object({ app, started: DYNO_COUNTS }), dev('started'))
export const DELETE = anyOf(DESTROYED, dev('deleted'))

export const ROLLBACK = object({
  app,
  rolled_back: { ...RELEASE_REF, description: 'the release that served' },
  to: { ...RELEASE_REF, description: 'the one whose code and config vars serve now' },
  release: { ...RELEASE_REF, description: 'the release that was made for it' },
  undo: string('the command that undoes it'),
})

export const RUN = object({
  app,
  dyno: string(),
  command: string(),
  exit_code: nullable(integer(), "the command's; null if it was not waited for"),
})

/** How many, or as many as the dyno's memory holds. */
const instances = anyOf(integer(), oneOf(['max']))
export const COST = {
  cost_class: nullable(string('of the dynos afterwards')),
  costs: nullable(oneOf(['more', 'less', 'same'])),
}
const count = object({ quantity: integer(), size: string() })
export const SCALED = object({
  app,
  changes: array(object({ type: string(), before: count, after: count, ...COST })),
  instances: array(object({ app: string(), before: instances, after: instances })),
  memory: array(
    object({
      type: string(),
      size: string(),
      quota_mb: nullable(number()),
      needed_mb: number(),
      apps: array(object({ app: string(), instances: integer(), each_mb: number() })),
      fits: boolean(),
    }),
    'what the instances will need in each dyno, as far as the log tells',
  ),
  formation: DYNO_COUNTS,
  dynos: nullable(
    array(object({ name: string(), state: string(), size: string() })),
    'those that are up; null if nothing was waited for',
  ),
})
export const SCALE = anyOf(
  SCALED,
  object({
    dev: string('its folder'),
    instances: array(object({ app: string(), before: integer(), after: integer() })),
  }),
)
