import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gitEnvironment } from './open.js'
import { endProcessGroup, spawnGit } from './spawn-git.js'
import { pushFailure } from './push-failure.js'
import type { PushOptions } from './push.js'

/** Commits that a forced push drops from the app's repository. Plain data. */
export interface Overwritten {
  /** The newest of them. */
  commit: string
  /** How many; null if they are not in this repository and so cannot be counted. */
  count: number | null
  /** First line of the newest one's message; null likewise. */
  subject: string | null
}

const exec = promisify(execFile)
const TIMEOUT = 60_000

/**
 * What a push with force would drop: commits that the other side's main has and `commit` has not.
 * Null if there are none.
 * @throws ShipitError as a push: `auth`, `not_found`, `network`
 */
export async function overwrittenBy(
  { dir, url, token, objects, signal, env }: Omit<PushOptions, 'refspec' | 'force' | 'onOutput'>,
  commit: string,
): Promise<Overwritten | null> {
  const listed = await listMain({ dir, url, token, env: env ?? process.env }, signal)
  const theirs = /^([0-9a-f]{40,64})\t/.exec(listed)?.[1]
  if (theirs === undefined || theirs === commit) return null
  const ask = async (...args: string[]) =>
    (
      await exec('git', args, {
        cwd: dir,
        env: {
          ...gitEnvironment(),
          ...(objects === undefined ? {} : { GIT_OBJECT_DIRECTORY: objects }),
        },
      })
    ).stdout.trim()
  // Exits with 128 if the commit is not here, as after another clone's deploy.
  const isHere = await ask('cat-file', '-e', `${theirs}^{commit}`).then(
    () => true,
    () => false,
  )
  if (!isHere) return { commit: theirs, count: null, subject: null }
  const count = Number(await ask('rev-list', '--count', `${commit}..${theirs}`))
  return count === 0
    ? null
    : { commit: theirs, count, subject: await ask('log', '-1', '--format=%s', theirs) }
}

/** `<commit>\trefs/heads/main`, or nothing. */
async function listMain(
  where: Parameters<typeof spawnGit>[1],
  signal: AbortSignal | undefined,
): Promise<string> {
  const child = spawnGit(['ls-remote', where.url, 'refs/heads/main'], where)
  const giveUp = AbortSignal.timeout(TIMEOUT)
  const end = () => {
    if (child.pid !== undefined) void endProcessGroup(child.pid)
  }
  const either = signal ? AbortSignal.any([signal, giveUp]) : giveUp
  either.addEventListener('abort', end, { once: true })
  try {
    const [out, err, [exitCode]] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'close') as Promise<[number | null]>,
    ])
    signal?.throwIfAborted()
    if (exitCode === 0) return out
    throw pushFailure({
      url: where.url,
      exitCode,
      remote: [],
      own: giveUp.aborted ? ['Operation timed out'] : err.trim().split('\n'),
      refs: [],
      hook: [],
    })
  } finally {
    either.removeEventListener('abort', end)
  }
}
