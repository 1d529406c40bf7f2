import { sourceFiles } from './source-files.js'
import type { Project } from './target.js'
import { anyOf } from '../../lib/any-of.js'

const IN_A_FILE =
  "its data is a file on the dyno's disk, which one process writes (and which is gone with the " +
  'dyno: a database add-on keeps it)'
/** Files of the app that are looked into for what no dependency says. */
const MOST_SOURCES = 300

/**
 * Packages whose app is one process by nature, and why. Several instances would do the work twice
 * or lose each other's state.
 */
const ONE_PROCESS: { packages: RegExp; why: string }[] = [
  {
    packages: /^socket\.io$/,
    why:
      'Socket.IO starts with long polling, whose requests must all reach the same process: with ' +
      'websockets alone, or with @socket.io/sticky and an adapter, raise it',
  },
  {
    packages: anyOf([
      /^(?:discord\.js|eris|oceanic\.js|telegraf|grammy|node-telegram-bot-api)$/,
      /^(?:whatsapp-web\.js|@whiskeysockets\/baileys|tmi\.js|matrix-bot-sdk)$/,
    ]),
    why: 'a bot logs in once: two processes would answer everything twice',
  },
  {
    packages:
      /^(node-cron|cron|node-schedule|croner|bree|toad-scheduler|agenda|@nestjs\/schedule)$/,
    why: 'it runs jobs by the clock: two processes would run each job twice',
  },
  {
    packages: /^(better-sqlite3|sqlite3|sqlite|libsql|lowdb|nedb|@seald-io\/nedb|node-persist)$/,
    why: IN_A_FILE,
  },
]

/**
 * Why this app wants one instance in a dyno; undefined if nothing among its dependencies says so.
 */
export function whySingle(project: Project): string | undefined {
  const names = Object.keys(project.pkg.dependencies)
  const hasStickySessions = names.some(
    (name) => name === '@socket.io/sticky' || name === '@socket.io/cluster-adapter',
  )
  const found = ONE_PROCESS.find(
    ({ packages }) =>
      names.some((name) => packages.test(name)) &&
      !(hasStickySessions && packages.test('socket.io')),
  )
  return found?.why ?? (keepsDataInFile(project) ? IN_A_FILE : undefined)
}

/** Node's own SQLite, and a Prisma that uses it, stand in no dependency. */
function keepsDataInFile({ folder }: Project): boolean {
  const schema = folder.read('prisma/schema.prisma') ?? folder.read('schema.prisma') ?? ''
  if (/datasource\s+\w+\s*\{[^}]*provider\s*=\s*"sqlite"/.test(schema)) return true
  return sourceFiles(folder)
    .slice(0, MOST_SOURCES)
    .some((file) => /['"]node:sqlite['"]/.test(folder.read(file) ?? ''))
}
