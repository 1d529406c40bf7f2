import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import type { AppRecord } from '../../src/embedded/store/records.js'
import { until } from '../../src/lib/until.js'
import { inSoak } from '../support/soak.js'
import { plainApp, plainServer } from './support/apps.js'
import { daemonInfo, platformRequest } from './support/platform.js'
import { World } from './support/world.js'

interface Release {
  version: number
  current: boolean
  status: string
  slug: { id: string } | null
}
interface State {
  releases: Release[]
  config: Record<string, string>
  formation: { type: string; quantity: number; size: string }[]
}

/** When to kill: the first look at which this is true, and up to so many ms after it. */
interface Moment {
  name: string
  isReached: (now: AppRecord, before: AppRecord) => boolean | Promise<boolean>
  within?: number
}

/** The CLI may have been through by then. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

describe('an embedded Heroku whose process is killed', function () {
  this.timeout(180_000)
  let world: World
  let dir: string
  let url: string
  const flags = ['--local', '--app', 'survivor']
  /** What the app answers, by the commit it was built from. */
  const words = new Map<string, string>()

  const local = (...names: string[]): string => path.join(world.folder, 'state/local', ...names)
  const record = async (): Promise<AppRecord> => {
    const [name] = (await readdir(local('apps'))).filter((one) => one.endsWith('.json'))
    return JSON.parse(await readFile(local('apps', name!), 'utf8')) as AppRecord
  }
  const commit = async (word: string): Promise<void> => {
    await writeFile(path.join(dir, 'server.js'), plainServer(word))
    words.set(await world.commit(dir, word), word)
  }

  before(async () => {
    world = await World.create()
    dir = await world.app('survivor', plainApp('first'))
    words.set((await world.git(dir, 'rev-parse', 'HEAD')).trim(), 'first')
    url = (await world.json<{ url: string }>(['deploy', ...flags], { cwd: dir })).url
    await world.ok(['scale', 'web=1:standard-2x', ...flags])
  })
  after(() => world.close())

  const state = async (): Promise<State> => {
    const [releases, config, formation] = await Promise.all([
      platformRequest<Release[]>(world, 'GET', '/apps/survivor/releases'),
      platformRequest<Record<string, string>>(world, 'GET', '/apps/survivor/config-vars'),
      platformRequest<State['formation']>(world, 'GET', '/apps/survivor/formation'),
    ])
    return {
      releases,
      config,
      formation: formation.map(({ type, quantity, size }) => ({ type, quantity, size })),
    }
  }
  const kill = async (): Promise<void> => {
    process.kill((await daemonInfo(world)).pid, 'SIGKILL')
  }

  const checkKept = (before: State, after: State): void => {
    expect(after.formation).to.deep.equal(before.formation)
    const acknowledged = ({ version, slug, status }: Release): object => ({ version, slug, status })
    expect(
      after.releases.slice(0, before.releases.length).map(acknowledged),
      'no acknowledged release is lost or changed',
    ).to.deep.equal(before.releases.map(acknowledged))
    expect(after.releases.filter(({ status }) => status === 'pending')).to.deep.equal([])
    expect(after.releases.filter(({ current }) => current)).to.have.length(1)
  }

  const liveCommit = async (): Promise<string> => {
    const { releases, slugs, current_release_id: current } = await record()
    return (
      slugs.find(({ id }) => id === releases.find((one) => one.id === current)?.slug_id)?.commit ??
      ''
    )
  }

  /** The app answers what its current release was built from. */
  const checkServes = async (): Promise<void> => {
    const word = words.get(await liveCommit())
    expect(word).to.be.a('string')
    // Another platform of this machine may have taken the port meanwhile.
    url = (await platformRequest<{ web_url: string }>(world, 'GET', '/apps/survivor')).web_url
    let seen: unknown
    const isServed = await until(
      async () => {
        seen = await get(url).catch((error: Error) => error.message)
        return (seen as { body?: string }).body === word
      },
      { timeout: 60_000, every: 50 },
    )
    expect(isServed, `${url} answers ${word} and not ${JSON.stringify(seen)}`).to.equal(true)
  }

  const isRefMoved = async (before: string): Promise<boolean> => (await refs()) !== before
  const refs = async (): Promise<string> => {
    const [repository] = await readdir(local('repos'))
    return readFile(local('repos', repository!, 'refs/heads/main'), 'utf8').catch(() => '')
  }
  const hasBuild = (now: AppRecord, before: AppRecord): boolean =>
    now.builds.length > before.builds.length
  const hasRelease = (now: AppRecord, before: AppRecord): boolean =>
    now.releases.length > before.releases.length

  const moments = (ref: string, disks: string[] = []): Moment[] => [
    { name: 'before it has done anything', isReached: () => true, within: 300 },
    {
      name: 'as its source comes in',
      isReached: async () => (await readdir(local('builds/incoming'))).length > 0,
    },
    { name: 'as its build is registered', isReached: hasBuild },
    { name: 'somewhere in its build', isReached: hasBuild, within: 1500 },
    {
      name: 'as its slug is stored',
      isReached: (now, before) =>
        now.slugs.some(({ id }) => !before.slugs.some((one) => one.id === id)),
    },
    { name: 'as its release is stored', isReached: hasRelease },
    {
      name: 'as its dynos get their disks',
      isReached: async (now, before) =>
        hasRelease(now, before) &&
        (await readdir(local('dynos'))).some((id) => !disks.includes(id)),
    },
    { name: "as git's branch moves", isReached: () => isRefMoved(ref) },
    { name: 'somewhere after its release', isReached: hasRelease, within: 2000 },
  ]

  // Random moments of every deploy are in security/kills.test.ts.
  for (const [round, { name }] of moments('').entries()) {
    inSoak(
      `has all that it acknowledged, and serves, when it was killed in a deploy: ${name}`,
      async () => {
        // Only the build that is to be met in its midst has to install its packages anew.
        await platformRequest(world, 'PATCH', '/apps/survivor/config-vars', {
          [name === 'somewhere in its build' ? 'ROUND' : 'SHIPIT_ROUND']: String(round),
        })
        const [before, recordBefore, ref, disks] = await Promise.all([
          state(),
          record(),
          refs(),
          readdir(local('dynos')),
        ])
        await commit(`round ${round}`)

        let deploy = 0
        const deployed = world.shipit(['deploy', ...flags], {
          cwd: dir,
          onSpawn: (pid) => {
            deploy = pid
          },
        })
        const { isReached, within = 0 } = moments(ref, disks)[round]!
        const reached = await until(async () => isReached(await record(), recordBefore), {
          timeout: 60_000,
          every: 1,
        })
        await delay(Math.random() * within)
        await kill()
        // Most times the CLI ends with it, as with the whole machine.
        const isLeft = round % 4 === 1
        if (!isLeft) killIfThere(deploy)
        const outcome = await deployed
        expect(reached, outcome.output).to.equal(true)
        // Its supervisor starts the platform again, which the CLI that is left may see to a good
        // end.
        if (isLeft) expect(outcome.status, outcome.output).to.be.oneOf([0, 8, 9, 14])
        if (outcome.status === 0) expect(words.get(await liveCommit())).to.equal(`round ${round}`)

        // Any command starts it again.
        await world.ok(['ps', ...flags])
        const after = await state()
        checkKept(before, after)
        expect(after.config).to.deep.equal(before.config)
        await checkServes()
      },
    )
  }

  it('takes the commit again whose release was made before the branch moved, and the next one', async () => {
    await commit('unmoved')
    const [before, ref] = await Promise.all([record(), refs()])
    let deploy = 0
    const deployed = world.shipit(['deploy', ...flags], {
      cwd: dir,
      onSpawn: (pid) => {
        deploy = pid
      },
    })
    await until(async () => hasRelease(await record(), before), { timeout: 60_000, every: 1 })
    await kill()
    process.kill(deploy, 'SIGKILL')
    await deployed
    await world.ok(['local', 'start'])
    const { release } = await world.json<{ release: { version: number } }>(['deploy', ...flags], {
      cwd: dir,
    })
    expect(release.version).to.be.at.least(before.releases.at(-1)!.version + 1)
    await checkServes()
    await commit('next')
    await world.ok(['deploy', ...flags], { cwd: dir })
    expect(await isRefMoved(ref)).to.equal(true)
    expect((await get(url)).body).to.equal('next')
  })

  it('has the config vars that it acknowledged last when it was killed among changes of them', async () => {
    let acknowledged = 0
    const changes = (async () => {
      for (let count = 1; ; count++) {
        await platformRequest(world, 'PATCH', '/apps/survivor/config-vars', {
          COUNT: String(count),
        })
        acknowledged = count
      }
    })().catch((error: Error) => error)
    await until(() => acknowledged > 3, { timeout: 30_000, every: 1 })
    await delay(Math.random() * 200)
    await kill()
    await changes
    await world.ok(['local', 'start'])
    const { config, releases } = await state()
    // The one that was on its way may have been stored too; its answer was not seen.
    expect(Number(config.COUNT)).to.be.oneOf([acknowledged, acknowledged + 1])
    expect(releases.map(({ version }) => version)).to.deep.equal(
      releases.map((_, index) => index + releases[0]!.version),
    )
    await checkServes()
  })
})
