import path from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { ShipitError } from '../errors.js'

/** What git said, as far as a failure is told by it. */
export interface PushTranscript {
  url: string
  exitCode: number | null
  /** Lines of the other side, without `remote: `. */
  remote: string[]
  /** git's own lines on stderr. */
  own: string[]
  /** Lines of `--porcelain`: flag, refs, summary. */
  refs: string[]
  /** What else stood on stdout: a pre-push hook of the user's writes there, too. */
  hook: string[]
}

/** `https://git.heroku.com/myapp.git` → myapp */
export const appOf = (url: string): string => path.posix.basename(url, '.git')

const SHOWN = 30

/** Why a push failed, from what git and the platform said. Pure. */
export function pushFailure({
  url,
  exitCode,
  remote,
  own,
  refs,
  hook,
}: PushTranscript): ShipitError {
  const rejection = refs.find((line) => line.startsWith('!'))?.split('\t')[2] ?? ''
  const gitSaid = own.filter((line) => !/^(error: failed to push some refs|hint: )/.test(line))
  const platformSaid = remote.slice(-SHOWN).join('\n').trim()
  const all = gitSaid.join('\n')
  const hookSaid = hook.slice(-SHOWN).join('\n').trim()
  const why =
    [platformSaid, hookSaid, all].filter(Boolean).join('\n') ||
    `git push ended with status ${exitCode} and said nothing.`

  if (/pre-receive hook declined|hook declined/.test(rejection)) {
    return new ShipitError('build', {
      message: 'The build failed. Nothing was released.',
      why: platformSaid || 'The platform declined the push and did not say why.',
      next: 'Fix what the build complains about, commit, and deploy again.',
    })
  }
  if (/shallow update not allowed/.test(rejection + all)) {
    return new ShipitError('git', {
      message: 'The platform refuses the push of a shallow clone.',
      why,
      next: 'git fetch --unshallow',
    })
  }
  if (/non-fast-forward|fetch first|stale info/.test(rejection)) {
    return new ShipitError('push', {
      message: 'The app holds commits that this branch does not have, so the push was rejected.',
      why: (
        'Someone deployed from another branch or clone, or this branch was rewritten. ' +
        `${rejection}`
      ).trim(),
      next:
        'Deploy from a branch that contains them, or run `shipit deploy --force` to replace ' +
        'what is there.',
    })
  }
  if (rejection)
    return new ShipitError('push', { message: `git push was rejected: ${rejection}`, why })

  if (/Authentication failed|could not read (Username|Password)|returned error: 40[13]/.test(all)) {
    return new ShipitError('auth', {
      message: `The platform does not accept these credentials for ${url}.`,
      why,
      next: 'Check that the token is valid and that its account has access to the app.',
    })
  }
  if (
    /repository '.*' not found|returned error: 404/.test(all) ||
    /No such app/i.test(platformSaid)
  ) {
    return new ShipitError('not_found', {
      message: `There is no git repository at ${url}.`,
      why,
      next: 'Check the name of the app, and that you have access to it.',
    })
  }
  if (/returned error: 429/.test(all)) {
    return new ShipitError('refused', {
      message: 'Rate limit reached for git requests to this app.',
      why,
      next: 'Try again later: Heroku allows 75 an hour for an app.',
      details: { status: 429 },
    })
  }
  if (/No space left on device|Disk quota exceeded/i.test(all)) {
    return new ShipitError('git', {
      message: 'git had no room on the disk for the push.',
      why,
      next:
        'Make room on the disk of this repository and of the temporary folder, then deploy ' +
        'again.',
    })
  }
  if (/certificate (has expired|is not yet valid)/i.test(all)) {
    return new ShipitError('network', {
      message: `The certificate of ${url} is not valid by this machine's clock.`,
      why,
      next:
        'Check the date and time of this machine. If they are right, the certificate of the ' +
        'host or of a proxy on the way must be renewed.',
    })
  }
  if (NETWORK.test(all)) {
    return new ShipitError('network', {
      message: `The connection to ${url} failed during the push.`,
      why,
      next:
        `Check the connection. If a build had begun, it may go on: look at \`shipit releases ` +
        `--app ${appOf(url)}\` before you deploy again.`,
    })
  }
  return new ShipitError('push', { message: 'git push failed.', why })
}

/**
 * libcurl's and git's words for connections that could not be made or were cut
 * (https://curl.se/libcurl/c/libcurl-errors.html).
 */
const NETWORK = new RegExp(
  [
    'Could not resolve',
    'Failed to connect',
    "Couldn't connect",
    'Connection (refused|reset|timed out|was reset)',
    'Operation (timed out|too slow)',
    'timed out',
    'SSL',
    'TLS',
    'certificate',
    'Empty reply',
    'Recv failure',
    'Send failure',
    'transfer closed',
    'RPC failed',
    'the remote end hung up',
    'early EOF',
    'unexpected disconnect',
    'returned error: 5\\d\\d',
    'Proxy',
    'bad line length',
    'expected flush',
  ].join('|'),
  'i',
)

/**
 * Why git answers nothing at all: it is not there, or does not trust the folder
 * (https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory).
 * Undefined for any other failure.
 */
export function noAnswerFromGit(error: unknown): ShipitError | undefined {
  const said = error instanceof Error ? error.message : String(error)
  if (said.includes('ENOENT')) {
    return new ShipitError('git', {
      message: 'git was not found on this machine.',
      next: 'Install git (https://git-scm.com), then run the command again.',
      cause: error,
    })
  }
  const [way] = /git config --global --add safe\.directory .+/.exec(said) ?? []
  if (way === undefined) return undefined
  return new ShipitError('git', {
    message: 'git does not trust this repository: its folder belongs to another user.',
    why: 'What it is configured to run would run as you.',
    next: `If you trust it: ${way.trim()}`,
    cause: error,
  })
}

/**
 * Turns a stream's bytes into lines. UTF-8 split across chunks stays whole, and of a progress line,
 * which is rewritten in place by carriage returns, only its last state becomes a line.
 */
export class OutputLines {
  private readonly decoder = new StringDecoder('utf8')
  private partial = ''

  constructor(private readonly onLine: (line: string) => void) {}

  write(chunk: Buffer): void {
    const lines = (this.partial + this.decoder.write(chunk)).split('\n')
    this.partial = lines.pop() ?? ''
    for (const line of lines) this.onLine(lastState(line))
    // A long progress line need not be kept: what a carriage return has overwritten is gone.
    this.partial = this.partial.slice(this.partial.lastIndexOf('\r', this.partial.length - 2) + 1)
  }

  end(): void {
    const rest = this.partial + this.decoder.end()
    this.partial = ''
    if (rest) this.onLine(lastState(rest))
  }
}

function lastState(line: string): string {
  const whole = line.replace(/\r+$/, '')
  return whole.slice(whole.lastIndexOf('\r') + 1)
}

/**
 * What the platform wrote, of a line that git printed on stderr; undefined if the line is git's
 * own. git puts `remote: ` before each line of the other side and pads it with eight spaces or an
 * escape sequence, to wipe what stood there.
 */
export function remoteLine(line: string): string | undefined {
  const written = /^remote: ?(.*)$/s.exec(line)?.[1]
  // eslint-disable-next-line no-control-regex -- the escape sequence that git appends
  return written?.replace(/(?: {8}|\x1b\[K)$/, '').trimEnd()
}
