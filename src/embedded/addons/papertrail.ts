/**
 * papertrail: keeps the lines of an app's log in a file of this machine, and shows them on a page.
 */
import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { removeFolder } from '../daemon/folders.js'
import type { Logplex, StoredLogEntry } from '../store/types.js'
import type { Provider } from './provider.js'

interface PapertrailOptions {
  folderOf: (addonId: string) => string
  /** Of the app that is billed for it. */
  appOf: (addonId: string) => string | undefined
  logplex: Logplex
  log: (message: string) => void
}

/** Bytes from which a new file is begun; the one before it is kept. */
const LARGEST = 10_000_000

export function createPapertrail({ folderOf, appOf, logplex, log }: PapertrailOptions): Provider {
  const following = new Map<string, () => void>()
  /** Lines are written one after the other. */
  let writing: Promise<void> = Promise.resolve()
  const fileOf = (id: string) => path.join(folderOf(id), 'app.log')

  const write = async (id: string, entry: StoredLogEntry): Promise<void> => {
    const file = fileOf(id)
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    )
    if (size > LARGEST) await rename(file, `${file}.1`)
    await appendFile(file, `${line(entry)}\n`, { mode: 0o600 })
  }

  const follow = async (id: string): Promise<void> => {
    const app = appOf(id)
    if (app === undefined || following.has(id)) return
    await mkdir(folderOf(id), { recursive: true, mode: 0o700 })
    const end = logplex.subscribe(app, (entry) => {
      writing = writing
        .then(() => write(id, entry))
        .catch((error: Error) => log(`papertrail: ${error.message}`))
    })
    following.set(id, end)
  }

  const end = (id: string) => {
    following.get(id)?.()
    following.delete(id)
  }

  return {
    prepare: () => ({ token: randomBytes(12).toString('hex') }),
    async provision({ id, resource }) {
      await follow(id)
      return { resource, config: { API_TOKEN: resource.token! } }
    },
    changePlan: () => Promise.resolve(),
    async deprovision({ id }) {
      end(id)
      await writing
      await removeFolder(folderOf(id))
    },
    async start(addons) {
      for (const { id } of addons) await follow(id)
      return new Map(addons.map(({ id, config, resource }) => [id, { config, resource }]))
    },
    async stop() {
      for (const id of following.keys()) end(id)
      await writing
    },
    async page({ id }) {
      await writing
      const texts = [`${fileOf(id)}.1`, fileOf(id)].map((file) =>
        readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return ''
          throw error
        }),
      )
      return (await Promise.all(texts)).join('')
    },
  }
}

const line = ({ time, source, dyno, message }: StoredLogEntry): string =>
  `${new Date(time).toISOString()} ${source}[${dyno}]: ${message}`
