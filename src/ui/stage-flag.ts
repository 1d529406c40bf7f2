import { Flags } from '@oclif/core'
import { STAGES, type Stage } from '../heroku/shapes.js'

/** The stage of a pipeline that an app is at. */
export const stageFlag = Flags.custom<Stage>({
  char: 's',
  required: true,
  description: 'stage of the app',
  helpValue: 'STAGE',
  options: STAGES as unknown as string[],
})()
