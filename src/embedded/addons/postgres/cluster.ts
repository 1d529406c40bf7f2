import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Sql } from 'postgres'
import writeFileAtomic from 'write-file-atomic'
import { removeFolder } from '../../daemon/folders.js'
import type { Certificate } from '../../rendezvous/certificate.js'
import { serverUser, type ServerUser } from '../as-user.js'
import { freePort } from '../free-port.js'
import { ServerProcess } from '../server-process.js'
import { postgresPrograms, type Programs } from './programs.js'
import { PG_HBA, postgresqlConf } from './settings.js'

interface ClusterOptions {
  /** Of its data; there once there is a cluster. */
  folder: string
  /** Where npm's PostgreSQL is kept. */
  kept: string
  certificate: () => Promise<Certificate>
  log: (message: string) => void
}

/** What a cluster keeps of itself: cluster.json, the owner's alone. */
interface Known {
  port: number
  /** Of the superuser. */
  password: string
}

const SUPERUSER = 'shipit'
/** The first that the machine has. */
const LOCALES = ['en_US.UTF-8', 'C.UTF-8', 'C']

/** The one PostgreSQL of all apps: a server of this machine on the loopback, over TLS alone. */
export class Cluster {
  private server: ServerProcess | undefined
  private known: Known | undefined
  private client: Sql | undefined

  constructor(private readonly options: ClusterOptions) {}

  get port(): number {
    if (!this.known) throw new Error('PostgreSQL is not running')
    return this.known.port
  }

  get isRunning(): boolean {
    return this.server !== undefined
  }

  /** The superuser's connection. @param database default: postgres */
  async sql(database?: string): Promise<Sql> {
    if (database !== undefined) return this.connect(database)
    return (this.client ??= await this.connect('postgres'))
  }

  /** Makes the cluster if there is none, and starts it if it does not run. */
  async start(say: (message: string) => void): Promise<void> {
    if (this.server) return
    const { folder, kept, log } = this.options
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const user = await serverUser('PostgreSQL')
    const programs = await postgresPrograms(kept, await this.major(), say)
    const known = await this.read()
    if (!existsSync(this.data)) {
      say(`Making a database server of PostgreSQL ${programs.major}`)
      await this.init(programs, user, known.password)
    }
    this.known = { ...known, port: await freePort(known.port) }
    await writeFileAtomic(this.file, JSON.stringify(this.known), { mode: 0o600 })
    const server = new ServerProcess({
      name: 'PostgreSQL',
      folder,
      // A fast shutdown: connections are cut, and all is written (postgres(1)).
      signal: 'SIGINT',
      command: async () => {
        await this.configure(user)
        return user.as(path.join(programs.bin, 'postgres'), ['-D', this.data])
      },
      isReady: () => this.answers(),
      log,
    })
    await server.start()
    this.server = server
    // Apps have databases of their own, and nothing to look for in others.
    await (await this.sql())`REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC`
  }

  async stop(): Promise<void> {
    await this.client?.end({ timeout: 0 })
    this.client = undefined
    await this.server?.stop()
    this.server = undefined
  }

  /** Stops it and removes all of its data. */
  async remove(): Promise<void> {
    await this.stop()
    this.known = undefined
    await removeFolder(this.options.folder)
  }

  private get data(): string {
    return path.join(this.options.folder, 'data')
  }

  private get file(): string {
    return path.join(this.options.folder, 'cluster.json')
  }

  private async read(): Promise<Omit<Known, 'port'> & { port?: number }> {
    // Without the data, what is known of it is worth nothing.
    if (!existsSync(this.data)) return { password: randomBytes(24).toString('hex') }
    return JSON.parse(await readFile(this.file, 'utf8')) as Known
  }

  private async major(): Promise<number | undefined> {
    if (!existsSync(this.data)) return undefined
    return parseInt(await readFile(path.join(this.data, 'PG_VERSION'), 'utf8'), 10)
  }

  /** In a folder beside, so that a half made one is never taken for a cluster. */
  private async init({ bin }: Programs, user: ServerUser, password: string): Promise<void> {
    const fresh = `${this.data}.new`
    const passwordFile = path.join(this.options.folder, 'superuser')
    let failure: Error | undefined
    try {
      await writeFile(passwordFile, password, { mode: 0o600 })
      if (user.id !== undefined) await chown(passwordFile, user.id, user.id)
      for (const locale of LOCALES) {
        await removeFolder(fresh)
        await mkdir(fresh, { mode: 0o700 })
        if (user.id !== undefined) await chown(fresh, user.id, user.id)
        const args = ['-D', fresh, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '-E', 'UTF8']
        args.push(`--locale=${locale}`, '--auth=scram-sha-256', '--no-sync')
        const call = user.as(path.join(bin, 'initdb'), args)
        failure = await promisify(execFile)(call.program, call.args, { cwd: '/' }).then(
          () => undefined,
          (error: Error) => error,
        )
        if (!failure) break
      }
    } finally {
      await rm(passwordFile, { force: true })
    }
    if (failure) {
      await removeFolder(fresh)
      const why = (failure as Error & { stderr?: string }).stderr?.trim() || failure.message
      throw new Error(`PostgreSQL's initdb failed: ${why.split('\n').at(-1)}`, { cause: failure })
    }
    // Written first: with the data in place it must be there.
    const known: Known = { password, port: await freePort() }
    await writeFileAtomic(this.file, JSON.stringify(known), { mode: 0o600 })
    await rename(fresh, this.data)
  }

  private async configure({ id }: ServerUser): Promise<void> {
    const { key, cert } = await this.options.certificate()
    const files = {
      'postgresql.conf': postgresqlConf({ port: this.port, dir: this.data }),
      'pg_hba.conf': PG_HBA,
      'server.key': key,
      'server.crt': cert,
    }
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.data, name)
      await writeFile(file, content, { mode: 0o600 })
      await chmod(file, 0o600)
      if (id !== undefined) await chown(file, id, id)
    }
  }

  private async answers(): Promise<boolean> {
    const sql = await this.connect('postgres')
    try {
      await sql`SELECT 1`
      return true
    } catch {
      // Not yet: why it does not come up, if it does not, is in its log.
      return false
    } finally {
      await sql.end({ timeout: 0 })
    }
  }

  private async connect(database: string): Promise<Sql> {
    const { default: postgres } = await import('postgres')
    const { cert } = await this.options.certificate()
    return postgres({
      host: '127.0.0.1',
      port: this.port,
      database,
      user: SUPERUSER,
      password: this.known!.password,
      ssl: { ca: cert },
      max: 1,
      idle_timeout: 5,
      connect_timeout: 10,
      onnotice: () => undefined,
    })
  }
}
