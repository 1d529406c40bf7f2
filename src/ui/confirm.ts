import { ShipitError } from '../errors.js'
import { askYesOrNo } from './ask.js'

interface Question {
  /** The question, ending in `?`. */
  what: string
  /** Whether the user has said yes already, by a flag. */
  isSure: boolean
  /** With --json stdout is a program's: nobody is asked. */
  isJson: boolean
  /** The command that needs no answer. */
  next: string
}

/**
 * Goes on after a yes. Throws ShipitError `usage` if nobody can be asked, `interrupted` after a
 * no: nothing was changed then.
 */
export async function confirm({ what, isSure, isJson, next }: Question): Promise<void> {
  if (isSure) return
  if (!process.stdin.isTTY || isJson)
    throw new ShipitError('usage', {
      message: `This must be confirmed: ${what} Nothing was changed.`,
      next,
    })
  if (!(await askYesOrNo(what, false)))
    throw new ShipitError('interrupted', { message: 'Nothing was changed.' })
}
