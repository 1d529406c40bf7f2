import { Errors, Flags } from '@oclif/core'
import { parseDuration } from '../lib/duration.js'

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
