import { spawn, type ChildProcess } from 'node:child_process'
import type { Writable } from 'node:stream'
import { withoutKeys } from '../lib/child-environment.js'
import { authorization } from './config-variables.js'
import { pushEnvironment } from './push-environment.js'

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
