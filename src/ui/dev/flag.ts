import { Flags } from '@oclif/core'

/** Spread into the flags of each of PM2's verbs. */
export const devFlag = {
  dev: Flags.boolean({
    description: 'the `shipit dev` that runs in this folder, not an app on Heroku',
  }),
}
