import { looksSecret } from '../../config-vars/secret.js'
import type { Launch } from '../types.js'

/** What of a start command cannot be carried over to PM2 as it stands. */
export function launchWarnings({ args, nodeArgs, env }: Launch): string[] {
  const warnings: string[] = []
  const variable = [...args, ...nodeArgs].find((word) => /\$\{?\w/.test(word))
  if (variable) warnings.push(`The start command holds \`${variable}\`: PM2 gives it to the app as it is written, so read it from process.env in the app instead.`)
  if (env['PORT'] !== undefined) warnings.push(`PORT=${env['PORT']} is left out: Heroku sets PORT, and the app must listen there.`)
  for (const [name, value] of Object.entries(env)) {
    if (/\$\{?\w/.test(value) && name !== 'PORT') warnings.push(`${name}=${value} is left out: PM2 does not fill in variables. Set it with \`shipit config set ${name}\`.`)
    else if (looksSecret(name, value)) warnings.push(`${name} looks like a secret, and is left out of the ecosystem file: set it with \`shipit config set ${name}\`.`)
  }
  return warnings
}

/** A literal port where Heroku needs its own (R10: error-codes). Only for a source that never names PORT. */
export function portWarning(text: string | undefined, file: string): string[] {
  if (text === undefined || /\bPORT\b/.test(text)) return []
  const port = /\.listen\(\s*(?:\{\s*port:\s*)?(\d{2,5})\b/.exec(text)?.[1]
  return port ? [`${file} listens on ${port}. On Heroku it must listen on process.env.PORT, or it will not be reached.`] : []
}

/** The variables that belong into the ecosystem file: not the port, no secrets, nothing that Heroku sets itself. */
export function keptVariables(env: Record<string, string>): Record<string, string> {
  const isKept = ([name, value]: [string, string]) =>
    name !== 'PORT' && name !== 'NODE_OPTIONS' && !(name === 'NODE_ENV' && value === 'production') && !/\$\{?\w/.test(value) && !looksSecret(name, value)
  return Object.fromEntries(Object.entries(env).filter(isKept))
}
