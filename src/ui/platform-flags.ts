import { Flags } from '@oclif/core'

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
    description: 'app to run the command against (else git remote `heroku`, else `deploy:`)',
    env: 'HEROKU_APP',
    helpValue: 'NAME',
  }),
}
