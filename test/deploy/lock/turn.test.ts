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
import { outdatedPlan } from '../../../src/deploy/lock/overtaken.js'
import type { Build } from '../../support/embedded/program.js'
import { requestOf } from '../../support/deploys.js'
import { failureOf } from '../../support/failures.js'
import { NEW, OLD, OTHER, World } from '../../support/embedded/index.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

describe('two deploys of one app', () => {
  useVirtualClock()

  let world: World
  let events: DeployEvent[]
  beforeEach(async () => {
    events = []
    world = await World.start()
  })
  afterEach(() => world.stop())

  const plan = (
    turn: PlanRequest['turn'] | undefined = { wait: 0 },
    more: Partial<PlanRequest> = {},
  ) =>
    planDeploy(world.platform, requestOf(NEW, { ...(turn ? { turn: { ...turn } } : {}), ...more }))
  const refOf = (version: number) => ({ id: world.app.releases[version - 1]?.id, version })
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  /** As a push from elsewhere. */
  const buildElsewhere = async (commit: string, build: Build) => {
    world.behaviours[commit] = { ...world.behaviours[commit], build }
    await world.build(commit)
  }
  /** As a slug that is released: its build is over. */
  const releasePhaseElsewhere = async (commit: string) => {
    const behaviour = world.behaviours[commit]
    world.behaviours[commit] = {
      build: { types: ['web', 'release'] },
      at: () => ({ exits: { after: 0, status: 1 } }),
    }
    await world.deploy(commit)
    world.behaviours[commit] = behaviour ?? {}
    world.git.head = OLD
    await world.releaseSlugOf(commit)
  }
  const run = (planned: DeployPlan, signal?: AbortSignal) =>
    runDeploy(planned, {
      platform: world.platform,
      git: world.git,
      events: (event) => events.push(event),
      ...(signal ? { signal } : {}),
    })

  it('refuses the second at once, with who deploys what since when, and changes nothing', async () => {
    await buildElsewhere(OTHER, { takes: Infinity })
    const error = await failureOf(plan())
    expect(error).to.include({ code: 'refused', exitCode: 7 })
    expect(error.message).to.match(
      /^Another deploy of a1 is in progress: commit ccccccc by you@shipit\.localhost is being built, since \d\d:\d\d:\d\d \(.+ ago\)\.$/,
    )
    expect(error.next).to.include('--lock-wait')
    expect(error.details?.in_progress).to.include({
      stage: 'build',
      commit: OTHER,
      by: 'you@shipit.localhost',
    })
    expect(world.calls).to.deep.equal([])
  })

  it('waits for the first where it is told to, and says for whom, once', async () => {
    await buildElsewhere(OTHER, { takes: 20_000 })
    const waitedFor: (string | null)[] = []
    const planned = await plan({ wait: 60_000, onWait: ({ commit }) => waitedFor.push(commit) })
    expect(waitedFor).to.deep.equal([OTHER])
    // What it replaces is what the other has made.
    expect(planned.current).to.deep.include({
      release: refOf(4),
      commit: OTHER,
    })
    expect((await run(planned)).release.version).to.equal(5)
  })

  it('gives up after the time it was told to wait', async () => {
    await buildElsewhere(OTHER, { takes: Infinity })
    const error = await failureOf(plan({ wait: 10_000 }))
    expect(error.message).to.include('in progress still')
    expect(error.why).to.include('--lock-wait')
  })

  it('waits for a release phase too', async () => {
    await releasePhaseElsewhere(OTHER)
    expect((await failureOf(plan())).message).to.include(
      'v5, commit ccccccc by you@shipit.localhost is in its release phase',
    )
  })

  it('refuses while dynos of another commit start, with who and since when', async () => {
    world.behaviours[OTHER] = { listensAfter: 30_000 }
    await world.deploy(OTHER)
    const error = await failureOf(plan())
    expect(error).to.include({ code: 'refused', exitCode: 7 })
    expect(error.message).to.match(
      /v4, commit ccccccc by you@shipit\.localhost is starting, since \d\d:/,
    )
    expect(error.next).to.include('--lock-wait')
  })

  it('waits a moment, unasked, until dynos of another commit that are up have proved to stay so', async () => {
    await world.deploy(OTHER)
    const before = Date.now()
    expect((await plan()).current?.release.version).to.equal(4)
    expect(Date.now() - before).to.be.at.least(1000)
  })

  it('is held up while preboot has not switched to a release, and no longer', async () => {
    await world.enablePreboot()
    await world.deploy(OTHER)
    await pass(5000)
    expect((await failureOf(plan())).message).to.include(
      'v4, commit ccccccc by you@shipit.localhost waits for preboot to switch requests to it',
    )
    await pass(180_000)
    expect((await plan()).current?.release.version).to.equal(4)
  })

  it('is not held up by a release from before preboot was enabled', async () => {
    await world.deploy(OTHER)
    await pass(5000)
    await world.directly('PATCH', '/apps/a1/features/preboot', { enabled: true })
    expect((await plan()).current?.release.version).to.equal(4)
  })

  it('is not held up by dynos that crash, nor by a change of config vars', async () => {
    world.behaviours[OTHER] = { exits: { after: 500, status: 1 } }
    await world.deploy(OTHER)
    await pass(5000)
    expect((await plan()).follows).to.equal(null)
    world.behaviours[OTHER] = { listensAfter: 30_000 }
    await world.setConfig({ NAME: 'value' })
    expect((await plan()).follows).to.equal(null)
  })

  it('waits for those dynos too where it is told to wait', async () => {
    world.behaviours[OTHER] = { listensAfter: 20_000 }
    await world.deploy(OTHER)
    const stages: string[] = []
    expect(
      (await plan({ wait: 60_000, onWait: ({ stage }) => stages.push(stage) })).current?.release
        .version,
    ).to.equal(4)
    expect(stages).to.deep.equal(['boot'])
  })

  it('only warns in a plan that is not run', async () => {
    await buildElsewhere(OTHER, { takes: Infinity })
    const planned = await planDeploy(world.platform, requestOf(NEW))
    expect(planned.warnings.join()).to.include('Another deploy is in progress')
  })

  it('tells a push that another one overtook from a build that failed', async () => {
    const planned = await plan()
    world.onPush = async () => {
      await buildElsewhere(OTHER, { takes: 60_000 })
      throw new ShipitError('build', { message: 'The build failed. Nothing was released.' })
    }
    const error = await failureOf(run(planned))
    expect(error.code).to.equal('refused')
    expect(error.message)
      .to.include(
        'Another deploy of a1 came first: commit ccccccc by you@shipit.localhost is being built',
      )
      .and.include('v3 serves, as before')
    expect(outdatedPlan(error)).to.include({ canFollow: false })
  })

  it('says when a release was replaced while it came up', async () => {
    world.behaviours[NEW] = { listensAfter: 20_000 }
    const planned = await plan()
    const stop = setTimeout(() => void world.deploy(OTHER), 5000)
    const error = await failureOf(run(planned)).finally(() => clearTimeout(stop))
    expect(error.code).to.equal('refused')
    expect(error.message)
      .to.include('v4 was replaced while it came up: v5 (Deploy cccccccc)')
      .and.include('nothing was rolled back')
  })

  describe('of the same commit', () => {
    it('follows a build to its release and to its end, and pushes nothing', async () => {
      await buildElsewhere(NEW, { takes: 20_000 })
      const planned = await plan()
      expect(planned.follows).to.include({ stage: 'build', commit: NEW })
      expect(planned.steps).to.deep.equal(['push', 'release', 'boot', 'health'])
      const result = await run(planned)
      expect(result.release.version).to.equal(4)
      expect(world.calls).to.deep.equal([])
      expect(
        events.flatMap((event) =>
          event.type === 'line' && event.step === 'push' ? [event.text] : [],
        ),
      ).to.include.members(['-----> Building on the embedded Heroku', '       Released v4'])
    })

    it('goes back to the release before, where the one of the build does not come up', async () => {
      world.behaviours[NEW] = { listensAfter: Infinity, exits: { after: 10_000, status: 1 } }
      await buildElsewhere(NEW, { takes: 20_000 })
      const error = await failureOf(run(await plan()))
      expect(error.code).to.equal('boot')
      expect(error.message).to.include('v3 serves again, as v5')
      expect(world.currentCommit).to.equal(OLD)
    })

    it('says so when the build that is followed fails', async () => {
      await buildElsewhere(NEW, { takes: 20_000, fails: true })
      const error = await failureOf(run(await plan()))
      expect(error.code).to.equal('build')
      expect(world.calls).to.deep.equal([])
    })

    it('follows a release phase', async () => {
      world.behaviours[NEW] = {
        at: ({ type }) =>
          type === 'release'
            ? { prints: ['Migrated'], exits: { after: 10_000, status: 0 } }
            : undefined,
      }
      await releasePhaseElsewhere(NEW)
      const planned = await plan()
      expect(planned.follows).to.deep.include({
        stage: 'release',
        release: refOf(5),
      })
      expect((await run(planned)).release.version).to.equal(5)
      expect(world.calls).to.deep.equal([])
    })

    it('follows a boot, and goes back to the release before where it fails', async () => {
      world.behaviours[NEW] = { listensAfter: Infinity, exits: { after: 10_000, status: 1 } }
      await world.deploy(NEW)
      const planned = await plan()
      expect(planned.follows).to.deep.include({
        stage: 'boot',
        release: refOf(4),
      })
      expect(planned.current?.release.version).to.equal(3)
      const error = await failureOf(run(planned))
      expect(error.code).to.equal('boot')
      expect(error.message).to.include('v3 serves again, as v5')
      expect(world.currentCommit).to.equal(OLD)
    })

    it('does not follow what runs with other config vars than it is to set', async () => {
      await buildElsewhere(NEW, { takes: Infinity })
      const error = await failureOf(
        plan({ wait: 0 }, { environment: { name: 'homolog', target: { env: 'homolog' } } }),
      )
      expect(error.message).to.include('Another deploy of a1 is in progress: commit bbbbbbb')
      const { source } = requestOf(NEW)
      const files = { ...source, upload: { files: 1, isDirty: false } }
      expect((await failureOf(plan({ wait: 0 }, { source: files }))).code).to.equal('refused')
    })

    it('leaves it alone when it is stopped itself', async () => {
      await buildElsewhere(NEW, { takes: Infinity })
      const stop = new AbortController()
      const planned = await plan()
      setTimeout(() => stop.abort(new Interruption('SIGTERM')), 2000)
      const error = await failureOf(run(planned, stop.signal))
      expect(error).to.include({ code: 'interrupted', exitCode: 143 })
      expect(error.message).to.equal(
        'Stopped by SIGTERM. The build of bbbbbbb, which was followed, goes on; now v3 serves.',
      )
      expect(world.calls).to.deep.equal([])
    })
  })
})

describe('a deploy in its turn', () => {
  useVirtualClock()

  let world: World
  let shown: DeployPlan[]
  let ended: number
  beforeEach(async () => {
    world = await World.start()
    shown = []
    ended = 0
  })
  afterEach(() => world.stop())

  /** Another deploy is released between the first plan and its run. */
  const deployLate = (wait: number) =>
    deployInTurn(requestOf(NEW), {
      platform: world.platform,
      git: world.git,
      signal: new AbortController().signal,
      wait,
      onWait: () => undefined,
      onRefusal: () => undefined,
      show: async (plan) => {
        if (shown.push(plan) === 1) {
          await world.deploy(OTHER)
          await world.settled()
        }
        return {
          events: () => undefined,
          end: () => Promise.resolve(void ended++),
        }
      },
    })

  it('is planned anew where another came first by a moment and may be waited for', async () => {
    const result = await deployLate(60_000)
    expect(shown.map(({ current }) => current?.release.version)).to.deep.equal([3, 4])
    expect(result.replaced?.version).to.equal(4)
    expect(world.currentCommit).to.equal(NEW)
    expect(ended).to.equal(2)
  })

  it('is followed where what came first by a moment is of the same commit, without a wish to wait', async () => {
    world.behaviours[NEW] = { build: { takes: 20_000 } }
    world.onPush = async () => {
      await world.build(NEW)
      throw new ShipitError('push', { message: 'The push was rejected.', why: 'fetch first' })
    }
    const result = await deployInTurn(requestOf(NEW), {
      platform: world.platform,
      git: world.git,
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
    expect(world.calls).to.deep.equal(['push bbbbbbb'])
    expect(result.release.version).to.equal(4)
    expect(world.currentCommit).to.equal(NEW)
  })

  it('is refused where it may not wait', async () => {
    const error = await failureOf(deployLate(0))
    expect(error.code).to.equal('refused')
    expect(world.currentCommit).to.equal(OTHER)
    expect(ended).to.equal(1)
  })
})
