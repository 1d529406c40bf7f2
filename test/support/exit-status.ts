import { EXIT_CODES } from '../../src/errors.js'
import { asOurs } from '../../src/ui/elsewhere.js'
import { exitCodesOf } from '../../src/ui/exit-codes.js'
import { COMMAND_IDS, commandClass, commandOf } from './command-line.js'

/** Commands that end with the exit code of what they run. */
const NOT_OURS = new Set(['run', 'dev', 'complete'])

/**
 * Throws if a command ended with a status that its `--help` does not list. Signals, and words that
 * are no command, are left alone.
 */
export async function checkExitStatus(argv: readonly string[], status: number): Promise<void> {
  if (status === 0 || status >= 128) return
  const found = commandOf(asOurs([...argv], (id) => COMMAND_IDS.includes(id)))
  if (!found || NOT_OURS.has(found.id)) return
  const listed = exitCodesOf(await commandClass(found.id)).map(
    (code) => EXIT_CODES[code].exit as number,
  )
  if (!listed.includes(status))
    throw new Error(`shipit ${found.id} ended with ${status}, which its --help does not list`)
}
