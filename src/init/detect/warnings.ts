import { looksSecret } from '../../config/secret.js'
import type { Launch } from '../types.js'

/**
 * Why a command that comes to a file must still be run by a shell; undefined if PM2 can start it.
 */
export function needsShell({
  launch: { args, nodeArgs, env },
}: {
  launch: Launch
}): string | undefined {
  const values = Object.entries(env).flatMap(([name, value]) => (name === 'PORT' ? [] : [value]))
  const variable = [...args, ...nodeArgs, ...values].flatMap(
    (word) => /\$(\{[^}]*\}|\w+)/.exec(word)?.[0] ?? [],
  )[0]
  return variable === undefined
    ? undefined
    : `only a shell fills in \`${variable}\`, and PM2 starts the file without one`
}

/** What of a start command is not carried over to PM2, and what takes its place. */
export function launchWarnings({ env }: Launch): string[] {
  const port =
    env['PORT'] === undefined
      ? []
      : [`PORT=${env['PORT']} is left out: Heroku sets PORT, and the app must listen there.`]
  const secrets = Object.entries(env).filter(
    ([name, value]) => name !== 'PORT' && isSecret(name, value),
  )
  return [
    ...port,
    ...secrets.map(
      ([name]) =>
        `${name} looks like a secret, and is left out of the ecosystem file: set it with ` +
        `\`shipit config set ${name}\`.`,
    ),
  ]
}

/**
 * A literal port if Heroku needs its own (R10: error-codes). Only for a source that never names
 * PORT.
 */
export function portWarning(text: string | undefined, file: string): string[] {
  if (text === undefined || /\bPORT\b/.test(text)) return []
  const port = /\.listen\(\s*(?:\{\s*port:\s*)?(\d{2,5})\b/.exec(text)?.[1]
  return port
    ? [
        `${file} listens on ${port}. On Heroku it must listen on process.env.PORT, or it will ` +
          'not be reached.',
      ]
    : []
}

/**
 * The variables that belong into the ecosystem file: not the port, no secrets, nothing that Heroku
 * sets itself.
 */
export function keptVariables(env: Record<string, string>): Record<string, string> {
  const isKept = ([name, value]: [string, string]) =>
    name !== 'PORT' &&
    name !== 'NODE_OPTIONS' &&
    !(name === 'NODE_ENV' && value === 'production') &&
    !/\$\{?\w/.test(value) &&
    !isSecret(name, value)
  return Object.fromEntries(Object.entries(env).filter(isKept))
}

/** A switch such as PM2_SERVE_BASIC_AUTH=true keeps nothing secret. */
const isSecret = (name: string, value: string) =>
  !/^(true|false|[01])$/.test(value) && looksSecret(name, value)
