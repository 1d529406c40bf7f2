/**
 * All that the CLI asks on a terminal. On stderr: stdout may be for one JSON object. What a
 * question names may come from elsewhere, so it is cleaned.
 */
import { ShipitError } from '../errors.js'
import { printable } from './printable.js'

const onStderr = { output: process.stderr }

/** Asks for a secret, without showing what is typed. */
export async function askHidden(message: string): Promise<string> {
  const { password } = await import('@inquirer/prompts')
  return password({ message: printable(message), mask: false }, onStderr)
}

export async function askText(message: string, { isRequired = false } = {}): Promise<string> {
  const { input } = await import('@inquirer/prompts')
  return input({ message: printable(message), required: isRequired }, onStderr)
}

/** @param otherwise what Enter alone answers */
export async function askYesOrNo(message: string, otherwise: boolean): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts')
  return confirm({ message: printable(message), default: otherwise }, onStderr)
}

export async function askWhich<T>(
  message: string,
  choices: readonly { name: string; value: T }[],
): Promise<T> {
  const { select } = await import('@inquirer/prompts')
  return select<T>(
    {
      message: printable(message),
      choices: choices.map(({ name, value }) => ({ name: printable(name), value })),
    },
    onStderr,
  )
}

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
