import { maskSecret } from '../keys/index.js'

/** Names by which people call what must not be seen. */
const SECRET_NAME = /SECRET|TOKEN|PASSW|PASSPHRASE|(^|_)(PWD|PASS|KEY|AUTH|DSN|SALT|PEM|CERT|CREDENTIALS?)(_|$)|APIKEY|PRIVATE/i
/** A URL that carries a password or a bare token before its host. */
const CREDENTIAL_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+@/i
const PEM = /-----BEGIN [A-Z ]+-----/

/** Whether a config var is one that others must not see, by its name or by what its value is. Rather once too often: what it decides is only how it is shown and given. */
export function looksSecret(name: string, value = ''): boolean {
  return SECRET_NAME.test(name) || CREDENTIAL_URL.test(value) || PEM.test(value)
}

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
