/**
 * The detached process of the embedded Heroku: client.ts starts it with SHIPIT_HOME, and it runs
 * until SIGTERM or SIGINT.
 */
import { describe, endFailedCall } from '../api/api-error.js'
import { NoLongerWanted, startPlatform, type Platform } from './daemon.js'
import { AlreadyRunning } from './daemon-lock.js'
import { openDaemonLog } from './daemon-log.js'
import { EXIT_ALREADY_RUNNING } from './handshake.js'
import { foldersOf, makeFolders, stateHome } from './folders.js'
import { limitsFrom } from './limits.js'
import { isStillWanted } from './still-wanted.js'

const EXIT_FAULT = 70
/** Uncaught errors in a minute after which a new process is better than this one. */
const UNCAUGHT_AT_MOST = 20

process.umask(0o077)
const home = stateHome()
const folders = foldersOf(home)
if (!(await isStillWanted(folders))) process.exit(0)
await makeFolders(folders)
const log = openDaemonLog(folders)

const giveUp = (error: unknown) => {
  log(`ends on an internal error: ${describe(error)}`)
  process.exit(EXIT_FAULT)
}

/** Errors that nobody caught, in the last minute. */
const recent: number[] = []

/**
 * An error that no service caught ends what it was about, and not the apps beside it: what was
 * acknowledged is on the disk, the call that met it is ended, and requests of apps have time
 * limits. One that comes again and again, or before the platform serves, ends the process, and its
 * supervisor starts it anew.
 */
const survive = (error: unknown) => {
  const now = performance.now()
  recent.push(now)
  while (now - recent[0]! > 60_000) recent.shift()
  if (!isServing || recent.length > UNCAUGHT_AT_MOST) giveUp(error)
  const what = endFailedCall() ? 'the call that met it is ended, ' : ''
  log(`internal error, ${what}the platform goes on: ${describe(error)}`)
}
process.on('uncaughtException', survive)
process.on('unhandledRejection', survive)

let isServing = false
let platform: Promise<Platform> | undefined
const stop = (why: string) => {
  log(`${why}: stopping`)
  Promise.resolve(platform)
    .then((started) => started?.close())
    .then(() => process.exit(0), giveUp)
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
process.on('SIGHUP', () => log('SIGHUP: a daemon outlives the terminal it was started from'))

try {
  platform = startPlatform({
    home,
    limits: limitsFrom(process.env.SHIPIT_LOCAL_LIMITS),
    journal: process.env.SHIPIT_LOCAL_JOURNAL,
    onLost: () => stop('its folder or lock is gone'),
    isWanted: () => isStillWanted(folders),
  })
  await platform
  isServing = true
  if (process.env.SHIPIT_LOCAL_RESTARTED)
    log(
      'started again: the process before it ended with status ' +
        `${process.env.SHIPIT_LOCAL_RESTARTED}`,
    )
} catch (error) {
  if (error instanceof AlreadyRunning) process.exit(EXIT_ALREADY_RUNNING)
  if (error instanceof NoLongerWanted) process.exit(0)
  giveUp(error)
}
