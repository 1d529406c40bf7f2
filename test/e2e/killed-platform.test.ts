import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/until.js'
import { plainApp, plainServer } from './support/apps.js'
import { daemonInfo, platformRequest } from './support/platform.js'
import { World } from './support/world.js'

interface Release { version: number; current: boolean; status: string; slug: { id: string } | null }

describe('an embedded Heroku whose process is killed', function () {
  this.timeout(300_000)
  let world: World
  let dir: string
  let url: string
  const flags = ['--local', '--app', 'survivor']

  before(async () => {
    world = await World.create()
    dir = await world.app('survivor', plainApp('v0'))
    url = (await world.json<{ url: string }>(['deploy', ...flags], { cwd: dir })).url
    await world.ok(['scale', 'web=2', ...flags])
  })
  after(() => world.close())

  const state = async (): Promise<{ releases: Release[]; config: object; formation: { type: string; quantity: number; size: string }[] }> => ({
    releases: await platformRequest<Release[]>(world, 'GET', '/apps/survivor/releases'),
    config: await platformRequest<object>(world, 'GET', '/apps/survivor/config-vars'),
    formation: (await platformRequest<{ type: string; quantity: number; size: string }[]>(world, 'GET', '/apps/survivor/formation')).map(({ type, quantity, size }) => ({ type, quantity, size })),
  })

  // Moments spread over a deploy; which step each one meets differs from machine to machine, and that is the point.
  for (const [round, moment] of [0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 0.97].entries()) {
    it(`has all it acknowledged when it was killed ${Math.round(moment * 100)} % into a deploy`, async () => {
      await platformRequest(world, 'PATCH', '/apps/survivor/config-vars', { ROUND: String(round) })
      const before = await state()
      await writeFile(path.join(dir, 'server.js'), plainServer(`v${round + 1}`))
      await world.commit(dir, `Round ${round}`)

      const { pid } = await daemonInfo(world)
      const deploy = world.shipit(['deploy', ...flags], { cwd: dir })
      await new Promise((resolve) => setTimeout(resolve, moment * (0.5 + Math.random()) * 8000))
      process.kill(pid, 'SIGKILL')
      await deploy

      await world.ok(['local', 'start'])
      const after = await state()
      expect(after.config).to.deep.equal(before.config)
      expect(after.formation).to.deep.equal(before.formation)
      expect(after.releases.slice(0, before.releases.length).map(({ version, slug }) => ({ version, slug })), 'no acknowledged release is lost or changed')
        .to.deep.equal(before.releases.map(({ version, slug }) => ({ version, slug })))
      expect(after.releases.filter((release) => release.status === 'pending')).to.deep.equal([])
      expect(after.releases.filter((release) => release.current)).to.have.length(1)

      const answered = await until(async () => {
        const answer = await get(url)
        return answer.status === 200 && answer.body
      }, { timeout: 60_000 })
      expect(answered).to.match(/^v\d+$/)
    })
  }

  it('takes the next deploy', async () => {
    await writeFile(path.join(dir, 'server.js'), plainServer('last'))
    await world.commit(dir, 'Last')
    await world.ok(['deploy', ...flags], { cwd: dir })
    expect((await get(url)).body).to.equal('last')
  })
})
