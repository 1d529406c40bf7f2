import { maskSecret } from '../keys/index.js'
import { looksSecret } from '../looks-secret.js'

export { looksSecret }

/** A value as it may be shown to whoever looks over the shoulder. */
function masked(name: string, value: string): string {
  return looksSecret(name, value) ? maskSecret(value) : value
}

/** Config vars as they may be shown, sorted by name, and the names of those that are masked. */
export function shownVars(vars: Readonly<Record<string, string>>): { shown: Record<string, string>; hidden: string[] } {
  const entries = Object.entries(vars).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    shown: Object.fromEntries(entries.map(([name, value]) => [name, masked(name, value)])),
    hidden: entries.filter(([name, value]) => looksSecret(name, value)).map(([name]) => name),
  }
}

/** A command line as it may be shown: the secrets among what it sets, by `NAME=value` or `--name=value`, are left out. */
export function hideSecrets(command: string): string {
  return command.replace(/([A-Za-z_][\w-]*)=("[^"]*"|'[^']*'|[^\s"']+)/g, (whole, name: string, value: string) => (looksSecret(name, value.replace(/^["']/, '')) ? `${name}=…` : whole))
}
