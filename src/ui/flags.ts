/** Flags and arguments that commands share. */
import { Args, Errors, Flags } from '@oclif/core'
import type { Place } from '../heroku/resources.js'
import { parseDuration } from '../lib/duration.js'
import { parsePastTime } from '../lib/past-time.js'

const JSON_TEXT = {
  description: 'print JSON, of which `shipit help json` tells',
  helpGroup: 'GLOBAL',
}
/** The flag of every command that reports; `-j` as in Heroku's CLI. */
export const jsonFlag = {
  json: Flags.boolean({ ...JSON_TEXT, char: 'j' }),
}
/** Without `-j`, where a command of the user's own follows. */
export const longJsonFlag = { json: Flags.boolean(JSON_TEXT) }

/** Spread into the flags of every command that speaks to a platform. */
export const platformFlags = {
  local: Flags.boolean({
    description: 'use the embedded Heroku on this machine, and start it if needed',
    env: 'SHIPIT_LOCAL',
  }),
}

/** Spread into the flags of every command that works on one app. */
export const appFlags = {
  ...platformFlags,
  app: Flags.string({
    char: 'a',
    description: "app to run the command against (else the git remote's, else `deploy:`)",
    env: 'HEROKU_APP',
    helpValue: 'NAME',
  }),
  remote: Flags.string({
    char: 'r',
    description: 'git remote of the app, if there are several',
    helpValue: 'REMOTE',
  }),
}

/** Spread into the flags of each of PM2's verbs. */
export const devFlag = {
  dev: Flags.boolean({
    description: 'the `shipit dev` that runs in this folder, not an app on Heroku',
  }),
}

/** Where an app is made, as Heroku's CLI spells it. */
export const placeFlags = {
  region: Flags.string({
    description: 'region to create the app in, such as us or eu',
    helpValue: 'REGION',
  }),
  team: Flags.string({ description: 'team to create the app for', helpValue: 'TEAM' }),
  space: Flags.string({
    description: 'Private Space to create the app in',
    helpValue: 'SPACE',
    exclusive: ['region'],
  }),
}

export const placeFrom = ({ region, team, space }: Place): Place => ({
  ...(region === undefined ? {} : { region }),
  ...(team === undefined ? {} : { team }),
  ...(space === undefined ? {} : { space }),
})

/**
 * A flag such as `--wait-timeout`, in ms: `90s`, `10m`, `1h`, or seconds.
 * @param options.none what 0 does, if it is allowed
 */
export const waitTimeout = (options: { description: string; default: string; none?: string }) =>
  Flags.custom<number>({
    description:
      `${options.description}, such as 90s, 10m or ` +
      `1h${options.none === undefined ? '' : `; 0 ${options.none}`}`,
    helpValue: 'TIME',
    defaultHelp: async () => options.default,
    default: async () => parseDuration(options.default)!,
    parse: async (text) => {
      const ms = parseDuration(text)
      if (ms !== undefined && (ms > 0 || options.none !== undefined)) return ms
      throw new Errors.CLIError(`Expected a time such as 90s or 10m but received: ${text}`, {
        exit: 2,
      })
    },
  })()

/** Spread into the flags of what makes a release and judges it: how, and what a failure is answered with. */
export const judgingFlags = {
  'wait-timeout': waitTimeout({
    description: 'longest wait for the release phase and the dynos',
    default: '10m',
  }),
  health: Flags.string({
    description:
      'path of the app that must answer 2xx or 3xx, or none (else `health:` of the ' +
      'environment, else / answers below 500)',
    helpValue: 'PATH',
  }),
  'health-status': Flags.string({
    description: 'statuses of the health path that are healthy, such as 200-399,401',
    helpValue: 'LIST',
  }),
  'health-header': Flags.string({
    description:
      'header of the health request; a value of $NAME is that of the environment variable',
    helpValue: 'NAME:VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  rollback: Flags.boolean({
    description: 'go back to the release before after a failure',
    default: true,
    allowNo: true,
  }),
}

/** A flag of a time before now, in ms since the epoch: `20m`, `14:05`, or ISO 8601. */
export const pastTime = (options: {
  description: string
  exclusive?: string[]
  dependsOn?: string[]
}) =>
  Flags.custom<number>({
    ...options,
    description: `${options.description}, such as 20m, 14:05 or 2026-11-27T14:05:00Z`,
    helpValue: 'TIME',
    parse: async (text) => {
      const now = Date.now()
      const time = parsePastTime(text, now)
      if (time !== undefined && time <= now) return time
      throw new Errors.CLIError(
        time === undefined
          ? `Expected a time such as 20m, 14:05 or 2026-11-27T14:05:00Z but received: ${text}`
          : `Expected a time of before but received: ${text}`,
        { exit: 2 },
      )
    },
  })()

/**
 * The flags of a command that changes an app's dynos and waits for them: which app, and how long at
 * most.
 */
export const waitingFlags = (longest: string, otherwise: string) => ({
  ...appFlags,
  ...devFlag,
  'wait-timeout': waitTimeout({ description: `longest that ${longest}`, default: otherwise }),
})

/** What such a command is given: `web`, `web.1`, or nothing for all. */
export const dynosArg = (all: string) =>
  Args.string({
    ignoreStdin: true,
    description:
      "process type (web), dyno (web.1), app (api) or instance (api:0), or with --dev PM2's id; " +
      `${all} when absent`,
  })

/** The same for a command that works on whole process types. */
export const processTypeArg = (all: string) =>
  Args.string({
    ignoreStdin: true,
    description: `process type (web) or app (api), or with --dev PM2's id or app:instance; ${all} when absent`,
  })

/** An add-on, as Heroku's CLI takes it. */
export const addonArg = () =>
  Args.string({
    ignoreStdin: true,
    required: true,
    description: "its name, its service, or an attachment's name",
  })

/** What `--sort` knows. */
const SORT_FIELDS = [
  'id',
  'dyno',
  'status',
  'pid',
  'restarts',
  'uptime',
  'cpu',
  'memory',
  'loop',
  'requests',
  'version',
] as const

export interface Sort {
  field: (typeof SORT_FIELDS)[number]
  isDescending: boolean
}

/** `--sort memory:desc`, as `pm2 ls` has it; ascending if nothing is said. */
export const sortFlag = () =>
  Flags.custom<Sort>({
    description: `order of the instances, in one table of all dynos: ${SORT_FIELDS.join(', ')}`,
    helpValue: 'FIELD[:asc|desc]',
    parse: async (text) => {
      const [name = '', direction = 'asc', ...rest] = text.toLowerCase().split(':')
      const field = SORT_FIELDS.find((known) => known === name)
      if (field && rest.length === 0 && (direction === 'asc' || direction === 'desc'))
        return { field, isDescending: direction === 'desc' }
      throw new Errors.CLIError(
        `Expected one of ${SORT_FIELDS.join(', ')}, with :asc or :desc, but received: ${text}`,
        { exit: 2 },
      )
    },
  })()
