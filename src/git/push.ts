import { once } from 'node:events'
import { ShipitError } from '../errors.js'
import { OutputLines, type PushTranscript, appOf, pushFailure, remoteLine } from './push-failure.js'
import { endProcessGroup, spawnGit } from './spawn-git.js'

export interface PushOptions {
  /** A folder of the repository. */
  dir: string
  /** `<gitUrl>/<app>.git`, without credentials. */
  url: string
  /** Password of the HTTP Basic credentials. Reaches git through a pipe (spawn-git.ts). */
  token: string
  /** `<commit>:refs/heads/main` */
  refspec: string
  /** Whether commits that only the other side has may be dropped. */
  force?: boolean
  /**
   * Ends the push and every process of it. The promise then rejects with the signal's reason, once
   * none is left.
   */
  signal?: AbortSignal
  /**
   * Every line that the platform writes, as it comes; terminal control bytes of the build are still
   * in it.
   */
  onOutput?: (line: string) => void
  /**
   * ms for all of it. Heroku gives a build 15 minutes
   * (https://devcenter.heroku.com/articles/limits#build).
   */
  timeout?: number
  /**
   * Folder of git objects that holds what is pushed, if the repository does not (see
   * subtree.ts).
   */
  objects?: string | undefined
  /** Environment to start from. */
  env?: NodeJS.ProcessEnv
}

export interface PushResult {
  outcome: 'pushed' | 'up-to-date'
}

const DEFAULT_TIMEOUT = 20 * 60_000

/**
 * `<flag> \t <from>:<to> \t <summary>`, and what stands around these lines (git-push(1),
 * --porcelain).
 */
const REF_LINE = /^[ +\-*!=]\t[^\t]*:refs\/[^\t]*\t/
const OWN_LINE = /^(To \S+|Done)?$/

/**
 * `git push` of one commit to the platform, its output line by line. The child is spawned here and
 * not by simple-git, whose abort leaves git-remote-http alive and the push on its way: this one
 * leads a process group of its own, which ends as a whole.
 * @throws ShipitError `build` (declined by the build), `auth`, `not_found`, `push` (rejected, or
 *   git cannot), `network`, `timeout`
 */
export async function push(options: PushOptions): Promise<PushResult> {
  options.signal?.throwIfAborted()
  const giveUp = AbortSignal.timeout(options.timeout ?? DEFAULT_TIMEOUT)
  const signal = options.signal ? AbortSignal.any([options.signal, giveUp]) : giveUp
  const transcript = await runPush(options, signal)
  options.signal?.throwIfAborted()
  if (giveUp.aborted) {
    throw new ShipitError('timeout', {
      message: `git push to ${options.url} did not end in time.`,
      why: lastLines(transcript.remote) || 'The platform wrote nothing.',
      next:
        `The platform may still be building. Look at \`shipit releases --app ` +
        `${appOf(options.url)}\` before you deploy again.`,
    })
  }
  if (transcript.exitCode !== 0) throw pushFailure(transcript)
  return { outcome: transcript.refs.some((line) => line.startsWith('=')) ? 'up-to-date' : 'pushed' }
}

async function runPush(
  { dir, url, token, refspec, force, objects, onOutput, env }: PushOptions,
  signal: AbortSignal,
): Promise<PushTranscript> {
  const transcript: PushTranscript = {
    url,
    exitCode: null,
    remote: [],
    own: [],
    refs: [],
    hook: [],
  }
  const child = spawnGit(
    [
      'push',
      '--porcelain',
      '--no-follow-tags',
      '--no-signed',
      '--recurse-submodules=no',
      ...(force ? ['--force'] : []),
      url,
      refspec,
    ],
    { dir, url, token, env: env ?? process.env, objects },
  )
  const out = new OutputLines((line) => {
    if (REF_LINE.test(line)) transcript.refs.push(line)
    else if (!OWN_LINE.test(line)) transcript.hook.push(line)
  })
  const err = new OutputLines((line) => {
    const said = remoteLine(line)
    if (said === undefined) return void transcript.own.push(line)
    transcript.remote.push(said)
    onOutput?.(said)
  })
  child.stdout!.on('data', (chunk: Buffer) => out.write(chunk)).on('end', () => out.end())
  child.stderr!.on('data', (chunk: Buffer) => err.write(chunk)).on('end', () => err.end())

  const cancelled = new Promise<void>((resolve, reject) => {
    const cancel = () => {
      if (child.pid === undefined) return resolve()
      endProcessGroup(child.pid).then(() => {
        for (const stream of child.stdio) stream?.destroy()
        resolve()
      }, reject)
    }
    if (signal.aborted) cancel()
    else signal.addEventListener('abort', cancel, { once: true })
  })
  try {
    await Promise.race([once(child, 'close'), cancelled])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new ShipitError('git', {
      message: 'git was not found on this machine.',
      next: 'Install git (https://git-scm.com), then run the command again.',
      cause: error,
    })
  }
  return { ...transcript, exitCode: child.exitCode }
}

function lastLines(lines: string[], count = 20): string {
  return lines.slice(-count).join('\n')
}
