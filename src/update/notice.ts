/**
 * A new version of shipit, told once a day after a command's output. No command waits for it:
 * another process asks npm's registry, and the next command finds its answer in a file.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { withoutKeys } from '../lib/child-environment.js'
import { writeErr } from '../lib/terminal.js'
import { ownVersion } from '../own-version.js'
import { packageRoot } from '../paths.js'

/** ms for which an answer counts, and between two notices. */
const DAY = 24 * 3_600_000
/** ms in which one process asks, however many commands are run. */
const ASKED = 3_600_000

/** Where the answer of the registry lies, and what was told of it. */
export const updateFolder = (home: string): string => path.join(home, 'update')
export const answerFile = (home: string): string => path.join(updateFolder(home), 'latest')
const toldFile = (home: string) => path.join(updateFolder(home), 'told')
const askedFile = (home: string) => path.join(updateFolder(home), 'asked')

/** A released version; of what a registry says nothing else is looked at. */
const VERSION = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/

export const isVersion = (text: string): boolean => VERSION.test(text)

/** Whether a registry's version is a released one, and later than this one. */
export function isNewer(version: string, own: string): boolean {
  const theirs = VERSION.exec(version)?.slice(1).map(Number)
  const ours = VERSION.exec(own.replace(/[-+].*$/, ''))
    ?.slice(1)
    .map(Number)
  if (!theirs || !ours) return false
  const differing = theirs.findIndex((part, i) => part !== ours[i])
  return differing === -1 ? own.includes('-') : theirs[differing]! > ours[differing]!
}

/**
 * Whether somebody reads this: not in a pipe, in CI, with --json, nor for the questions of a
 * shell.
 */
export const mayTell = (argv: readonly string[], env: NodeJS.ProcessEnv): boolean =>
  Boolean(process.stdout.isTTY && process.stderr.isTTY) &&
  !env.CI &&
  !env.SHIPIT_SKIP_UPDATE_CHECK &&
  !argv.includes('--json') &&
  !argv.includes('-j') &&
  argv[0] !== 'complete' &&
  argv[0] !== 'update-check'

/**
 * Says what the last answer was, if it is news, and has the registry asked anew once a day. Of a
 * folder that cannot be written nothing is said: the command before has done its work.
 * @param home SHIPIT_HOME
 */
export function tellOfUpdate(home: string, now = Date.now()): void {
  try {
    const answered = ageOf(answerFile(home), now)
    if (answered < DAY && ageOf(toldFile(home), now) >= DAY) {
      const latest = readFileSync(answerFile(home), 'utf8').trim()
      const own = ownVersion()
      if (isNewer(latest, own)) {
        writeErr(
          `\nshipit ${latest} is out, and this is ${own}: npm install --global shipit-heroku\n` +
            '(told once a day; SHIPIT_SKIP_UPDATE_CHECK=1 ends it)\n',
        )
        writeFileSync(toldFile(home), latest)
      }
    }
    if (answered < DAY || ageOf(askedFile(home), now) < ASKED) return
    mkdirSync(updateFolder(home), { recursive: true, mode: 0o700 })
    writeFileSync(askedFile(home), '')
    const child = spawn(
      process.execPath,
      [path.join(packageRoot, 'bin/shipit.js'), 'update-check'],
      {
        cwd: home,
        detached: true,
        stdio: 'ignore',
        env: withoutKeys(process.env),
        windowsHide: true,
      },
    )
    // No process to be had is as good as no answer.
    child.on('error', () => undefined)
    child.unref()
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
  }
}

/** ms since a file was written; Infinity if there is none. */
const ageOf = (file: string, now: number): number => {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats ? Math.abs(now - stats.mtimeMs) : Infinity
}
