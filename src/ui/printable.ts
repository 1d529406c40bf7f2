import { plainText } from '../lib/terminal.js'
import { inert, isGithubActions } from './workflow-commands.js'

/**
 * Text that came from elsewhere (an app's log, a platform's message), made safe to print: no byte
 * of it can steer the terminal, nor a CI that reads commands in a log.
 */
export function printable(text: string): string {
  const clean = plainText(text)
  return isGithubActions() ? inert(clean) : clean
}
