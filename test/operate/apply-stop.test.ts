import { expect } from 'chai'
import { applyStart, applyStop } from '../../src/operate/apply-stop.js'
import { planStart, planStop, STOPPED_VAR } from '../../src/operate/stopped.js'
import { getConfigVars, listDynos, listFormation } from '../../src/heroku/index.js'
import { World } from '../support/embedded/index.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const WAIT = { timeout: 60_000 }

describe('a stop that is carried out, and the start after it', () => {
  useVirtualClock()

  let world: World
  beforeEach(async () => {
    world = await World.start()
  })
  afterEach(() => world.stop())
  const names = async () => (await listDynos(world.api, 'a1')).map(({ name }) => name)
  const remembered = async () => (await getConfigVars(world.api, 'a1'))[STOPPED_VAR]
  const stop = async (told: string[], before?: string) => {
    const plan = planStop(await listFormation(world.api, 'a1'), before)
    await applyStop(world.api, 'a1', plan, {
      ...WAIT,
      before,
      onAsked: () => told.push('asked'),
      onRestart: () => told.push('restart'),
      onWait: () => told.push('wait'),
    })
    return plan
  }

  it('leaves no dyno, remembers what ran, and brings just that back', async () => {
    const told: string[] = []
    expect(await names()).to.deep.equal(['web.1'])
    await stop(told)
    expect(told).to.deep.equal(['asked', 'wait'])
    expect(await names()).to.deep.equal([])
    expect(await remembered()).to.equal('web=1:Standard-1X')

    const plan = planStart(await listFormation(world.api, 'a1'), await remembered())
    const up = await applyStart(world.api, 'a1', plan, {
      ...WAIT,
      onAsked: () => told.push('started'),
    })
    expect(told.at(-1)).to.equal('started')
    expect(up.map(({ name, state }) => `${name} ${state}`)).to.deep.equal(['web.1 up'])
    expect(await names()).to.deep.equal(['web.1'])
  })

  it('sets no config var where the same is remembered already', async () => {
    const told: string[] = []
    const before = world.version
    await stop(told, 'web=1:Standard-1X')
    expect(told).to.deep.equal(['asked', 'wait'])
    expect(await names()).to.deep.equal([])
    expect(world.version).to.equal(before)
    expect(await remembered()).to.equal(undefined)
  })

  it('says when others are restarted by it', async () => {
    const told: string[] = []
    const rows = await listFormation(world.api, 'a1')
    await applyStop(
      world.api,
      'a1',
      { ...planStop(rows, undefined), restartsOthers: true },
      { ...WAIT, before: undefined, onRestart: () => told.push('restart') },
    )
    expect(told).to.deep.equal(['restart'])
  })
})
