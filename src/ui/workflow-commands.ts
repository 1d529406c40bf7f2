/**
 * The words by which a log steers GitHub Actions
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
 */

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
export function inert(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [')
}
