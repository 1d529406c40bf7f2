import { simpleGit, type SimpleGit } from 'simple-git'
import { anyOf } from '../lib/any-of.js'

/** What git needs of the environment to find its configuration and to run. */
const NEEDED = anyOf([
  /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|TEMP|TMP|XDG_\w+|PATHEXT|SYSTEMROOT|SYSTEMDRIVE)$/i,
  /^(?:USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES.*)$/i,
])

/**
 * simple-git for questions about a repository. It gets this small environment and not the whole of
 * ours, because with DEBUG=* it prints the environment of every git that it starts, HEROKU_API_KEY
 * and PM2_SECRET_KEY included.
 */
export function openGit(dir: string): SimpleGit {
  return simpleGit(dir, { allowEnvironment: ['GIT_OPTIONAL_LOCKS'] }).env(gitEnvironment())
}

/**
 * That small environment, for a git that is started without simple-git. A question takes no lock
 * and refreshes no index on the way (https://git-scm.com/docs/git#_optional_locks): a deploy that is
 * refused leaves the repository as it was, and a `git commit` beside it finds no lock of ours.
 */
export function gitEnvironment(): Record<string, string> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && NEEDED.test(entry[0]),
    ),
  )
  return { ...env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' }
}
