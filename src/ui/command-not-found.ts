import type { Hook } from '@oclif/core'
import { unknownCommand } from './command-line-faults.js'
import { printError } from './print-error.js'
import { safeJson, writeOut } from '../lib/terminal.js'

/** Typed commands that do not exist, in the words and with the exit status of every other error. */
const commandNotFound: Hook<'command_not_found'> = async function ({ id, argv, config }) {
  const visible = config.commands
    .filter(({ hidden }) => !hidden)
    .map((command) => ({
      id: command.id,
      takesArguments: command.strict === false || Object.keys(command.args).length > 0,
    }))
  const error = unknownCommand(id, visible, config.bin)
  if (argv?.includes('--json')) writeOut(safeJson({ error: error.toJSON() }, 2) + '\n')
  printError(error)
  this.exit(error.exitCode)
}

export default commandNotFound
