/** heroku-redis: a Valkey or Redis server of this machine for each add-on. */
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { removeFolder } from '../../daemon/folders.js'
import type { Certificate } from '../../rendezvous/certificate.js'
import type { AddonRecord } from '../../store/records.js'
import { planIn, serviceNamed, type Plan } from '../catalog.js'
import { freePort } from '../free-port.js'
import type { Provider, Provisioned } from '../provider.js'
import { ServerProcess } from '../server-process.js'
import { redisCommand, type RedisAddress } from './connection.js'
import { redisProgram } from './programs.js'
import { redisConf } from './settings.js'

type Addon = Readonly<AddonRecord>

interface RedisOptions {
  /** Of an add-on's data. */
  folderOf: (addonId: string) => string
  certificate: () => Promise<Certificate>
  log: (message: string) => void
}

export function createRedis(options: RedisOptions): Provider {
  const servers = new Map<string, ServerProcess>()

  const addressOf = async ({ resource }: Pick<Addon, 'resource'>): Promise<RedisAddress> => ({
    port: Number(resource.port),
    password: resource.password!,
    ca: resource.tls === 'no' ? undefined : (await options.certificate()).cert,
  })

  /** Starts it on its port, or another if that is taken; answers what it has then. */
  const run = async (addon: Addon, plan: Plan): Promise<AddonRecord['resource']> => {
    const resource = { ...addon.resource, port: String(await freePort(portOf(addon))) }
    const folder = options.folderOf(addon.id)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const address = await addressOf({ resource })
    const server = new ServerProcess({
      name: `${addon.name} (Redis)`,
      folder,
      // It writes what it has and ends (redis.io/docs/latest/operate/oss_and_stack/reference/signals).
      signal: 'SIGTERM',
      command: async () => {
        const { key, cert } = await options.certificate()
        await writeFile(path.join(folder, 'server.key'), key, { mode: 0o600 })
        await writeFile(path.join(folder, 'server.crt'), cert, { mode: 0o600 })
        const input = redisConf({
          folder,
          port: address.port,
          password: address.password,
          memory: plan.memory!,
          connections: plan.connections!,
          isTls: address.ca !== undefined,
        })
        return { program: await redisProgram(), args: ['-'], input }
      },
      isReady: () =>
        redisCommand(address, 'PING').then(
          (reply) => reply === 'PONG',
          // Not yet: why it does not come up, if it does not, is in its log.
          () => false,
        ),
      log: options.log,
    })
    await server.start()
    servers.set(addon.id, server)
    return resource
  }

  const configOf = ({
    plan,
    resource: { port, password, tls },
  }: Pick<Addon, 'plan' | 'resource'>) => {
    const url = `${tls === 'no' ? 'redis' : 'rediss'}://:${password}@127.0.0.1:${port}`
    // Of mini plans alone, and the same (devcenter.heroku.com/articles/connecting-heroku-redis).
    return { URL: url, ...(plan === 'mini' ? { TLS_URL: url } : {}) }
  }

  return {
    prepare: () => ({ password: 'p' + randomBytes(32).toString('hex') }),

    async provision(addon, plan) {
      await redisProgram()
      const resource = await run(addon, plan).catch((error: Error) => {
        // One that was built without TLS; Heroku's own always has it.
        if (!/tls-port|TLS|SSL/.test(error.message)) throw error
        return run({ ...addon, resource: { ...addon.resource, tls: 'no' } }, plan)
      })
      return { resource, config: configOf({ plan: addon.plan, resource }) }
    },

    async changePlan(addon, { memory, connections }) {
      const address = await addressOf(addon)
      await redisCommand(address, 'CONFIG', 'SET', 'maxmemory', `${memory}mb`)
      await redisCommand(address, 'CONFIG', 'SET', 'maxclients', String(connections))
    },

    async deprovision({ id }) {
      await servers.get(id)?.stop()
      servers.delete(id)
      await removeFolder(options.folderOf(id))
    },

    async start(addons) {
      const configs = new Map<string, Provisioned>()
      for (const addon of addons.filter(({ state }) => state === 'provisioned')) {
        try {
          const plan = planIn(serviceNamed(addon.service)!, addon.plan)!
          const resource = await run(addon, plan)
          configs.set(addon.id, { resource, config: configOf({ ...addon, resource }) })
        } catch (error) {
          options.log(`${addon.name}: ${(error as Error).message}`)
        }
      }
      return configs
    },

    async stop() {
      await Promise.all([...servers.values()].map((server) => server.stop()))
      servers.clear()
    },

    async facts(addon) {
      const plan = planIn(serviceNamed(addon.service)!, addon.plan)
      const info = await redisCommand(await addressOf(addon), 'INFO')
      const of = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? ''
      return {
        Plan: plan?.human_name ?? addon.plan,
        Status: 'available',
        Created: addon.created_at,
        Version: of('valkey_version') || of('redis_version'),
        Timeout: '300',
        Maxmemory: of('maxmemory_policy'),
        Memory: `${of('used_memory_human')} of ${plan?.memory ?? '?'}M`,
        // One of them is the question itself.
        Connections: `${Number(of('connected_clients')) - 1}/${plan?.connections ?? '?'}`,
      }
    },

    async reset(addon) {
      await redisCommand(await addressOf(addon), 'FLUSHALL')
    },
  }
}

const portOf = ({ resource: { port } }: Addon): number | undefined =>
  port === undefined ? undefined : Number(port)
