import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseDotenv } from '../../src/config/index.js'
import { get } from '../../src/demo/load.js'
import { platformRequest } from '../e2e/support/platform.js'
import { startRate, type RateResult } from '../e2e/support/rate.js'
import type { Outcome, World } from '../e2e/support/world.js'
import { until } from '../support/until.js'

/**
 * Requests a second during the reload: what a framework that renders each page takes while its next
 * dyno boots beside it on two cores.
 */
const RATE = 20
/**
 * Lines that no clean run has: errors of the platform, kills, and instances that end or fail
 * unasked.
 */
const TROUBLE =
  / (at=error|Error [RH]\d\d) |SIGKILL|Process exited with status (?!0|143)|event=(exit|exception|crash|gave-up)\b|status=errored/

/** An app on a world's embedded Heroku, whose whole log is read from its first line to its end. */
export class Deployment {
  private isEnded = false

  private constructor(
    private readonly world: World,
    private readonly app: string,
    readonly id: string,
    readonly url: string,
    private readonly log: { pid: number; text: string; ended: Promise<Outcome> },
  ) {}

  static async of(
    world: World,
    dir: string,
    app: string,
    vars: readonly string[] = [],
  ): Promise<Deployment> {
    if (vars.length > 0) {
      await world.ok(['apps', 'create', app, '--local'])
      const all = parseDotenv(await readFile(path.join(dir, '.env'), 'utf8'), '.env')
      const input = vars.map((name) => `${name}=${all[name]}\n`).join('')
      await world.ok(['config', 'set', '--local', '--app', app], { input })
    }
    const { url } = await world.json<{ url: string }>(['deploy', '--local', '--app', app], {
      cwd: dir,
    })
    const { id } = await platformRequest<{ id: string }>(world, 'GET', `/apps/${app}`)
    const log = { pid: 0, text: '' }
    const ended = world.shipit(['logs', '--tail', '-n', '1500', '--local', '--app', app], {
      onSpawn: (pid) => {
        log.pid = pid
      },
      onOutput: (text) => {
        log.text += text
      },
    })
    return new Deployment(world, app, id, url, Object.assign(log, { ended }))
  }

  /** The body of a page that answers 200; throws for another status. */
  async page(where: string): Promise<string> {
    const { status, body } = await get(new URL(where, this.url).href)
    if (status !== 200) throw new Error(`${where} answers ${status}: ${body.slice(0, 2000)}`)
    return body
  }

  /** How many instances a dyno runs. */
  async instances(): Promise<number> {
    const [dyno] = await this.world.json<{ instances: unknown[] }[]>(['ps', ...this.flags])
    return dyno?.instances.length ?? 0
  }

  /** `shipit reload`, while requests come at a fixed rate. */
  async reload(where: string): Promise<RateResult> {
    const load = startRate(new URL(where, this.url).href, RATE)
    try {
      await until('the first answers', () => load.result.ok + load.result.failures.length > RATE)
      await this.world.ok(['reload', ...this.flags])
    } finally {
      await load.stop()
    }
    return load.result
  }

  /**
   * Stops the dynos, and throws if a process or a folder of theirs is left. @returns lines of
   * trouble in the log since the deploy
   */
  async stop(): Promise<string[]> {
    await this.world.ok(['stop', ...this.flags])
    // Dynos are removed at a low priority.
    let left: string[] = []
    await until(
      () => `the end of:\n${left.join('\n')}\n${this.log.text.slice(-3000)}`,
      async () => (left = await this.left()).length === 0,
      60_000,
    )
    await until(
      () => `the log's last line:\n${this.log.text.slice(-3000)}`,
      () => /Process exited with status \d+\s*$/m.test(this.log.text.slice(-3000)),
      10_000,
    )
    await this.end()
    return this.log.text.split('\n').filter((line) => TROUBLE.test(line))
  }

  /**
   * Stops reading the log. Errors and the router's lines of it, with the last ones, where a failure
   * is to be explained.
   */
  async end(): Promise<string> {
    if (this.isEnded) return ''
    this.isEnded = true
    process.kill(this.log.pid, 'SIGINT')
    await this.log.ended
    const lines = this.log.text
      .trimEnd()
      .split('\n')
      .filter((line) => !/ heroku\[router\]: at=info /.test(line))
    return [
      ...lines.filter((line) => TROUBLE.test(line)).slice(0, 20),
      '...',
      ...lines.slice(-60),
    ].join('\n')
  }

  /** Processes and folders of its dynos. */
  private async left(): Promise<string[]> {
    const processes = (await this.world.processes()).filter(
      ({ pid, command }) => pid !== this.log.pid && !command.includes('daemon-process'),
    )
    // What the next dyno will take over is no dyno's.
    const folders = (await readdir(path.join(this.state, 'dynos'))).filter(
      (name) => !name.startsWith('spare-'),
    )
    return [
      ...processes.map(({ pid, command }) => `process ${pid}: ${command}`),
      ...folders.map((name) => `folder ${name}`),
    ]
  }

  /** Destroys the app. @returns files and folders of it that are left in the platform's state */
  async destroy(): Promise<string[]> {
    await this.world.ok(['destroy', ...this.flags, '--confirm', this.app])
    return (await readdir(this.state, { recursive: true })).filter(
      (name) => name.includes(this.id) || name.includes(this.app),
    )
  }

  private get state(): string {
    return path.join(this.world.env.SHIPIT_HOME!, 'local')
  }

  private get flags(): string[] {
    return ['--local', '--app', this.app]
  }
}
