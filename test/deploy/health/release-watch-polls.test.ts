import { expect } from 'chai'
import { setTimeout as delay } from 'node:timers/promises'
import { crashError, ReleaseWatch } from '../../../src/deploy/health/release-watch.js'
import { Switchover } from '../../../src/deploy/health/switchover.js'
import type { Platform } from '../../../src/deploy/platform.js'
import { TIMING } from '../../../src/deploy/timing.js'
import type { Dyno, DynoState, Formation, LogLine, Release } from '../../../src/heroku/index.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

const UP = 'State changed from starting to up'
const CRASHED = 'State changed from up to crashed'
const EXIT = 'shipit source=web.1 app=api instance=0 event=exit code=1'

/** A platform whose list of dynos is what the test says, and whose log says what it is told to. */
class Scripted {
  list: Dyno[] = []
  types: Partial<Formation>[] = [{ type: 'web', quantity: 1, size: 'Basic' }]
  looks = 0
  readonly begun = Date.now()
  readonly release = this.releaseOf(4)
  /** Thrown by the next reader of the log. */
  failure: unknown
  /** What each reader asked for. */
  readonly asked: object[] = []
  readers = 0
  /** Whether the log ends when it has been read. */
  isFinite = false
  hasLeft = false
  private readonly lines: LogLine[] = []
  private wake: () => void = () => undefined

  readonly platform = {
    dynos: () => {
      this.looks += 1
      return Promise.resolve(this.list)
    },
    formation: () => Promise.resolve(this.types),
    logs: (_app: string, { signal, ...asked }: { signal: AbortSignal }) => {
      this.asked.push(asked)
      return this.read(signal)
    },
  } as unknown as Platform

  dyno(
    name: string,
    more: { id?: string; state?: DynoState; version?: number; created?: number; up?: number } = {},
  ): Dyno {
    const { id = name, state = 'up', version = 4, created = 0, up = created } = more
    return {
      id,
      name,
      type: name.split('.')[0],
      size: 'Basic',
      state,
      release: { version },
      created_at: this.time(created),
      updated_at: this.time(up),
    } as Dyno
  }

  /** @param ms after the beginning */
  say(message: string, ms = Date.now() - this.begun, dyno = 'web.1', source = ''): void {
    this.lines.push({
      timestamp: this.time(ms),
      source: source || (message.startsWith('shipit') ? 'app' : 'heroku'),
      dyno,
      message,
    })
    this.wake()
  }

  private time = (ms: number) => new Date(this.begun + ms).toISOString()

  private releaseOf(version: number): Release {
    return { version, created_at: new Date(Date.now()).toISOString() } as Release
  }

  private async *read(signal: AbortSignal): AsyncGenerator<LogLine> {
    this.readers += 1
    signal.addEventListener('abort', () => {
      this.hasLeft = true
      this.wake()
    })
    for (;;) {
      const { failure } = this
      this.failure = undefined
      if (failure !== undefined) throw failure as Error
      const next = this.lines.shift()
      if (next) yield next
      else if (signal.aborted) signal.throwIfAborted()
      else if (this.isFinite) return
      else await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }
}

describe('a look at a release', () => {
  useVirtualClock()

  let script: Scripted
  let watch: ReleaseWatch
  beforeEach(() => {
    script = new Scripted()
  })
  afterEach(() => watch.stop())

  const begin = (options?: ConstructorParameters<typeof ReleaseWatch>[3]) => {
    watch = new ReleaseWatch(script.platform, 'a1', script.release, options)
  }
  /** Until the log has been read. */
  const told = () => delay(1)

  it('tells of a crash with its reason, if the log has one since the dyno was first made', async () => {
    begin()
    script.list = [script.dyno('web.1', { state: 'crashed', created: 500 })]
    script.say('Process exited with status 9', 499)
    script.say(CRASHED, 499)
    await told()
    expect((await watch.poll()).crash?.reason).to.equal('crashed')
    script.say('Process exited with status 3', 500, 'web.2')
    script.say(CRASHED, 500, 'web.2')
    await told()
    expect((await watch.poll()).crash?.reason, "another's").to.equal('crashed')
    script.say(CRASHED, 500)
    await told()
    const { crash } = await watch.poll()
    expect(crash?.reason).to.equal('exited with status 9')
    expect(watch.crashed).to.equal(crash)
    expect(crashError(crash!, script.release)).to.include({
      code: 'boot',
      message: 'web.1 of v4 exited with status 9.',
    })
  })

  it('tells of a crash that the log alone has', async () => {
    begin()
    script.list = [script.dyno('web.1')]
    script.say(EXIT, 100)
    await told()
    expect((await watch.poll()).crash).to.equal(undefined)
    script.say(EXIT, 200)
    await told()
    expect((await watch.poll()).crash?.reason).to.equal('has to start api again and again (code 1)')
  })

  it('takes a dyno with a third id for one that keeps being started again', async () => {
    begin()
    for (const id of ['a', 'b', 'b']) {
      script.list = [script.dyno('web.1', { id })]
      expect((await watch.poll()).crash).to.equal(undefined)
    }
    expect(watch.lives).to.equal(2)
    script.list = [script.dyno('web.1', { id: 'c' }), script.dyno('web.2')]
    expect((await watch.poll()).crash).to.include({ reason: 'keeps being started again' })
    expect(watch.lives).to.equal(4)
  })

  it('may be one of some seconds ago while the log, which is up to date, is silent', async () => {
    begin()
    script.list = [script.dyno('web.1', { created: 0, up: 50 })]
    const look = async () => {
      const { isRecent } = await watch.poll({ mayBeRecent: true })
      return isRecent ?? false
    }
    await watch.poll()
    expect(await look()).to.equal(false)
    script.say(UP, 50)
    await told()
    expect(watch.isLogUpToDate).to.equal(true)
    // What has come since the last look is news.
    expect(await look()).to.equal(false)
    expect(await look()).to.equal(true)
    expect((await watch.poll()).isRecent).to.equal(undefined)
    await delay(14_990)
    expect(await look()).to.equal(true)
    await delay(20)
    expect(await look()).to.equal(false)
    script.say(EXIT)
    await told()
    expect(await look()).to.equal(false)
    expect(script.looks).to.equal(6)
  })

  it('is a new one each time until all is up', async () => {
    begin()
    script.list = [script.dyno('web.1', { state: 'starting' })]
    script.say(UP, 1)
    await told()
    for (let i = 0; i < 2; i++) await watch.poll({ mayBeRecent: true })
    expect(script.looks).to.equal(2)
  })

  it('knows how long the slowest dyno took, and what the log has told of it', async () => {
    begin()
    expect(watch.bootTime).to.equal(0)
    script.list = [
      script.dyno('web.1', { created: 100, up: 700 }),
      script.dyno('worker.1', { created: 100, up: 400 }),
    ]
    script.types.push({ type: 'worker', quantity: 1, size: 'Basic' })
    await watch.poll()
    expect(watch.bootTime).to.equal(600)
    expect(watch.hasWeb).to.equal(true)
    script.say(UP, 700)
    await told()
    expect(watch.isLogUpToDate).to.equal(false)
    script.say(UP, 99, 'worker.1')
    await told()
    expect(watch.isLogUpToDate).to.equal(false)
    script.say(UP, 100, 'worker.1')
    await told()
    expect(watch.isLogUpToDate).to.equal(true)
    script.list = [script.dyno('worker.1')]
    await watch.poll()
    expect(watch.hasWeb).to.equal(false)
  })

  it('knows when an app inside a dyno ended first', async () => {
    begin()
    script.list = [script.dyno('web.1', { created: 1000 }), script.dyno('web.2', { created: 1000 })]
    await watch.poll()
    expect(watch.firstExit).to.equal(undefined)
    script.say(EXIT, 5000)
    script.say(EXIT, 4000, 'web.2')
    await told()
    expect(watch.firstExit).to.equal(3000)
    // Of one that the list has not had yet.
    script.say(EXIT, 4500, 'web.3')
    await told()
    expect(watch.firstExit).to.equal(0)
    script.say(EXIT, 900, 'web.2')
    await told()
    expect(watch.firstExit).to.equal(0)
  })

  it('counts requests after all that the log has told, and after the last dyno came up', async () => {
    const request = (ms: number) =>
      script.say(
        'at=info method=GET path="/" host=a request_id=x fwd="1" dyno=web.1 connect=0ms service=1ms status=200 bytes=0 protocol=https',
        ms,
        'router',
      )
    begin()
    script.list = [script.dyno('web.1', { up: 500 })]
    await watch.poll()
    script.say('Starting process', 2000)
    await told()
    watch.countRequests()
    for (const ms of [1999, 2000, 2001]) request(ms)
    await told()
    expect(watch.router.routed.good).to.equal(2)
  })

  describe('whose log', () => {
    it('fails goes on, says why, and asks for the log again', async () => {
      script.failure = new Error('no log')
      begin()
      await told()
      expect(watch.logFailure).to.equal('no log')
      expect(watch.isLogUpToDate).to.equal(false)
      await delay(1990)
      expect(script.readers).to.equal(1)
      await delay(20)
      expect(script.readers).to.equal(2)
      script.say('Starting process')
      await told()
      expect(watch.logFailure).to.equal(undefined)
    })

    it('ends is asked for again where it ended, as one that fails is', async () => {
      script.isFinite = true
      begin()
      await told()
      await delay(1990)
      expect([script.readers, watch.logFailure]).to.deep.equal([1, undefined])
      script.failure = 'odd'
      await delay(20)
      expect([script.readers, watch.logFailure]).to.deep.equal([2, 'odd'])
      const [first, second] = script.asked as { lines: number; tail: boolean; seen: object }[]
      expect(first).to.include({ lines: 100, tail: true })
      expect(first!.seen).to.be.an('object')
      expect(second!.seen).to.equal(first!.seen)
    })

    it('is not followed has none', async () => {
      begin({ followsLog: false })
      await told()
      expect([script.readers, watch.logFailure]).to.deep.equal([0, 'it is not followed'])
    })

    it('is left when the watch stops', async () => {
      begin()
      await told()
      watch.stop()
      await delay(10_000)
      expect([script.hasLeft, script.readers]).to.deep.equal([true, 1])
      expect(watch.logFailure).to.equal(undefined)
    })
  })

  describe('where an earlier dyno of the same name was crashing', () => {
    const exits = async () => {
      script.say(EXIT)
      await told()
    }

    for (const [how, options] of [
      ['as the log tells', {}],
      ['as is known', { isAfterCrash: true }],
    ] as const)
      it(`believes the log once that one has gone and had its last words, ${how}`, async () => {
        begin(options)
        if (!('isAfterCrash' in options)) script.say(CRASHED, -10)
        script.list = [script.dyno('web.1'), script.dyno('web.1', { id: 'old', version: 3 })]
        await told()
        await watch.poll()
        await delay(10_000)
        await exits()
        await watch.poll()
        expect(watch.signs.exits).to.deep.equal([])
        script.list = [script.dyno('web.1')]
        await delay(2900)
        await exits()
        await watch.poll()
        expect(watch.signs.exits).to.deep.equal([])
        await delay(200)
        await exits()
        await watch.poll()
        expect(watch.signs.exits).to.have.lengthOf(1)
        script.say(UP)
        await told()
        expect(watch.isLogUpToDate).to.equal(false)
      })

    it('believes it of all other names', async () => {
      begin()
      script.say(CRASHED, -10, 'web.2')
      script.list = [script.dyno('web.1')]
      await exits()
      await watch.poll()
      expect(watch.signs.exits).to.have.lengthOf(1)
    })
  })

  describe('with preboot', () => {
    const time = 60_000
    const switchover = (dynos = 1) => new Switchover(script.begun, time, dynos)

    it("takes the log's words about web dynos for the earlier ones' until the switch", async () => {
      script.types.push({ type: 'worker', quantity: 1, size: 'Basic' })
      begin({ switchover: switchover() })
      script.list = [script.dyno('web.1'), script.dyno('worker.1')]
      await watch.poll()
      script.say(EXIT)
      script.say('shipit source=worker.1 app=api instance=0 event=exit code=1', 1, 'worker.1')
      await told()
      await watch.poll({ mayBeRecent: true })
      expect(watch.signs.exits.map(({ dyno }) => dyno)).to.deep.equal(['worker.1'])
      expect(watch.isServing).to.equal(false)
      script.say('Stopping all processes with SIGTERM')
      await told()
      expect(watch.isServing).to.equal(true)
      await watch.poll()
      script.say(EXIT)
      await told()
      await watch.poll()
      expect(watch.signs.exits).to.have.lengthOf(2)
    })

    it('takes the ends of all the dynos before for the switch, from poll to poll', async () => {
      begin({ switchover: switchover(2) })
      script.list = [script.dyno('web.1'), script.dyno('web.2')]
      await watch.poll()
      script.say('Stopping all processes with SIGTERM', 1, 'web.1')
      await told()
      await watch.poll()
      expect(watch.isServing).to.equal(false)
      script.say('Stopping all processes with SIGTERM', 2, 'web.2')
      await told()
      await watch.poll()
      expect([watch.isServing, watch.switchover?.by]).to.deep.equal([
        true,
        'end of the dynos before',
      ])
    })

    it('does so at a look of some seconds ago as well', async () => {
      begin({ switchover: switchover() })
      script.list = [script.dyno('web.1')]
      script.say(UP, 1)
      await told()
      await watch.poll()
      await watch.poll()
      for (let i = 0; i < 2; i++) script.say(EXIT)
      await told()
      expect((await watch.poll({ mayBeRecent: true })).crash).to.equal(undefined)
    })

    it('does not take the end of a dyno of the release for an end of those before', async () => {
      begin({ switchover: switchover(2) })
      script.list = [script.dyno('web.1')]
      await watch.poll()
      script.say('Stopping all processes with SIGTERM')
      await told()
      script.list = [script.dyno('web.1', { id: 'again' })]
      await watch.poll()
      script.say('Stopping all processes with SIGTERM', 1, 'web.2')
      await told()
      expect(watch.isServing).to.equal(false)
    })
  })

  it('knows whose an answer is once every web dyno has told of its boot', async () => {
    const [ours, theirs] = ['a'.repeat(24), 'b'.repeat(24)]
    begin()
    script.list = [script.dyno('web.1', { created: 10 })]
    await watch.poll()
    expect([watch.isProvable, watch.ownerOf(ours)]).to.deep.equal([false, 'unknown'])
    script.say(`shipit source=web.1 event=boot id=${theirs}`, 9)
    script.say(`shipit source=web.1 event=boot id=${ours}`, 10)
    await told()
    expect(watch.isProvable).to.equal(true)
    expect([ours, theirs].map((id) => watch.ownerOf(id))).to.deep.equal(['ours', 'other'])
  })

  it('comes after 10 s if the log is heard and silent, and else as often as at first', async () => {
    const paused = async () => {
      const begun = Date.now()
      await watch.pause({ timing: TIMING, signal: new AbortController().signal }, 0)
      return Date.now() - begun
    }
    begin()
    script.list = [script.dyno('web.1', { state: 'starting' })]
    await watch.poll()
    expect(await paused()).to.equal(100)
    script.say('Starting process')
    await told()
    expect(await paused()).to.equal(10_000)
    script.failure = new Error('no log')
    script.say('Starting process')
    await told()
    expect(await paused()).to.equal(100)
  })

  it('comes soon again while the list lags behind the log', async () => {
    begin()
    script.list = [script.dyno('web.1', { state: 'starting', created: 10 })]
    script.say(UP, 10)
    await told()
    await watch.poll()
    const begun = Date.now()
    await watch.pause({ timing: TIMING, signal: new AbortController().signal }, 0)
    expect(Date.now() - begun).to.equal(250)
  })
})
