import { Flags } from '@oclif/core'
import type { Place } from '../heroku/apps.js'

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
