import { Errors, Flags } from '@oclif/core'
import { parseDuration } from '../duration.js'

/** A flag `--wait-timeout`, in ms: `90s`, `10m`, `1h`, or seconds. */
export const waitTimeout = (options: { description: string; default: string; mayBeNone?: boolean }) => Flags.custom<number>({
  description: `${options.description}: 90s, 10m, 1h`,
  helpValue: 'TIME',
  defaultHelp: async () => options.default,
  default: async () => parseDuration(options.default)!,
  parse: async (text) => {
    const ms = parseDuration(text)
    if (ms !== undefined && (ms > 0 || options.mayBeNone)) return ms
    throw new Errors.CLIError(`Expected a time such as 90s or 10m but received: ${text}`, { exit: 2 })
  },
})()
