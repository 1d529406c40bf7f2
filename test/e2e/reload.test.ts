import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { plainApp } from './support/apps.js'
import { startRate, type RateResult } from './support/rate.js'
import { World, type Outcome } from './support/world.js'
import { inSoak, isSoak } from '../support/soak.js'

/** The soak reloads 1, 2 and 10 dynos at 500 requests a second. */
const COUNTS = isSoak ? [1, 2, 10] : [1]
const RATE = isSoak ? 500 : 60

const figures = ({ sent, fresh, rate, failures, slowest }: RateResult) =>
  `${failures.length} lost of ${sent} (${fresh} on new connections, ${rate} a second), the slowest took ${slowest} ms`

interface Dyno {
  name: string
  id: string
  state: string
  instances: { pid: number }[]
}

describe(`a reload under ${RATE} requests a second`, function () {
  this.timeout(600_000)
  let world: World
  let url: string
  let broken: string
  const flags = ['--local', '--app', 'reloads']

  before(async () => {
    world = await World.create()
    broken = path.join(world.folder, 'broken')
    const { 'server.js': server, ...files } = plainApp('one')
    const dir = await world.app('reloads', {
      ...files,
      'server.js': `if (require('node:fs').existsSync(process.env.BROKEN)) throw new Error('the schema is not migrated')\n${String(server)}`,
    })
    await world.ok(['deploy', ...flags], { cwd: dir })
    await world.ok(['config', 'set', `BROKEN=${broken}`, 'SHIPIT_INSTANCES=sample=1', ...flags])
    url = (await world.json<{ url: string }>(['open', ...flags])).url
  })
  after(() => world.close())

  const dynos = async (): Promise<Dyno[]> =>
    (await world.json<Dyno[]>(['ps', ...flags])).sort((a, b) => (a.name < b.name ? -1 : 1))
  const idsOf = (list: Dyno[]): string[] => list.map(({ id }) => id)
  const under = async (change: () => Promise<unknown>) => {
    const load = startRate(url, RATE)
    try {
      await change()
    } finally {
      await load.stop()
    }
    return load.result
  }

  for (const count of COUNTS) {
    inSoak(
      `replaces ${count === 1 ? 'a lone dyno' : `${count} dynos`}, and loses none`,
      async function () {
        await world.ok(['scale', `web=${count}`, ...flags])
        const before = await dynos()
        const load = await under(() => world.ok(['reload', 'web', ...flags]))
        const { sent, ok, failures } = load
        const after = await dynos()
        expect(after.map(({ name, state }) => `${name} ${state}`)).to.deep.equal(
          before.map(({ name }) => `${name} up`),
        )
        expect(
          idsOf(after).filter((id) => idsOf(before).includes(id)),
          'dynos that are still the old ones',
        ).to.deep.equal([])
        this.test!.title += `: ${figures(load)}`
        expect(sent).to.be.greaterThan(50)
        expect(failures, `${failures.length} of ${sent}`).to.deep.equal([])
        expect(ok).to.equal(sent)
      },
    )
  }

  inSoak('restart beside it replaces them at once, and may lose some', async function () {
    await world.ok(['scale', `web=${COUNTS.at(-1)!}`, ...flags])
    const before = await dynos()
    const load = await under(() => world.ok(['restart', 'web', ...flags]))
    this.test!.title += `: ${figures(load)}`
    expect(load.ok).to.be.greaterThan(0)
    expect(idsOf(await dynos()).filter((id) => idsOf(before).includes(id))).to.deep.equal([])
  })

  it('stops at the first dyno that does not boot, and leaves the others serving', async function () {
    await world.ok(['scale', 'web=3', ...flags])
    const others = (await dynos()).slice(1)
    await writeFile(broken, '')
    let outcome: Outcome | undefined
    const load = await under(async () => {
      outcome = await world.shipit(['reload', 'web', ...flags])
    })
    this.test!.title += `: ${figures(load)}`
    expect(outcome!.status, outcome!.output).to.equal(12)
    expect(outcome!.output)
      .to.contain('web.1')
      .and.contain('the schema is not migrated')
      .and.contain('the dynos after it were not touched and go on serving')
    expect(outcome!.output).to.not.contain('Reloading web.2')
    const now = await dynos()
    const living = (await world.processes()).map(({ pid }) => pid)
    for (const { name, id, instances } of others) {
      expect(now.find((dyno) => dyno.name === name)).to.include({ id, state: 'up' })
      expect(living).to.include.members(instances.map(({ pid }) => pid))
    }
    expect(load.failures).to.deep.equal([])
  })
})
