/** What a deploy takes for a release that serves, and what it does not. */
import { expect } from 'chai'
import {
  planDeploy,
  runDeploy,
  type DeployEvent,
  type PlanRequest,
} from '../../src/deploy/index.js'
import { ShipitError } from '../../src/errors.js'
import { requestOf } from '../support/deploys.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'
import { FakePlatform, NEW, OLD } from './fake-platform.js'

const exit = (instance = 0) => `shipit source=web.1 app=api instance=${instance} event=exit code=1`

describe('what a deploy takes for evidence', () => {
  useVirtualClock()

  let platform: FakePlatform
  let events: DeployEvent[]
  let begun: number
  const timers: NodeJS.Timeout[] = []
  beforeEach(async () => {
    events = []
    platform = await FakePlatform.start()
  })
  afterEach(() => {
    for (const timer of timers.splice(0)) clearTimeout(timer)
    return platform.stop()
  })

  const deploy = async (more: Partial<PlanRequest> = {}) => {
    const plan = await planDeploy(platform, requestOf(NEW, more))
    begun = Date.now()
    return runDeploy(plan, { platform, git: platform.git, events: (event) => events.push(event) })
  }
  /** Once the release of this deploy is there. */
  const afterRelease = (ms: number, work: () => void) => {
    const { onPush } = platform
    platform.onPush = () => {
      onPush()
      timers.push(setTimeout(work, ms))
    }
  }
  /** The dynos crash so long after their release, and only the list of them tells. */
  const crashAfter = (ms: number) =>
    afterRelease(ms, () => {
      platform.behaviours[NEW] = { ...platform.behaviours[NEW], states: ['crashed'] }
    })
  const seconds = () => (Date.now() - begun) / 1000

  it('goes back from a worker that comes up and dies', async () => {
    platform.sizes = { worker: 1 }
    platform.behaviours[NEW] = { states: ['up', 'up', 'crashed'] }
    const error = await failureOf(deploy())
    expect(error.code).to.equal('boot')
    expect(error.message).to.include('worker.1 of v2 crashed').and.include('v1 serves again')
  })

  it('takes a formation that is listed late for no app of no dynos', async () => {
    await platform.stop()
    platform = await FakePlatform.start([])
    const [formation, dynos] = [platform.formation.bind(platform), platform.dynos.bind(platform)]
    let looks = 0
    platform.formation = async () => (++looks > 3 ? formation() : [])
    platform.dynos = async () => (looks > 2 ? dynos() : [])
    expect((await deploy()).dynos).to.deep.equal(['web.1'])
    expect(platform.requests).to.not.deep.equal([])
  })

  it('takes a first release whose formation stays empty for one of no dynos', async () => {
    await platform.stop()
    platform = await FakePlatform.start([])
    platform.sizes = {}
    expect((await deploy()).dynos).to.deep.equal([])
    expect(events).to.deep.include({
      type: 'skipped',
      step: 'health',
      reason: 'no web dyno answers HTTP',
    })
  })

  it('watches on from an exit in the middle of the window, until the next one would have come', async () => {
    afterRelease(4500, () => platform.log(exit()))
    afterRelease(9300, () => platform.log(exit()))
    const error = await failureOf(deploy())
    expect(error.message).to.include('web.1 of v2 has to start api again and again (code 1)')
  })

  it('ends the watch over one exit when it has lived twice as long', async () => {
    afterRelease(3000, () => platform.log(exit()))
    await deploy()
    expect(seconds()).to.be.within(9, 16)
  })

  it('catches an app that lives for 40 s, if another dyno boots for as long', async () => {
    platform.sizes = { web: 2 }
    platform.behaviours[NEW] = { states: ['starting'] }
    afterRelease(45_000, () => {
      platform.behaviours[NEW] = {}
    })
    afterRelease(40_000, () => platform.log(exit()))
    afterRelease(81_000, () => platform.log(exit()))
    const error = await failureOf(deploy())
    expect(error.message).to.include('has to start api again and again')
  })

  it('watches for the longest time where the log cannot be read', async () => {
    platform.failing.logs = new ShipitError('network', { message: 'no log' })
    crashAfter(4000)
    const error = await failureOf(deploy())
    expect(error.code).to.equal('boot')
    expect(seconds()).to.be.within(4, 60)
  })

  it('asks for no health of the release that comes back in maintenance mode', async () => {
    platform.isMaintenance = true
    platform.behaviours[NEW] = { states: ['crashed'] }
    platform.behaviours[OLD] = { status: 503 }
    const error = await failureOf(deploy())
    expect(error.code).to.equal('boot')
    expect(error.message).to.include('v1 serves again, as v3')
    expect(platform.requests).to.deep.equal([])
  })

  it('goes back from what does not answer to what does not either, and says so', async () => {
    platform.behaviours[NEW] = { states: ['crashed'] }
    platform.behaviours[OLD] = { status: 503 }
    expect((await failureOf(deploy())).code).to.equal('rollback')
  })

  it('is not replaced by a release of the same slug that comes while it boots', async () => {
    platform.behaviours[NEW] = { states: ['starting', 'starting', 'up'] }
    afterRelease(300, () => void platform.updateConfigVars('a1', { COLOUR: 'blue' }))
    const { release } = await deploy()
    expect(release.version).to.equal(2)
    expect(platform.current?.version).to.equal(3)
  })
})
