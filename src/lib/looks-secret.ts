/** Names by which people call what must not be seen. */
const SECRET_NAME =
  /SECRET|TOKEN|PASSW|PASSPHRASE|(^|_)(PWD|PASS|KEY|AUTH|DSN|SALT|PEM|CERT|CREDENTIALS?)(_|$)|APIKEY|PRIVATE/i
/** A URL that carries a password or a bare token before its host. */
const CREDENTIAL_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+@/i
const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----/

/**
 * Whether a config var is one that others must not see, by its name or by what its value is. Rather
 * once too often: what it decides is only how it is shown and given. A file of its own: the runtime
 * bundles it, and has no room for the rules of secret-values.ts.
 */
export function looksSecret(name: string, value = ''): boolean {
  return SECRET_NAME.test(name) || CREDENTIAL_URL.test(value) || PEM.test(value)
}
