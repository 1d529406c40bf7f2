import { Help } from '@oclif/core'
import { EXIT_CODES } from '../errors.js'

/** oclif's help, with the table of exit codes below the list of commands. */
export default class ShipitHelp extends Help {
  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp()
    const rows = Object.values(EXIT_CODES).map(({ exit, means }) => `  ${String(exit).padEnd(5)}${means}`)
    this.log(['EXIT CODES', '  0    all went well', ...rows].join('\n'))
  }
}
