import { expect } from 'chai'
import { ShipitError } from '../../../src/errors.js'
import {
  deployInTurn,
  planDeploy,
  runDeploy,
  Interruption,
  type DeployEvent,
  type DeployPlan,
  type PlanRequest,
} from '../../../src/deploy/index.js'
import { outdatedPlan } from '../../../src/deploy/turn/overtaken.js'
import { requestOf } from '../../support/deploys.js'
import { failureOf } from '../../support/failures.js'
import { FakePlatform, NEW, OLD } from '../fake-platform.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

const OTHER = 'c'.repeat(40)

describe('two deploys of one app', () => {
  useVirtualClock()

  let platform: FakePlatform
  let events: DeployEvent[]
  beforeEach(async () => {
    events = []
    platform = await FakePlatform.start()
  })
  afterEach(() => platform.stop())

  const plan = (
    turn: PlanRequest['turn'] | undefined = { wait: 0 },
    more: Partial<PlanRequest> = {},
  ) =>
    planDeploy(
      platform,
      requestOf(NEW, { ...(turn ? { turn: { every: 5, ...turn } } : {}), ...more }),
    )
  const run = (planned: DeployPlan, signal?: AbortSignal) =>
    runDeploy(planned, {
      platform,
      git: platform.git,
      events: (event) => events.push(event),
      ...(signal ? { signal } : {}),
    })

  it('refuses the second at once, with who deploys what since when, and changes nothing', async () => {
    platform.buildElsewhere(OTHER, Infinity, true)
    const error = await failureOf(plan())
    expect(error).to.include({ code: 'refused', exitCode: 7 })
    expect(error.message).to.match(
      /^Another deploy of a1 is in progress: commit ccccccc by ada@example\.com is being built, since \d\d:\d\d:\d\d \(.+ ago\)\.$/,
    )
    expect(error.next).to.include('--lock-wait')
    expect(error.details?.in_progress).to.include({
      stage: 'build',
      commit: OTHER,
      by: 'ada@example.com',
    })
    expect(platform.calls).to.deep.equal([])
  })

  it('waits for the first where it is told to, and says for whom, once', async () => {
    platform.buildElsewhere(OTHER, 4, true)
    const waitedFor: (string | null)[] = []
    const planned = await plan({ wait: 2000, onWait: ({ commit }) => waitedFor.push(commit) })
    expect(waitedFor).to.deep.equal([OTHER])
    // What it replaces is what the other has made.
    expect(planned.current).to.deep.include({
      release: { id: 'release-2', version: 2 },
      commit: OTHER,
    })
    expect((await run(planned)).release.version).to.equal(3)
  })

  it('gives up after the time it was told to wait', async () => {
    platform.buildElsewhere(OTHER, Infinity, true)
    const error = await failureOf(plan({ wait: 30 }))
    expect(error.message).to.include('in progress still')
    expect(error.why).to.include('--lock-wait')
  })

  it('waits for a release phase too', async () => {
    platform.behaviours[OTHER] = { releasePhase: { status: 'never', output: [] } }
    platform.deploy(OTHER)
    expect((await failureOf(plan())).message).to.include(
      'v2, commit ccccccc by ada@example.com is in its release phase',
    )
  })

  it('refuses while dynos of another commit start, with who and since when', async () => {
    platform.behaviours[OTHER] = { states: ['starting'] }
    platform.deploy(OTHER)
    const error = await failureOf(plan())
    expect(error).to.include({ code: 'refused', exitCode: 7 })
    expect(error.message).to.match(
      /v2, commit ccccccc by ada@example\.com is starting, since \d\d:/,
    )
    expect(error.next).to.include('--lock-wait')
  })

  it('waits a moment, unasked, until dynos of another commit that are up have proved to stay so', async () => {
    platform.deploy(OTHER)
    const before = Date.now()
    expect((await plan()).current?.release.version).to.equal(2)
    expect(Date.now() - before).to.be.at.least(1000)
  })

  it('is held up while preboot has not switched to a release, and no longer', async () => {
    Object.assign(platform, { hasPreboot: true, prebootSwitch: 60_000 })
    platform.deploy(OTHER)
    expect((await failureOf(plan())).message).to.include(
      'v2, commit ccccccc by ada@example.com waits for preboot to switch requests to it',
    )
    platform.log('Stopping all processes with SIGTERM', 'heroku')
    expect((await plan()).current?.release.version).to.equal(2)
  })

  it('is not held up by a release from before preboot was enabled', async () => {
    platform.deploy(OTHER)
    Object.assign(platform, {
      hasPreboot: true,
      prebootSwitch: 60_000,
      prebootSince: new Date(Date.now() + 1000).toISOString(),
    })
    expect((await plan()).current?.release.version).to.equal(2)
  })

  it('is not held up by dynos that crash, nor by a change of config vars', async () => {
    platform.behaviours[OTHER] = { states: ['crashed'] }
    platform.deploy(OTHER)
    expect((await plan()).follows).to.equal(null)
    platform.behaviours[OTHER] = { states: ['starting'] }
    await platform.updateConfigVars('a1', { NAME: 'value' })
    expect((await plan()).follows).to.equal(null)
  })

  it('waits for those dynos too where it is told to wait', async () => {
    platform.behaviours[OTHER] = { states: ['starting', 'starting', 'up'] }
    platform.deploy(OTHER)
    const stages: string[] = []
    expect(
      (await plan({ wait: 2000, onWait: ({ stage }) => stages.push(stage) })).current?.release
        .version,
    ).to.equal(2)
    expect(stages).to.deep.equal(['boot'])
  })

  it('only warns in a plan that is not run', async () => {
    platform.buildElsewhere(OTHER, Infinity, true)
    const planned = await planDeploy(platform, requestOf(NEW))
    expect(planned.warnings.join()).to.include('Another deploy is in progress')
  })

  it('tells a push that another one overtook from a build that failed', async () => {
    platform.behaviours[NEW] = { build: 'fails' }
    const planned = await plan()
    platform.onPush = () => platform.buildElsewhere(OTHER, 8, true)
    const error = await failureOf(run(planned))
    expect(error.code).to.equal('refused')
    expect(error.message)
      .to.include(
        'Another deploy of a1 came first: commit ccccccc by ada@example.com is being built',
      )
      .and.include('v1 serves, as before')
    expect(outdatedPlan(error)).to.include({ canFollow: false })
  })

  it('says when a release was replaced while it came up', async () => {
    platform.behaviours[NEW] = { states: ['starting', 'starting', 'starting', 'up'] }
    const planned = await plan()
    const stop = setTimeout(() => platform.deploy(OTHER), 20)
    const error = await failureOf(run(planned)).finally(() => clearTimeout(stop))
    expect(error.code).to.equal('refused')
    expect(error.message)
      .to.include('v2 was replaced while it came up: v3 (Deploy ccccccc)')
      .and.include('nothing was rolled back')
  })

  describe('of the same commit', () => {
    it('follows a build to its release and to its end, and pushes nothing', async () => {
      platform.buildElsewhere(NEW, 4, true)
      const planned = await plan()
      expect(planned.follows).to.include({ stage: 'build', commit: NEW })
      expect(planned.steps).to.deep.equal(['push', 'release', 'boot', 'health'])
      const result = await run(planned)
      expect(result.release.version).to.equal(2)
      expect(platform.calls).to.deep.equal([])
      expect(
        events.flatMap((event) =>
          event.type === 'line' && event.step === 'push' ? [event.text] : [],
        ),
      ).to.deep.equal(['-----> Building on the Heroku-24 stack', '-----> Laun'])
    })

    it('says so when the build that is followed fails', async () => {
      platform.buildElsewhere(NEW, 4, false)
      const error = await failureOf(run(await plan()))
      expect(error.code).to.equal('build')
      expect(platform.calls).to.deep.equal([])
    })

    it('follows a release phase', async () => {
      platform.behaviours[NEW] = { releasePhase: { status: 'succeeded', output: ['Migrated'] } }
      platform.deploy(NEW)
      const planned = await plan()
      expect(planned.follows).to.deep.include({
        stage: 'release',
        release: { id: 'release-2', version: 2 },
      })
      expect((await run(planned)).release.version).to.equal(2)
      expect(platform.calls).to.deep.equal([])
    })

    it('follows a boot, and goes back to the release before where it fails', async () => {
      platform.behaviours[NEW] = { states: ['starting', 'starting', 'crashed'] }
      platform.deploy(NEW)
      const planned = await plan()
      expect(planned.follows).to.deep.include({
        stage: 'boot',
        release: { id: 'release-2', version: 2 },
      })
      expect(planned.current?.release.version).to.equal(1)
      const error = await failureOf(run(planned))
      expect(error.code).to.equal('boot')
      expect(error.message).to.include('v1 serves again, as v3')
      expect(platform.currentCommit).to.equal(OLD)
    })

    it('does not follow what runs with other config vars than it is to set', async () => {
      platform.buildElsewhere(NEW, Infinity, true)
      const error = await failureOf(
        plan({ wait: 0 }, { environment: { name: 'homolog', target: { env: 'homolog' } } }),
      )
      expect(error.message).to.include('Another deploy of a1 is in progress: commit bbbbbbb')
    })

    it('leaves it alone when it is stopped itself', async () => {
      platform.buildElsewhere(NEW, Infinity, true)
      const stop = new AbortController()
      const planned = await plan()
      setTimeout(() => stop.abort(new Interruption('SIGTERM')), 20)
      const error = await failureOf(run(planned, stop.signal))
      expect(error).to.include({ code: 'interrupted', exitCode: 143 })
      expect(error.message).to.equal(
        'Stopped by SIGTERM. The build of bbbbbbb, which was followed, goes on; now v1 serves.',
      )
      expect(platform.calls).to.deep.equal([])
    })
  })
})

describe('a deploy in its turn', () => {
  useVirtualClock()

  let platform: FakePlatform
  let shown: DeployPlan[]
  let ended: number
  beforeEach(async () => {
    platform = await FakePlatform.start()
    shown = []
    ended = 0
  })
  afterEach(() => platform.stop())

  /** Another deploy is released between the first plan and its run. */
  const deployLate = (wait: number) =>
    deployInTurn(requestOf(NEW), {
      platform,
      git: platform.git,
      signal: new AbortController().signal,
      wait,
      onWait: () => undefined,
      onRefusal: () => undefined,
      show: (plan) => {
        if (shown.push(plan) === 1) platform.deploy(OTHER)
        return Promise.resolve({
          events: () => undefined,
          end: () => Promise.resolve(void ended++),
        })
      },
    })

  it('is planned anew where another came first by a moment and may be waited for', async () => {
    const result = await deployLate(5000)
    expect(shown.map(({ current }) => current?.release.version)).to.deep.equal([1, 2])
    expect(result.replaced?.version).to.equal(2)
    expect(platform.currentCommit).to.equal(NEW)
    expect(ended).to.equal(2)
  })

  it('is followed where what came first by a moment is of the same commit, without a wish to wait', async () => {
    const { push } = platform.git
    platform.git.push = () => {
      platform.git.push = push
      platform.buildElsewhere(NEW, 4, true)
      platform.calls.push('push rejected')
      return Promise.reject(
        new ShipitError('push', { message: 'The push was rejected.', why: 'fetch first' }),
      )
    }
    const result = await deployInTurn(requestOf(NEW), {
      platform,
      git: platform.git,
      signal: new AbortController().signal,
      wait: 0,
      onWait: () => undefined,
      onRefusal: () => undefined,
      show: (plan) => {
        shown.push(plan)
        return Promise.resolve({ events: () => undefined, end: () => Promise.resolve() })
      },
    })
    expect(shown.map(({ follows }) => follows?.stage)).to.deep.equal([undefined, 'build'])
    expect(platform.calls).to.deep.equal(['push rejected'])
    expect(result.release.version).to.equal(2)
    expect(platform.currentCommit).to.equal(NEW)
  })

  it('is refused where it may not wait', async () => {
    const error = await failureOf(deployLate(0))
    expect(error.code).to.equal('refused')
    expect(platform.currentCommit).to.equal(OTHER)
    expect(ended).to.equal(1)
  })
})
