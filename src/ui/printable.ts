/** What may be printed as it is: text from elsewhere, colours, and the words that steer a CI. */
import pc from 'picocolors'
import { plainText } from '../lib/terminal.js'

/**
 * Text that came from elsewhere (an app's log, a platform's message), made safe to print: no byte
 * of it can steer the terminal, nor a CI that reads commands in a log.
 */
export function printable(text: string): string {
  const clean = plainText(text)
  return isGithubActions() ? inert(clean) : clean
}

// The words by which a log steers GitHub Actions
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).

export const isGithubActions = (env: NodeJS.ProcessEnv = process.env): boolean =>
  env.GITHUB_ACTIONS === 'true'

/**
 * Lines that follow are folded under the title, until END_GROUP. Groups cannot lie in one another.
 */
export const beginGroup = (title: string): string => `::group::${escaped(title)}\n`
export const END_GROUP = '::endgroup::\n'

/** An annotation of the run, of one line or several. */
export const errorAnnotation = (title: string, message: string): string =>
  '::error ' +
  `title=${escaped(title).replaceAll(':', '%3A').replaceAll(',', '%2C')}::${escaped(message)}\n`

const escaped = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

/**
 * Text of a build or of an app, made unable to speak to the runner: it takes a command at the head
 * of any line, after any white space, and its old form (`##[error]`) anywhere.
 */
function inert(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [')
}

/**
 * Colours for a stream: none off a terminal, whatever picocolors thinks of CI, and none under
 * NO_COLOR.
 */
export const colours = (stream: { isTTY?: boolean } = process.stdout) =>
  pc.createColors(Boolean(stream.isTTY) && pc.isColorSupported)

/** The same with flags: `--no-color` and `--force-colors`, which colours in a pipe too. */
export const coloursFor = ({ color, isForced }: { color: boolean; isForced: boolean }): Colours =>
  isForced ? pc.createColors(true) : color ? colours() : pc.createColors(false)

export type Colours = ReturnType<typeof colours>
