import { expect } from 'chai'
import { deployInTurn, Interruption } from '../../../src/deploy/index.js'
import type { InProgress } from '../../../src/deploy/lock/in-progress.js'
import { releaseToReplace, takeTurn, type Turn } from '../../../src/deploy/lock/turn.js'
import type { Platform } from '../../../src/deploy/platform.js'
import { TIMING } from '../../../src/deploy/timing.js'
import { ShipitError } from '../../../src/errors.js'
import type { Build } from '../../../src/heroku/index.js'
import { requestOf } from '../../support/deploys.js'
import { failureOf } from '../../support/failures.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { buildOf, dynoOf, entryOf, isoTime, releaseOf, scripted } from '../scripted.js'

describe('whose turn it is', () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  /** v4 of slug-4 is current, after v3, and has been up for long; no build is pending. */
  const quiet = (more: Partial<Platform> = {}) =>
    scripted({
      prebootSwitch: 180_000,
      builds: () => Promise.resolve([]),
      build: (_app, id) => Promise.resolve(buildOf(id, 'pending', 'x')),
      releases: () => Promise.resolve([releaseOf(4, { current: true }), releaseOf(3)]),
      release: (_app, id) => Promise.resolve({ ...releaseOf(4, { status: 'pending' }), id }),
      slug: (_app, id) => Promise.resolve({ id, commit: `of ${id}` } as never),
      dynos: () => Promise.resolve([dynoOf('web.1', 4)]),
      formation: () => Promise.resolve([entryOf('web', 1)]),
      feature: () => Promise.resolve(undefined),
      async *logs() {
        await pass(10_000_000)
        yield* []
      },
      ...more,
    }).platform
  const turn = (
    answers: Partial<Platform>,
    given: Turn | 'none' = { wait: 0 },
    { commit = 'mine', mayFollow = true } = {},
  ) =>
    takeTurn(
      quiet(answers),
      { app: 'a1', commit: { id: commit }, mayFollow },
      given === 'none' ? undefined : given,
    )
  const pending = (...ids: string[]): Partial<Platform> => ({
    builds: () => Promise.resolve(ids.map((id) => buildOf(id, 'pending', `commit of ${id}`))),
  })
  /** v4, released so many ms ago. */
  const young = (more: Partial<ReturnType<typeof releaseOf>> = {}, age = 3000) => ({
    releases: () =>
      Promise.resolve([
        releaseOf(4, { current: true, created_at: isoTime(Date.now() - age), ...more }),
        releaseOf(3),
      ]),
  })
  const starting = { dynos: () => Promise.resolve([dynoOf('web.1', 4, { state: 'starting' })]) }
  const justUp = () => {
    const now = Date.now()
    return {
      dynos: () => Promise.resolve([dynoOf('web.1', 4, { created: now - 3000, up: now - 1000 })]),
    }
  }

  it('is this one’s where nothing is in progress', async () => {
    expect(await turn({})).to.deep.equal({ hasWaited: false })
    expect(await turn({}, 'none')).to.deep.equal({ hasWaited: false })
  })

  it('is that of a deploy of the same commit, to be followed if it may be', async () => {
    const same = pending('b1')
    const { follows } = await turn(same, { wait: 0 }, { commit: 'commit of b1' })
    expect(follows).to.deep.include({ stage: 'build', build: 'b1' })
    const other = { commit: 'commit of b1', mayFollow: false }
    expect((await failureOf(turn(same, { wait: 0 }, other))).code).to.equal('refused')
  })

  it('is only told of by a plan without a turn', async () => {
    expect((await turn(pending('b1'), 'none')).inTheWay).to.include({ build: 'b1' })
    const begun = Date.now()
    expect(await turn({ ...young(), ...justUp() }, 'none')).to.deep.equal({ hasWaited: false })
    expect(Date.now()).to.equal(begun)
  })

  it('comes when dynos that are up have proved to stay so, without a wish to wait', async () => {
    const begun = Date.now()
    expect(await turn({ ...young(), ...justUp() })).to.deep.equal({ hasWaited: false })
    expect(Date.now() - begun).to.be.within(500, 5000)
  })

  it('is not hindered by the boot of a change of config vars, but by its release phase, or where it is to wait', async () => {
    const config = { slug: { id: 'slug-3' } } as never
    expect(await turn({ ...young(config), ...starting })).to.deep.equal({ hasWaited: false })
    const phase = young({ ...(config as object), status: 'pending', current: false })
    expect((await failureOf(turn(phase))).message).to.include('is in its release phase')
    const waited = await failureOf(turn({ ...young(config), ...starting }, { wait: 10_000 }))
    expect(waited.message).to.include('is in progress still: v4')
  })

  it('is refused with who is in the way, and where to look', async () => {
    const now = await failureOf(turn(pending('b1')))
    expect(now.message).to.match(/^Another deploy of a1 is in progress: commit commit /)
    expect([now.why, now.next]).to.deep.equal([
      "Two deploys at once would each judge the other's dynos.",
      'To wait for its end, deploy with --lock-wait 10m.',
    ])
    expect(now.details!.in_progress).to.include({ build: 'b1' })
    const begun = Date.now()
    const later = await failureOf(turn(pending('b1'), { wait: 45_000 }))
    expect(Date.now() - begun).to.equal(45_000)
    expect(later.message).to.match(/^Another deploy of a1 is in progress still: /)
    expect([later.why, later.next]).to.deep.equal([
      'It has not ended in the time given by --lock-wait.',
      'Look at it with `shipit releases --app a1`, then deploy again.',
    ])
  })

  it('tells of each deploy that is waited for once, and of none that is not', async () => {
    const told: (string | undefined)[] = []
    const onWait = ({ build, release }: InProgress) => void told.push(build ?? release?.id)
    const begun = Date.now()
    const at = (ms: number) => Date.now() - begun >= ms
    let builds: Build[] = []
    const answers: Partial<Platform> = {
      builds: () => {
        builds = at(100_000) ? [] : [buildOf(at(50_000) ? 'b2' : 'b1', 'pending', 'x')]
        return Promise.resolve(builds)
      },
      build: (_app, id) =>
        Promise.resolve(
          buildOf(id, at(id === 'b1' ? 50_000 : 100_000) ? 'succeeded' : 'pending', 'x'),
        ),
      releases: () =>
        Promise.resolve(
          at(150_000)
            ? [releaseOf(4, { current: true }), releaseOf(3)]
            : [
                releaseOf(5, { status: 'pending', created_at: isoTime(begun) }),
                releaseOf(4, { current: true }),
              ],
        ),
      release: (_app, id) =>
        Promise.resolve({ ...releaseOf(5), id, status: at(150_000) ? 'succeeded' : 'pending' }),
    }
    expect(await turn(answers, { wait: 400_000, onWait })).to.deep.equal({ hasWaited: true })
    expect(told).to.deep.equal(['b1', 'b2', 'release-5'])
    const refused: string[] = []
    await failureOf(turn(pending('b1'), { wait: 0, onWait: () => void refused.push('told') }))
    expect(refused).to.deep.equal([])
  })

  describe('comes late to what has ended, or has not begun,', () => {
    /** How often the platform was asked for its builds until the turn came, and when that was. */
    const polls = async (answers: (isLate: () => boolean) => Partial<Platform>) => {
      const begun = Date.now()
      let asked = 0
      const given = answers(() => Date.now() - begun >= 50_000)
      const builds = (app: string, max: number): Promise<Build[]> => {
        if (++asked > 100) throw new Error('asked on and on')
        return given.builds?.(app, max) ?? Promise.resolve([])
      }
      expect(await turn({ ...given, builds }, { wait: 600_000 })).to.deep.equal({ hasWaited: true })
      expect(Date.now() - begun).to.be.within(50_000, 80_000)
      return asked
    }

    it('and does not ask on and on where the list of builds is behind', async () => {
      const behind = (isLate: () => boolean) => ({
        builds: () => Promise.resolve(isLate() ? [] : [buildOf('b1', 'pending', 'x')]),
        build: () => Promise.resolve(buildOf('b1', 'succeeded', 'x')),
      })
      expect(await polls(behind)).to.be.at.most(6)
    })

    it('nor where the dynos of a release are not there yet', async () => {
      const late = (isLate: () => boolean): Partial<Platform> => ({
        ...young(),
        dynos: () => Promise.resolve(isLate() ? [dynoOf('web.1', 4)] : []),
      })
      expect(await polls(late)).to.be.at.most(6)
    })
  })

  it('is given up with the signal', async () => {
    const stop = new AbortController()
    stop.abort(new ShipitError('interrupted', { message: 'Stopped.' }))
    expect((await failureOf(turn({}, { wait: 0, signal: stop.signal }))).message).to.equal(
      'Stopped.',
    )
  })

  it('replaces what serves, or the code before it where that is followed', async () => {
    const current = releaseOf(5, { current: true })
    const platform = quiet({
      currentRelease: () => Promise.resolve(current),
      releases: (_app, max) =>
        Promise.resolve(
          [
            { ...current, slug: { id: 'other' } as never },
            releaseOf(4, { slug: { id: 'slug-5' } as never }),
            releaseOf(3, { status: 'failed' }),
            releaseOf(2, { slug: null }),
            releaseOf(1),
          ].slice(0, max),
        ),
    })
    const follows = (id: string) => ({ release: { id, version: 5 } }) as InProgress
    expect((await releaseToReplace(platform, 'a1', undefined))!.version).to.equal(5)
    expect((await releaseToReplace(platform, 'a1', follows('else')))!.version).to.equal(5)
    expect((await releaseToReplace(platform, 'a1', follows(current.id)))!.version).to.equal(1)
  })
})

describe('a deploy that waits for its turn', () => {
  useVirtualClock()

  const run = (
    findApp: Platform['findApp'],
    signal = new AbortController().signal,
    patience?: number,
  ) => {
    const refusals: string[] = []
    const shown: unknown[] = []
    const over = deployInTurn(requestOf('b'.repeat(40)), {
      platform: scripted({ label: 'Heroku', findApp }).platform,
      git: {} as never,
      signal,
      wait: 0,
      onWait: () => undefined,
      onRefusal: ({ message }, left) => void refusals.push(`${message} ${left > 0}`),
      show: (plan) => Promise.reject(new Error(`shown ${shown.push(plan)}`)),
      ...(patience ? { timing: { ...TIMING, patience } } : {}),
    })
    return { over, refusals }
  }
  const limited = new ShipitError('network', { message: 'Later.', details: { status: 429 } })

  it('asks on while the platform takes no requests, says so once, and gives up after its patience', async () => {
    let calls = 0
    const begun = Date.now()
    const { over, refusals } = run(() => Promise.reject((calls++, limited)))
    expect(await failureOf(over)).to.equal(limited)
    expect(Date.now() - begun).to.be.within(30_000, 60_000)
    expect(calls).to.be.within(5, 8)
    expect(refusals).to.deep.equal(['Later. true'])
    const short = Date.now()
    await failureOf(run(() => Promise.reject(limited), undefined, 5000).over)
    expect(Date.now() - short).to.be.within(1000, 15_000)
  })

  it('ends with any other failure', async () => {
    let calls = 0
    const broken = new ShipitError('network', { message: 'Broken.' })
    const { over, refusals } = run(() => Promise.reject((calls++, broken)))
    expect(await failureOf(over)).to.equal(broken)
    expect([calls, refusals]).to.deep.equal([1, []])
  })

  it('is stopped at once by a signal, before and while the platform is asked', async () => {
    const stopped = {
      code: 'interrupted',
      exitCode: 143,
      message: 'Stopped by SIGTERM. Nothing was changed.',
    }
    const stop = new AbortController()
    const never = () => new Promise<never>(() => undefined)
    const asking = run(never, stop.signal)
    setTimeout(() => stop.abort(new Interruption('SIGTERM')), 1000)
    expect(await failureOf(asking.over)).to.include(stopped)
    expect(await failureOf(run(never, stop.signal).over)).to.include(stopped)
    const other = new AbortController()
    other.abort(new Error('no signal of a terminal'))
    const error = await failureOf(run(never, other.signal).over)
    expect([error.message, error.exitCode, error.details]).to.deep.equal([
      'Stopped by Ctrl-C. Nothing was changed.',
      130,
      { signal: 'SIGINT' },
    ])
  })
})
