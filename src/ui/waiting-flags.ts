import { Args } from '@oclif/core'
import { devFlag } from './dev/flag.js'
import { appFlags } from './platform-flags.js'
import { waitTimeout } from './time-flag.js'

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
      "process type (web) or dyno (web.1), or with --dev an app, PM2's id or app:instance; " +
      `${all} when absent`,
  })

/** The same for a command that works on whole process types. */
export const processTypeArg = (all: string) =>
  Args.string({
    ignoreStdin: true,
    description:
      `process type, such as web, or with --dev an app, PM2's id or app:instance; ${all} when ` +
      'absent',
  })
