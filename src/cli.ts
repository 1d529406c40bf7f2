/**
 * The whole CLI as one module: what the build bundles into dist/cli/shipit.cjs, and oclif finds its
 * commands, hooks and help in.
 */
import { flush, handle, run, settings } from '@oclif/core'
import { COMMANDS } from 'shipit:commands'
import { ShipitError } from './errors.js'
import { cliFolder } from './paths.js'
import { asOurs } from './ui/elsewhere.js'
import { printError } from './ui/print-error.js'

export { COMMANDS }
export { commandNotFound } from './ui/command-line-errors.js'
export { default as ShipitHelp } from './ui/help.js'

const isOurs = (id: string) => Object.hasOwn(COMMANDS, id)

/** Runs what was typed; the process ends with the exit status of the table. */
export async function main(): Promise<void> {
  // Nothing here is to be compiled on the way, even where a tsconfig.json lies beside.
  settings.enableAutoTranspile = false
  // What Node.js deprecates in a library is for its authors: bundled, its warnings would be taken
  // for ours.
  if (!process.traceDeprecation) process.noDeprecation = true
  // What throws where nobody waits for it, such as in a handler of an event, is told as everything
  // else is.
  process.on('uncaughtException', (error) => {
    const known = ShipitError.from(error)
    printError(known)
    process.exit(known.exitCode)
  })
  const typed = process.argv.slice(2)
  try {
    const words = typed.length === 0 && process.stdout.isTTY ? ['overview'] : asOurs(typed, isOurs)
    await run(words, { root: cliFolder })
    await flush()
    await afterwards(typed)
  } catch (error) {
    await afterwards(typed)
    await handle(error as Error)
  }
}

/** On a terminal, the news of a new version; see update/notice.ts. */
async function afterwards(typed: readonly string[]): Promise<void> {
  if (!process.stdout.isTTY || process.env.CI) return
  const [{ mayTell, tellOfUpdate }, { stateHome }] = await Promise.all([
    import('./update/notice.js'),
    import('./embedded/daemon/folders.js'),
  ])
  if (mayTell(typed, process.env)) tellOfUpdate(stateHome())
}
