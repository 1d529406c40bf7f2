import { type ChildProcess, spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { monotonic } from '../lib/monotonic.js'
import { GitError, type SimpleGit } from 'simple-git'
import { withoutKeys } from '../lib/child-environment.js'
import { authorization, pushEnvironment } from './push-environment.js'

interface SpawnGit {
  dir: string
  /** `<gitUrl>/<app>.git` */
  url: string
  /** Password of the HTTP Basic credentials. */
  token: string
  /** Environment to start from. */
  env: NodeJS.ProcessEnv
  objects?: string | undefined
}

const CREDENTIAL_FD = 3

/**
 * Starts git, in a process group of its own, with a token for one URL that no process can find in
 * an environment, a command line or a file: git's helper
 * (https://git-scm.com/docs/gitcredentials#_custom_helpers) reads it from a pipe that holds it
 * once. git asks for it before it runs a pre-push hook
 * (https://git-scm.com/docs/githooks#_pre_push), which finds the pipe empty.
 * On Windows, where a shell of git's has no such pipe, it is a header in git's environment, which
 * hooks of the user inherit.
 */
export function spawnGit(
  args: readonly string[],
  { dir, url, token, env, objects }: SpawnGit,
): ChildProcess {
  const isPiped = process.platform !== 'win32'
  const credentials = isPiped
    ? { helper: `!f() { if test "$1" = get; then cat <&${CREDENTIAL_FD}; fi; }; f` }
    : { header: authorization(token) }
  const child = spawn('git', args, {
    cwd: dir,
    env: pushEnvironment(withoutKeys(env, [token]), url, credentials, objects),
    detached: true,
    stdio: isPiped ? ['ignore', 'pipe', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe'],
  })
  const pipe = child.stdio[CREDENTIAL_FD] as Writable | undefined
  // git may end without having asked: it was not found, or never reached the platform. That is told
  // by how it ends.
  pipe?.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') child.emit('error', error)
  })
  pipe?.end(`username=shipit\npassword=${token}\n`)
  return child
}

/**
 * What git prints, or undefined if it has no answer: simple-git rejects only a failure that also
 * wrote to stderr.
 */
export async function answer(git: SimpleGit, args: string[]): Promise<string | undefined> {
  try {
    return (await git.raw(args)).replace(/\n$/, '') || undefined
  } catch (error) {
    if (error instanceof GitError) return undefined
    throw error
  }
}

const POLL = 20

/** Whether any process of the group is left. */
function isAlive(pgid: number): boolean {
  try {
    process.kill(-pgid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function gone(pgid: number, within: number): Promise<boolean> {
  const deadline = monotonic() + within
  while (isAlive(pgid)) {
    if (monotonic() > deadline) return false
    await delay(POLL)
  }
  return true
}

/**
 * Ends every process of a group that this process has started with `detached: true`: SIGTERM, and
 * SIGKILL for those that stay.
 * Resolves when none is left. `git push` runs others (git-remote-http, send-pack, hooks), which
 * live on when only their parent is killed.
 * @param grace ms between the two signals
 */
export async function endProcessGroup(pgid: number, grace = 2000): Promise<void> {
  if (!isAlive(pgid)) return
  process.kill(-pgid, 'SIGTERM')
  if (await gone(pgid, grace)) return
  process.kill(-pgid, 'SIGKILL')
  // Bounded: a process that nobody reaps stays in its group for ever.
  await gone(pgid, grace)
}
