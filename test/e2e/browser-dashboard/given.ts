import { get } from '../../../src/demo/load.js'
import type { DynoDocument } from '../../../src/dashboard/wire.js'
import { instanceProcesses, type InstanceProcess } from '../support/dyno-processes.js'
import { platformRequest } from '../support/platform.js'
import { World } from '../support/world.js'
import { DashboardPage } from './dashboard-page.js'
import { shop, startVisits } from './shop-under-load.js'

export const SHOP = ['--local', '--app', 'shop']

/** Two apps under load, and the dashboard of both in Chromium. */
export class Given {
  private constructor(
    readonly world: World,
    /** Of shop and shop-staging. */
    readonly urls: readonly string[],
    readonly dashboard: DashboardPage,
    private readonly visits: ReturnType<typeof startVisits>,
  ) {}

  static async make(): Promise<Given> {
    const world = await World.create()
    let visits: ReturnType<typeof startVisits> | undefined
    try {
      const dir = await world.app('shop', shop('shop'))
      const urls: string[] = []
      for (const name of ['production', 'staging'])
        urls.push(
          (await world.json<{ url: string }>(['deploy', name, '--local'], { cwd: dir })).url,
        )
      visits = startVisits(urls)
      return new Given(world, urls, await DashboardPage.start(world, dir), visits)
    } catch (error) {
      await visits?.stop()
      await world.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.dashboard.close()
    await this.visits.stop()
    await this.world.close()
  }

  get page() {
    return this.dashboard.page
  }

  ps(app = 'shop'): Promise<DynoDocument[]> {
    return this.world.json<DynoDocument[]>(['ps', '--local', '--app', app])
  }

  /** The kernel's own, of one app: both have a web.1. */
  async processes(app = 'shop'): Promise<InstanceProcess[]> {
    const dynos = await platformRequest<{ id: string }[]>(this.world, 'GET', `/apps/${app}/dynos`)
    const homes = dynos.map(({ id }) => `/dynos/${id}/`)
    return (await instanceProcesses(this.world)).filter(({ env }) =>
      homes.some((home) => env.HOME?.includes(home)),
    )
  }

  async pids(app = 'shop'): Promise<number[]> {
    return (await this.processes(app)).map(({ pid }) => pid)
  }

  /** GET of shop; what it prints or throws. */
  ask(path: string, text = ''): Promise<{ status: number; body: string }> {
    return get(`${new URL(path, this.urls[0]).href}?text=${encodeURIComponent(text)}`)
  }
}

export const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? NaN), 0)
