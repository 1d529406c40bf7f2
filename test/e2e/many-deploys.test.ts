import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { plainApp, plainServer, throwsAtBoot } from './support/apps.js'
import { platformRequest } from './support/platform.js'
import { startRate } from './support/rate.js'
import { World } from './support/world.js'
import { inSoak } from '../support/soak.js'

interface Ref {
  id: string
  version: number
}
interface Deployed {
  release: Ref
  replaced: Ref | null
}
interface Failed {
  error: {
    exit_code: number
    details: { release: Ref | null; rolled_back_to: Ref | null; serving: Ref }
  }
}
interface Release extends Ref {
  description: string
  status: string
  current: boolean
}

const COUNT = 100
const RATE = 200

/**
 * What is wrong with a broken commit, and the exit status that says so. `sick` answers everything
 * but its health path.
 */
const BROKEN = [
  { name: 'throws at boot', server: () => throwsAtBoot, exit: 12 },
  { name: 'does not build', server: plainServer, build: 'exit 1', exit: 10 },
  { name: 'ends in silence', server: () => 'process.exit(3)\n', exit: 12 },
  {
    name: 'is sick',
    server: (word: string) =>
      plainServer(word).replace(
        "if (request.url === '/slow')",
        "if (request.url === '/healthz') return response.writeHead(500).end()\n  if (request.url === '/slow')",
      ),
    exit: 13,
  },
]

describe(`${COUNT} deploys in a row of good and broken commits, at ${RATE} requests a second`, function () {
  this.timeout(COUNT * 60_000 + 120_000)
  let world: World
  let dir: string
  const flags = ['--local', '--app', 'many']
  before(async () => {
    world = await World.create()
  })
  after(() => world.close())

  const commit = async (server: string, build: string | undefined): Promise<string> => {
    const {
      scripts: { start },
    } = JSON.parse(await manifest()) as { scripts: { start: string } }
    await writeFile(
      path.join(dir, 'package.json'),
      JSON.stringify(
        {
          ...(JSON.parse(await manifest()) as object),
          scripts: { start, ...(build ? { build } : {}) },
        },
        null,
        2,
      ),
    )
    await writeFile(path.join(dir, 'server.js'), server)
    return (await world.commit(dir, 'Change')).slice(0, 7)
  }
  const manifest = (): Promise<string> => world.git(dir, 'show', 'HEAD:package.json')

  inSoak('lose no request, and the history of releases is what was reported', async () => {
    dir = await world.app('many', plainApp('first'))
    const first = await world.json<Deployed & { url: string; commit: { short: string } }>(
      ['deploy', ...flags],
      { cwd: dir },
    )
    await platformRequest(world, 'PATCH', '/apps/many/features/preboot', { enabled: true })
    const before = await platformRequest<Release[]>(world, 'GET', '/apps/many/releases')
    const reported: string[] = []
    let serving = first.release
    let word = 'first'

    const load = startRate(first.url, RATE)
    const begun = performance.now()
    try {
      for (let round = 0; round < COUNT; round++) {
        const broken = round % 2 === 1 ? BROKEN[((round - 1) / 2) % BROKEN.length] : undefined
        const short = await commit((broken?.server ?? plainServer)(`round ${round}`), broken?.build)
        const { status, stdout, output } = await world.shipit(
          [
            'deploy',
            ...flags,
            '--json',
            '--health',
            '/healthz',
            '--wait-timeout',
            broken?.exit === 13 ? '12s' : '2m',
          ],
          { cwd: dir },
        )
        expect(status, `round ${round}, ${broken?.name ?? 'good'}:\n${output}`).to.equal(
          broken?.exit ?? 0,
        )
        if (!broken) {
          const { release, replaced } = JSON.parse(stdout) as Deployed
          expect(replaced).to.deep.equal(serving)
          reported.push(`v${release.version} Deploy ${short}`)
          serving = release
          word = `round ${round}`
        } else {
          const { details: error } = (JSON.parse(stdout) as Failed).error
          if (error.release) reported.push(`v${error.release.version} Deploy ${short}`)
          if (error.rolled_back_to)
            reported.push(`v${error.serving.version} Rollback to v${error.rolled_back_to.version}`)
          expect(error.rolled_back_to).to.deep.equal(error.release && serving)
          serving = error.serving
        }
        expect((await get(first.url)).body).to.equal(word)
      }
    } finally {
      const seconds = (performance.now() - begun) / 1000
      const { sent, ok, failures } = await load.stop()
      console.log(
        `      ${COUNT} deploys in ${Math.round(seconds)} s; ${sent} requests (${Math.round(sent / seconds)} a second), ${ok} answered 2xx, ${failures.length} not; ${reported.length} releases reported`,
      )
      expect(failures).to.deep.equal([])
    }
    const history = (await platformRequest<Release[]>(world, 'GET', '/apps/many/releases')).slice(
      before.length,
    )
    expect(
      history.map(
        ({ version, description }) =>
          `v${version} ${description.replace(/(Deploy [0-9a-f]{7})[0-9a-f]*/, '$1')}`,
      ),
    ).to.deep.equal(reported)
    expect(history.filter(({ current }) => current).map(({ version }) => version)).to.deep.equal([
      serving.version,
    ])
  })
})
