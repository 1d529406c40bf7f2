import { maskSecret } from './keys/index.js'
import { looksSecret } from '../lib/looks-secret.js'
import { isSecretValue } from '../lib/secret-values.js'

export { looksSecret }

/**
 * Config vars as whoever looks over the shoulder may see them, sorted by name, and the names of
 * those that are masked.
 */
export async function shownVars(
  vars: Readonly<Record<string, string>>,
): Promise<{ shown: Record<string, string>; hidden: string[] }> {
  const entries = Object.entries(vars).sort(([a], [b]) => (a < b ? -1 : 1))
  const areSecret = await Promise.all(entries.map(([name, value]) => isSecretValue(name, value)))
  return {
    shown: Object.fromEntries(
      entries.map(([name, value], at) => [name, areSecret[at] ? maskSecret(value) : value]),
    ),
    hidden: entries.flatMap(([name], at) => (areSecret[at] ? [name] : [])),
  }
}

/**
 * A command line as it may be shown: the secrets among what it sets, by `NAME=value`,
 * `--name=value` or `--name value`, are left out.
 */
export function hideSecrets(command: string): string {
  return command.replace(
    /([A-Za-z_][\w-]*)(=|(?<=--[\w-]*)\s+(?!-))("[^"]*"|'[^']*'|[^\s"'`]+)/g,
    (whole: string, name: string, between: string, value: string, at: number) => {
      // In a sentence --secret may be the flag that it speaks of; in code a value follows it.
      const isFlagAlone = between !== '=' && name === 'secret' && !isInCode(command, at)
      return !isFlagAlone && looksSecret(name.replaceAll('-', '_'), value.replace(/^["']/, ''))
        ? `${name}${between}…`
        : whole
    },
  )
}

const isInCode = (text: string, at: number) => text.slice(0, at).split('`').length % 2 === 0
