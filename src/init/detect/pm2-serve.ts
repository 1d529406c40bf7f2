import { SERVE } from '../../ecosystem/static.js'
import {
  notInFile,
  parsePm2CommandLine,
  type Pm2CommandLine,
} from '../../ecosystem/pm2-command-line.js'
import { isOutputFolder } from './builds.js'
import { insideFolder } from './resolve-file.js'
import { broken, refused, type Project, type Target } from './target.js'

/** What `pm2 serve` is told: PM2's lib/binaries/CLI.js. */
interface Served {
  path: string
  port?: string
  flags: Record<string, string>
  /** The words without its own flags, which PM2 takes as it does for any app. */
  line: Pm2CommandLine
}

/** Its own flags, and whether the next word is theirs if it is no flag itself. */
const OWN: Record<string, boolean> = {
  '--port': true,
  '--spa': false,
  '--ftp': false,
  '--basic-auth-username': true,
  '--basic-auth-password': true,
  '--monitor': true,
}
const CREDENTIALS = ['PM2_SERVE_BASIC_AUTH_USERNAME', 'PM2_SERVE_BASIC_AUTH_PASSWORD']

/** Whether the words after a program of PM2's are for its server of static files. */
export const isServe = (words: readonly string[], { pkg }: Project, program: string): boolean =>
  /^(serve|expose)$/.test(parsePm2CommandLine(ownTaken(words).rest).file ?? '') &&
  // pm2-runtime looks for a program of that name first, which the package `serve` brings.
  (program === 'pm2' || (pkg.dependencies['serve'] ?? pkg.devDependencies['serve']) === undefined)

/**
 * `pm2 serve PATH PORT --spa` as an app of an ecosystem file: `script: serve`, and a variable for
 * each flag (PM2's lib/API/Extra.js and lib/API/Serve.js).
 */
export function followServe(
  words: readonly string[],
  project: Project,
): Target & {
  line: Pm2CommandLine
} {
  const served = readServe(words)
  return { ...target(served, project), line: served.line }
}

function target({ path, port, flags, line }: Served, { folder, build }: Project): Target {
  const refusal = notInFile(line)
  if (refusal)
    return broken(
      `PM2's flag ${refusal.flag} cannot be carried into an ecosystem file: ${refusal.why}`,
      `Take ${refusal.flag} out of the start command, then run shipit init again.`,
    )
  if (path.includes('$'))
    return refused(`only a shell knows the folder \`${path}\` that PM2 serves`)
  const dir = insideFolder(path)
  if (dir === undefined) return refused(`\`${path}\`, which PM2 serves, lies outside the folder`)
  const isMade = build !== undefined && (build.isOpaque || isOutputFolder(dir))
  if (dir !== '' && !folder.isDirectory(dir) && !isMade)
    return broken(
      `the folder \`${dir}\`, which PM2 serves, does not exist, and no build script makes it`,
      'Add "build" to the scripts of package.json: Heroku runs it.',
    )
  const isGuarded = flags['--basic-auth-username'] && flags['--basic-auth-password']
  const { name } = line.options
  return {
    kind: 'script',
    entry: SERVE,
    launch: {
      args: [],
      nodeArgs: [],
      env: {
        PM2_SERVE_PATH: dir === '' ? '.' : dir,
        ...(flags['--spa'] === undefined ? {} : { PM2_SERVE_SPA: 'true' }),
        ...(flags['--ftp'] === undefined ? {} : { PM2_SERVE_FTP: 'true' }),
        ...(isGuarded ? { PM2_SERVE_BASIC_AUTH: 'true' } : {}),
      },
      ...(name === undefined ? {} : { options: { name } }),
    },
    how: `PM2's server of the files in ${dir === '' ? 'this folder' : dir}`,
    before: [],
    notes: notesOf(port ?? flags['--port'], flags, Boolean(isGuarded)),
  }
}

function notesOf(port: string | undefined, flags: Served['flags'], isGuarded: boolean): string[] {
  return [
    ...(port === undefined || /^(\$\{?PORT\b.*)?$/.test(port)
      ? []
      : [`The port ${port} is left out: Heroku sets PORT, and PM2's server listens there.`]),
    ...(isGuarded
      ? [
          'User and password of --basic-auth-* belong into config vars, not into a file; until ' +
            `they are set, nobody is let in: shipit config set ${CREDENTIALS.join(' ')}`,
        ]
      : []),
    ...(flags['--monitor'] === undefined
      ? []
      : ["PM2's flag --monitor is left out: it reads a file of PM2's home, which no dyno has."]),
  ]
}

function readServe(words: readonly string[]): Served {
  const { flags, rest } = ownTaken(words)
  const line = parsePm2CommandLine(rest)
  const [path = '.', port] = line.more
  return { path, ...(port === undefined ? {} : { port }), flags, line }
}

function ownTaken(words: readonly string[]): { flags: Served['flags']; rest: string[] } {
  const flags: Served['flags'] = {}
  const rest: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const [, name = '', inline] = /^([^=]+)(?:=(.*))?/s.exec(words[at]!) ?? []
    if (!Object.hasOwn(OWN, name)) {
      rest.push(words[at]!)
      continue
    }
    const next = words[at + 1]
    const takesNext =
      OWN[name] === true && inline === undefined && next !== undefined && !next.startsWith('-')
    flags[name] = inline ?? (takesNext ? next : '')
    if (takesNext) at += 1
  }
  return { flags, rest }
}
