import { typeOf } from './coerce.js'
import { errorAt, unknownKey, type UnplacedProblem } from './problem.js'
import type { EcosystemApp } from './types.js'

/** The script that PM2 takes for its own server of static files (API._startJson). */
export const SERVE = 'serve'

/** Keys of one entry, each the variable PM2_SERVE_KEY of that server. */
const KEYS = ['port', 'host', 'path', 'spa', 'ftp', 'directory', 'monitor'] as const
const KNOWN = ['name', 'basic_auth', ...KEYS]

/**
 * The `static:` block: each entry is an app with the script `serve`, as PM2 adds them to the apps
 * of the file.
 */
export function readStatic(raw: unknown): { apps: EcosystemApp[]; problems: UnplacedProblem[] } {
  if (typeOf(raw) === 'nothing') return { apps: [], problems: [] }
  if (!Array.isArray(raw))
    return { apps: [], problems: [errorAt(['static'], 'must be a list of servers')] }
  const problems: UnplacedProblem[] = []
  const apps = raw.flatMap((each: unknown, index): EcosystemApp[] => {
    if (typeOf(each) !== 'object') {
      problems.push(errorAt(['static', index], 'must be a map'))
      return []
    }
    const entry = each as Record<string, unknown>
    const unknown = Object.keys(entry).filter((key) => !KNOWN.includes(key))
    problems.push(
      ...unknown.map((key) =>
        unknownKey(['static', index, key], 'unknown key of a static server', KNOWN),
      ),
    )
    return [server(entry)]
  })
  return { apps, problems }
}

function server(entry: Record<string, unknown>): EcosystemApp {
  const { name, port, basic_auth: auth } = entry
  const set = KEYS.filter((key) => typeOf(entry[key]) !== 'nothing').map((key) => [
    `PM2_SERVE_${key.toUpperCase()}`,
    String(entry[key]),
  ])
  const { username, password } = typeOf(auth) === 'object' ? (auth as Record<string, unknown>) : {}
  const secured = {
    PM2_SERVE_BASIC_AUTH: 'true',
    PM2_SERVE_BASIC_AUTH_USERNAME: String(username),
    PM2_SERVE_BASIC_AUTH_PASSWORD: String(password),
  }
  return {
    name:
      typeof name === 'string' && name !== ''
        ? name
        : ['static-page-server', port].filter(Boolean).join('-'),
    script: SERVE,
    env: { ...Object.fromEntries(set), ...(auth === undefined ? {} : secured) },
  }
}
