/** Which review is meant: the flags of `review up` and `review down`. */
import { Flags } from '@oclif/core'
import { appFlags } from './flags.js'

export const reviewFlags = {
  ...appFlags,
  name: Flags.string({
    char: 'n',
    required: true,
    description: 'name of the review, such as pr-42: its app is PIPELINE-NAME',
    helpValue: 'NAME',
  }),
  pipeline: Flags.string({
    char: 'p',
    description: "the pipeline's name or id (else that of the app)",
    helpValue: 'PIPELINE',
  }),
}
