/** What is refused, in the words of Heroku's API where its own CLI looks for them. */
import { ApiError, InvalidParams } from '../api/api-error.js'
import { SERVICES } from './catalog.js'

/** `resource` is what heroku/cli tells one missing thing from another by (lib/addons/resolve). */
export const noAddon = () =>
  new ApiError(404, 'not_found', "Couldn't find that add on.", { resource: 'add_on' })

export const noAttachment = () =>
  new ApiError(404, 'not_found', "Couldn't find that add on attachment.", {
    resource: 'add_on attachment',
  })

export const noService = () =>
  new ApiError(404, 'not_found', "Couldn't find that add-on service.", {
    resource: 'addon_service',
  })

/** The beginning is what `heroku addons:upgrade` looks for. */
export const noPlan = (asked: string) =>
  new InvalidParams(
    `Couldn't find either the add-on service or the add-on plan of "${asked}". The embedded ` +
      `Heroku has ${SERVICES.map(({ name }) => name).join(', ')}.`,
  )

/** Answered by doing it again with `confirm`: the app's name (heroku/cli, lib/addons/util). */
export const needsConfirmation = (app: string, name: string, vars: readonly string[]) =>
  new ApiError(
    422,
    'confirmation_required',
    `Adding ${name} to app ${app} would overwrite existing vars ${vars.join(', ')}`,
  )
