/** The detached process of the embedded Heroku: client.ts starts it with SHIPIT_HOME, and it runs until SIGTERM or SIGINT. */
import { startPlatform, type Platform } from './daemon.js'
import { AlreadyRunning } from './daemon-lock.js'
import { openDaemonLog } from './daemon-log.js'
import { EXIT_ALREADY_RUNNING } from './exit-codes.js'
import { foldersOf, makeFolders, stateHome } from './folders.js'
import { limitsFrom } from './limits.js'

const EXIT_FAULT = 70

process.umask(0o077)
const home = stateHome()
const folders = foldersOf(home)
await makeFolders(folders)
const log = openDaemonLog(folders)

const giveUp = (error: unknown) => {
  log(`ends on a fault: ${error instanceof Error ? error.stack : String(error)}`)
  process.exit(EXIT_FAULT)
}
process.on('uncaughtException', giveUp)
process.on('unhandledRejection', giveUp)

let platform: Promise<Platform> | undefined
const stop = (signal: NodeJS.Signals) => {
  log(`${signal}: stopping`)
  Promise.resolve(platform).then((started) => started?.close()).then(() => process.exit(0), giveUp)
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
process.on('SIGHUP', () => log('SIGHUP: a daemon outlives the terminal it was started from'))

try {
  platform = startPlatform({ home, limits: limitsFrom(process.env.SHIPIT_LOCAL_LIMITS), journal: process.env.SHIPIT_LOCAL_JOURNAL })
  await platform
} catch (error) {
  if (error instanceof AlreadyRunning) process.exit(EXIT_ALREADY_RUNNING)
  giveUp(error)
}
