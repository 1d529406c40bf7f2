import { simpleGit, type SimpleGit } from 'simple-git'

/** What git needs of the environment to find its configuration and to run. */
const NEEDED = /^(PATH|HOME|USER|LOGNAME|TMPDIR|TEMP|TMP|XDG_\w+|PATHEXT|SYSTEMROOT|SYSTEMDRIVE|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES.*)$/i

/**
 * simple-git for questions about a repository. It gets this small environment and not the whole of ours, because with DEBUG=* it prints
 * the environment of every git that it starts, HEROKU_API_KEY and PM2_SECRET_KEY included.
 */
export function openGit(dir: string): SimpleGit {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => NEEDED.test(name)))
  return simpleGit(dir).env({ ...env, LC_ALL: 'C' })
}
