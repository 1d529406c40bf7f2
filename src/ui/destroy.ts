import { Flags } from '@oclif/core'
import { ShipitError } from '../errors.js'
import type { PlatformApi } from '../heroku/index.js'
import { platformFlags } from './flags.js'

export interface Destroyed {
  app: string
  destroyed: true
}

export const destroyFlags = {
  ...platformFlags,
  confirm: Flags.string({
    description: 'the name of the app once more, instead of being asked',
    helpValue: 'NAME',
  }),
}

interface Command {
  log(text: string): void
  jsonEnabled(): boolean
}

/**
 * Deletes an app for good, once its name is given a second time. Throws ShipitError `usage` if it
 * is not the same.
 */
export async function destroyApp(
  command: Command,
  api: PlatformApi,
  app: string,
  confirm: string | undefined,
): Promise<Destroyed> {
  const heroku = await import('../heroku/index.js')
  await heroku.getApp(api, app)
  if ((confirm ?? (await ask(command, app))) !== app) {
    throw new ShipitError('usage', {
      message: `${app} was not destroyed: the name does not match.`,
      next: `Type ${app}, or give --confirm ${app}.`,
    })
  }
  await heroku.destroyApp(api, app)
  command.log(`Destroyed ${app}`)
  return { app, destroyed: true }
}

async function ask(command: Command, app: string): Promise<string> {
  if (!process.stdin.isTTY || command.jsonEnabled()) {
    throw new ShipitError('usage', {
      message: `${app} was not destroyed: its name must be confirmed.`,
      next: `shipit destroy --app ${app} --confirm ${app}`,
    })
  }
  const { askText } = await import('./ask.js')
  return askText(`This deletes ${app} for good. Type its name to go on:`)
}
