import { Errors, Flags } from '@oclif/core'
import { SORT_FIELDS, type Sort } from './sort-fields.js'

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
