import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { gitEnvironment } from './open.js'
import { pushEnvironment } from './push-environment.js'
import { pushFailure } from './push-failure.js'
import type { PushOptions } from './push.js'

/** Commits that a forced push drops from the app's repository. Plain data. */
export interface Overwritten {
  /** The newest of them. */
  commit: string
  /** How many; null where they are not in this repository and so cannot be counted. */
  count: number | null
  /** First line of the newest one's message; null likewise. */
  subject: string | null
}

const exec = promisify(execFile)
const TIMEOUT = 60_000

/**
 * What a push with force would drop: commits that the other side's main has and `commit` has not. Null where there are none.
 * @throws ShipitError as a push: `auth`, `not_found`, `network`
 */
export async function overwrittenBy({ dir, url, token, objects, signal, env }: Omit<PushOptions, 'refspec' | 'force' | 'onOutput'>, commit: string): Promise<Overwritten | null> {
  const listed = await exec('git', ['ls-remote', url, 'refs/heads/main'], { cwd: dir, env: pushEnvironment(env ?? process.env, url, token), timeout: TIMEOUT, signal }).catch((error: Error & { code?: number; stderr?: string }) => {
    signal?.throwIfAborted()
    throw pushFailure({ url, exitCode: error.code ?? null, remote: [], own: (error.stderr ?? error.message).trim().split('\n'), refs: [] })
  })
  const theirs = /^([0-9a-f]{40,64})\t/.exec(listed.stdout)?.[1]
  if (theirs === undefined || theirs === commit) return null
  const ask = async (...args: string[]) => (await exec('git', args, { cwd: dir, env: { ...gitEnvironment(), ...(objects === undefined ? {} : { GIT_OBJECT_DIRECTORY: objects }) } })).stdout.trim()
  // Exits with 128 where the commit is not here, as after another clone's deploy.
  const isHere = await ask('cat-file', '-e', `${theirs}^{commit}`).then(() => true, () => false)
  if (!isHere) return { commit: theirs, count: null, subject: null }
  const count = Number(await ask('rev-list', '--count', `${commit}..${theirs}`))
  return count === 0 ? null : { commit: theirs, count, subject: await ask('log', '-1', '--format=%s', theirs) }
}
