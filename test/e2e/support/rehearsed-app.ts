import { readdir } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { loopbackLookup } from '../../../src/lib/loopback.js'
import { until } from '../../support/until.js'
import { startRate, type RateResult } from './rate.js'
import type { Outcome, World } from './world.js'

export interface Answer {
  status: number
  body: unknown
  /** What it is to send back; undefined if it set none. */
  cookie?: string
}

/** An app with databases on a world's embedded Heroku, over its whole life. */
export class RehearsedApp {
  private url = ''

  private constructor(
    readonly world: World,
    readonly dir: string,
    private readonly name: string,
  ) {}

  static async of(
    world: World,
    name: string,
    files: Record<string, string | object>,
  ): Promise<RehearsedApp> {
    return new RehearsedApp(world, await world.app(name, files), name)
  }

  get flags(): string[] {
    return ['--local', '--app', this.name]
  }

  /** Made of its app.json. */
  async deploy(): Promise<Outcome> {
    const outcome = await this.world.ok(['deploy', ...this.flags, '--create'], { cwd: this.dir })
    await this.find()
    return outcome
  }

  /** Stops the platform, and starts it. */
  async restartPlatform(): Promise<void> {
    await this.world.ok(['local', 'stop'])
    await this.world.ok(['local', 'start'])
    // Another platform of this machine may have taken the port meanwhile.
    await this.find()
  }

  private async find(): Promise<void> {
    ;({ url: this.url } = await this.world.json<{ url: string }>(['open', ...this.flags]))
  }

  /** A JSON request on a connection of its own. */
  ask(
    where: string,
    { method = 'GET', data, cookie }: { method?: string; data?: object; cookie?: string } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        new URL(where, this.url),
        {
          method,
          lookup: loopbackLookup,
          agent: false,
          headers: {
            'content-type': 'application/json',
            ...(cookie === undefined ? {} : { cookie }),
          },
        },
        (response) => {
          const set = response.headers['set-cookie']?.[0]?.split(';')[0]
          text(response).then(
            (body) =>
              resolve({
                status: response.statusCode!,
                body: /^[{["]/.test(body) ? JSON.parse(body) : body,
                ...(set === undefined ? {} : { cookie: set }),
              }),
            reject,
          )
        },
      )
      request.on('error', reject).end(data === undefined ? undefined : JSON.stringify(data))
    })
  }

  write = (data: object): Promise<Answer> => this.ask('/', { method: 'POST', data })

  /** `shipit reload`, while requests come at a fixed rate. */
  async reload(perSecond: number): Promise<RateResult> {
    const load = startRate(this.url, perSecond)
    try {
      await until('the first answers', () => load.result.ok + load.result.failures.length > 10)
      await this.world.ok(['reload', ...this.flags])
    } finally {
      await load.stop()
    }
    return load.result
  }

  /** The end of the app's log, for the message of a test that fails. */
  async log(): Promise<string> {
    return (await this.world.ok(['logs', '-n', '300', ...this.flags])).output
      .split('\n')
      .filter((line) => !/ status=2\d\d | sample#/.test(line))
      .join('\n')
  }

  async instances(): Promise<number> {
    const dynos = await this.world.json<{ instances: unknown[] }[]>(['ps', ...this.flags])
    return dynos.reduce((sum, { instances }) => sum + instances.length, 0)
  }

  /** Names of databases and add-ons' folders, and processes of servers, that are there yet. */
  async rest(): Promise<string[]> {
    const addons = path.join(this.world.env.SHIPIT_HOME!, 'local/addons')
    const servers = (await this.world.processes()).filter(({ command }) =>
      /^\S*(postgres|redis-server|valkey-server)\b/.test(command),
    )
    return [...(await readdir(addons)), ...servers.map(({ command }) => command)]
  }
}
