import { expect } from 'chai'
import type { App } from '../../src/runtime/app.js'
import { STAYS_UP } from '../../src/runtime/crash-policy.js'
import { Exits } from '../../src/runtime/exits.js'
import type { Keeper } from '../../src/runtime/god.js'
import { Instances, type Instance } from '../../src/runtime/instances.js'
import { dynoOutput } from '../../src/runtime/outlet.js'
import { monotonic } from '../../src/lib/monotonic.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const appOf = (name: string, options: object = {}, maxRestarts?: number): App =>
  ({ name, minUptime: 1000, maxRestarts, options }) as App

/** God's list and the living instances, as far as ends are judged by them. */
class Dyno {
  readonly instances = new Instances()
  readonly keepers: Keeper[] = []
  readonly crashes: { app: string; code: number | null; why: string; next?: string }[] = []
  readonly ends: number[] = []
  /** Numbers of instances whose restart has come. */
  readonly restarts: unknown[] = []
  readonly exits: Exits

  constructor(apps: App[], { patience = 30_000, isMended = false } = {}) {
    this.exits = new Exits({
      apps,
      instances: this.instances,
      kept: (app) => this.keepers.filter(({ pm2_env }) => pm2_env.name === app.name),
      patience,
      isMended,
      onCrash: ({ app }, code, why, next) =>
        this.crashes.push({ app: app.name, code, why, ...(next ? { next } : {}) }),
      onAllEnded: (code) => this.ends.push(code),
    })
  }

  /** An instance that was begun by hand; `id`: PM2's number. */
  begin(app: App, id = 0): Instance {
    const pm2_env = { name: app.name, pm_id: id, created_at: 1, autorestart: true }
    const keeper = { pm2_env, process: {} } as unknown as Keeper
    this.keepers.push(keeper)
    return this.run(app, keeper)
  }

  run(app: App, keeper: Keeper): Instance {
    clearTimeout(keeper.pm2_env.restart_task as NodeJS.Timeout | undefined)
    Object.assign(keeper.pm2_env, { status: 'online', restart_task: undefined })
    const pid = 100 + Number(keeper.pm2_env.pm_id)
    keeper.process.pid = pid
    const instance = this.instances.add(app, keeper, pid, 'mark')
    this.exits.started(instance)
    return instance
  }

  /** It exits after so many ms, and waits for its restart. */
  fail(instance: Instance, uptime = 100, code: number | null = 3, signal: string | null = null) {
    this.instances.end(instance)
    instance.startedAt = instance.endedAt! - uptime
    const { pm2_env } = instance.keeper
    const restart_task = setTimeout(() => this.restarts.push(pm2_env.pm_id), 10_000)
    Object.assign(pm2_env, { status: 'waiting restart', restart_task })
    this.exits.judgeRestarted(instance, code, signal)
  }

  /** It exits again and again, `times` in all; the instance that ended last. */
  failAgain(instance: Instance, times: number, uptime = 100): Instance {
    let last = instance
    for (let i = 0; i < times; i += 1) {
      if (i > 0) last = this.run(last.app, last.keeper)
      this.fail(last, uptime)
    }
    return last
  }

  /** It exits, and PM2 does not restart it. */
  end(instance: Instance, code: number | null, signal: string | null = null) {
    this.instances.end(instance)
    instance.keeper.pm2_env.status = 'stopped'
    this.exits.judgeEnded(instance, code, signal)
  }
}

describe('what the exits of an app mean', () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  let printed = ''
  const { write } = dynoOutput.err
  beforeEach(() => {
    printed = ''
    dynoOutput.err.write = (text) => void (printed += text)
  })
  afterEach(() => {
    dynoOutput.err.write = write
  })

  it('is a crash when the only instance has failed six times in a row', () => {
    const api = appOf('api')
    const dyno = new Dyno([api])
    const last = dyno.failAgain(dyno.begin(api), 5)
    expect(dyno.crashes).to.deep.equal([])
    dyno.fail(dyno.run(api, last.keeper), 123)
    expect(dyno.crashes).to.deep.equal([
      {
        app: 'api',
        code: 3,
        why: 'its last instance exited with code 3 after 0.1 s, 6 failures in 0 s',
      },
    ])
  })

  it('is told with the signal, with the time that it went on, and for code 0 with what helps', async () => {
    const api = appOf('api', {}, 2)
    const dyno = new Dyno([api])
    const first = dyno.begin(api)
    dyno.fail(first, 500)
    await pass(4000)
    dyno.fail(dyno.run(api, first.keeper), 900, null, 'SIGSEGV')
    expect(dyno.crashes[0]).to.deep.equal({
      app: 'api',
      code: null,
      why: 'its last instance was ended by SIGSEGV after 0.9 s, 2 failures in 5 s',
    })
    dyno.fail(dyno.run(api, first.keeper), 100, 0)
    expect(dyno.crashes[1]!.next).to.equal(
      'an app that is meant to finish needs `autorestart: false`',
    )
  })

  it('is a crash after the patience that was asked for, however long each lived', async () => {
    const api = appOf('api')
    const dyno = new Dyno([api], { patience: 5000 })
    const first = dyno.begin(api)
    dyno.fail(first, 2000)
    await pass(2000)
    dyno.fail(dyno.run(api, first.keeper), 2000)
    expect(dyno.crashes).to.have.lengthOf(0)
    await pass(1000)
    dyno.fail(dyno.run(api, first.keeper), 1000)
    expect(dyno.crashes).to.have.lengthOf(1)
  })

  describe('where another instance of the app', () => {
    const api = appOf('api')
    let dyno: Dyno
    let other: Instance
    beforeEach(() => {
      dyno = new Dyno([api, appOf('web')])
      other = dyno.begin(api, 1)
    })
    const isCrash = () => {
      dyno.failAgain(dyno.begin(api, 0), 6)
      return dyno.crashes.length > 0
    }

    it('lives, is no crash', () => expect(isCrash()).to.equal(false))

    it('waits for its restart, is no crash', () => {
      dyno.fail(other)
      expect(isCrash()).to.equal(false)
    })

    it('waits by a status alone that PM2 gives to what it does not restart, is a crash', () => {
      dyno.fail(other)
      other.keeper.pm2_env.restart_task = undefined
      expect(isCrash()).to.equal(true)
    })

    it('is stopped, is a crash', () => {
      dyno.end(other, 0)
      dyno.crashes.length = 0
      other.keeper.pm2_env.restart_task = {}
      expect(isCrash()).to.equal(true)
    })

    it('is as hopeless, is a crash, whether it waits or has just been started again', () => {
      const last = dyno.failAgain(other, 6)
      expect(dyno.crashes).to.have.lengthOf(1)
      dyno.crashes.length = 0
      dyno.run(api, last.keeper)
      expect(isCrash()).to.equal(true)
    })

    it('was hopeless once and has stayed up for a minute since, is no crash', () => {
      const last = dyno.failAgain(other, 6)
      dyno.crashes.length = 0
      const living = dyno.run(api, last.keeper)
      living.startedAt = monotonic() - STAYS_UP + 1
      expect(isCrash()).to.equal(true)
      dyno.crashes.length = 0
      living.startedAt -= 1
      expect(isCrash()).to.equal(false)
    })

    it('had ended well and runs again by its schedule, is no crash', () => {
      dyno.begin(api, 2)
      dyno.end(other, 0)
      dyno.run(api, other.keeper)
      dyno.keepers.splice(1, 1)
      expect(isCrash()).to.equal(false)
    })

    it('is of another app, is a crash', () => {
      dyno.instances.end(other)
      dyno.keepers.length = 0
      dyno.begin(appOf('web'), 1)
      expect(isCrash()).to.equal(true)
    })
  })

  it('goes by when it ended, however late that is told', async () => {
    const api = appOf('api')
    const dyno = new Dyno([api], { patience: 5000 })
    const first = dyno.begin(api)
    dyno.fail(first, 2000)
    const second = dyno.run(api, first.keeper)
    dyno.instances.end(second)
    second.startedAt = second.endedAt! - 1000
    await pass(60_000)
    dyno.exits.judgeRestarted(second, 3, null)
    expect(dyno.crashes).to.deep.equal([])
  })

  it('is counted anew once a person has restarted it, or its number is that of another app', () => {
    const [api, web] = [appOf('api'), appOf('web')]
    const dyno = new Dyno([api, web])
    const { keeper } = dyno.failAgain(dyno.begin(api), 5)
    keeper.pm2_env.created_at = 2
    dyno.failAgain(dyno.run(api, keeper), 5)
    dyno.keepers.length = 0
    dyno.failAgain(dyno.begin(web), 5)
    expect(dyno.crashes).to.deep.equal([])
  })

  describe('on a laptop', () => {
    const begun = (options: object, isMended = true) => {
      const api = appOf('api', options)
      const dyno = new Dyno([api], { isMended })
      return { api, dyno, last: dyno.failAgain(dyno.begin(api), 6) }
    }

    it('is a wait for a changed file if those are watched, and no restart until then', async () => {
      const { api, dyno, last } = begun({ watch: true })
      expect(dyno.crashes).to.deep.equal([])
      expect(printed).to.equal(
        'shipit: api cannot stay up, and waits for a changed file\n' +
          '  its last instance exited with code 3 after 0.1 s, 6 failures in 0 s\n',
      )
      const { pm2_env, process } = last.keeper
      expect([pm2_env.status, process.pid]).to.deep.equal(['errored', 0])
      await pass(20_000)
      expect(dyno.restarts).to.deep.equal([])
      dyno.failAgain(dyno.run(api, last.keeper), 5)
      expect(printed.match(/cannot stay up/g)).to.have.lengthOf(1)
    })

    it('leaves instances alone that run', () => {
      const api = appOf('api', { watch: ['src'] }, 1)
      const dyno = new Dyno([api], { isMended: true })
      const [first, other] = [dyno.begin(api, 0), dyno.begin(api, 1)]
      dyno.fail(other)
      const living = dyno.run(api, other.keeper)
      dyno.fail(first)
      expect(printed).to.include('waits for a changed file')
      expect([living.keeper.pm2_env.status, living.keeper.process.pid]).to.deep.equal([
        'online',
        101,
      ])
    })

    it('is a wait as well if max_restarts of the file is over', () => {
      const api = appOf('api', { watch: true }, 3)
      const dyno = new Dyno([api], { isMended: true })
      dyno.end(dyno.begin(api), 3)
      expect(dyno.crashes).to.deep.equal([])
      expect(printed).to.include('`max_restarts: 3` allows no more')
    })

    it('is a crash if no file is watched, and in a dyno in any case', () => {
      expect(begun({}).dyno.crashes).to.have.lengthOf(1)
      expect(begun({ watch: true }, false).dyno.crashes).to.have.lengthOf(1)
      expect(printed).to.equal('')
    })
  })
})

describe('the end of all apps', () => {
  useVirtualClock()
  const job = (name: string, options: object = {}) =>
    appOf(name, { autorestart: false, ...options })
  const begin = (dyno: Dyno, app: App, id = 0) => {
    const instance = dyno.begin(app, id)
    instance.keeper.pm2_env.autorestart = app.options.autorestart
    return instance
  }

  it('is that of the dyno, with the first status that is not 0', () => {
    const [one, two] = [job('one'), job('two')]
    const dyno = new Dyno([one, two])
    const [first, second, third] = [begin(dyno, one), begin(dyno, two, 1), begin(dyno, two, 2)]
    dyno.exits.filled(one)
    dyno.exits.filled(two)
    dyno.end(first, 0)
    dyno.end(second, 4)
    expect(dyno.ends).to.deep.equal([])
    dyno.end(third, 5)
    expect(dyno.ends).to.deep.equal([4])
    expect(dyno.crashes).to.deep.equal([])
  })

  it('is 0 if all were, and 1 for one that a signal ended', () => {
    for (const [code, status] of [
      [0, 0],
      [null, 1],
    ] as const) {
      const app = job('one')
      const dyno = new Dyno([app])
      const only = begin(dyno, app)
      dyno.exits.filled(app)
      dyno.end(only, code, code === null ? 'SIGKILL' : null)
      expect(dyno.ends).to.deep.equal([status])
    }
  })

  it('is not there before all instances were started, nor while one waits or runs again', () => {
    const app = job('one')
    const dyno = new Dyno([app])
    const first = begin(dyno, app)
    dyno.end(first, 0)
    expect(dyno.ends).to.deep.equal([])
    dyno.run(app, first.keeper)
    dyno.exits.filled(app)
    expect(dyno.ends).to.deep.equal([])
    const second = begin(dyno, app, 1)
    dyno.end(second, 0)
    expect(dyno.ends).to.deep.equal([])
    expect(dyno.exits.isIdle(app)).to.equal(false)
    dyno.end(dyno.instances.of(app)[0]!, 2)
    expect(dyno.exits.isIdle(app)).to.equal(true)
    expect(dyno.ends).to.deep.equal([2])
  })

  it('is none of one that has failed and that a person has stopped since', () => {
    const app = appOf('api')
    const dyno = new Dyno([app])
    const only = dyno.begin(app)
    dyno.exits.filled(app)
    dyno.fail(only)
    only.keeper.pm2_env.status = 'stopped'
    dyno.exits.removed()
    expect(dyno.ends).to.deep.equal([])
  })

  it('knows an app for idle where none runs or waits, of however many', () => {
    const app = appOf('api')
    const dyno = new Dyno([app])
    const [first, second] = [dyno.begin(app, 0), dyno.begin(app, 1)]
    expect(dyno.exits.isIdle(app)).to.equal(false)
    dyno.fail(first)
    dyno.end(second, 0)
    expect(dyno.exits.isIdle(app)).to.equal(false)
    first.keeper.pm2_env.restart_task = undefined
    expect(dyno.exits.isIdle(app)).to.equal(true)
  })

  it('is none of an app that nobody has started yet, though another has ended', () => {
    const [one, two] = [job('one'), job('two')]
    const dyno = new Dyno([one, two])
    const first = begin(dyno, one)
    dyno.keepers.push({ pm2_env: { name: 'two', pm_id: 7, status: 'stopped' } } as Keeper)
    dyno.exits.filled(one)
    dyno.exits.filled(two)
    dyno.end(first, 0)
    expect(dyno.ends).to.deep.equal([])
  })

  it('is there as soon as they are filled, if they had ended by then', () => {
    const app = job('one')
    const dyno = new Dyno([app])
    dyno.end(begin(dyno, app), 6)
    dyno.exits.filled(app)
    expect(dyno.ends).to.deep.equal([6])
  })

  it('leaves an app with a schedule to its next run', () => {
    for (const [cron_restart, ends] of [
      ['* * * * *', 0],
      ['0', 1],
      [0, 1],
      [undefined, 1],
    ] as const) {
      const app = job('one', { cron_restart })
      const dyno = new Dyno([app])
      const only = begin(dyno, app)
      dyno.exits.filled(app)
      dyno.end(only, 0)
      expect(dyno.ends, String(cron_restart)).to.have.lengthOf(ends)
    }
  })

  it('is 0 if all were taken away, as was asked; one that still waits is not', () => {
    const app = appOf('api')
    const dyno = new Dyno([app])
    dyno.exits.removed()
    expect(dyno.ends).to.deep.equal([])
    const only = dyno.begin(app)
    dyno.exits.removed()
    dyno.exits.filled(app)
    dyno.exits.removed()
    expect(dyno.ends).to.deep.equal([])
    dyno.fail(only)
    dyno.exits.removed()
    expect(dyno.ends).to.deep.equal([])
    dyno.keepers.length = 0
    dyno.exits.removed()
    expect(dyno.ends).to.deep.equal([0])
  })

  it('tells the status of one that ended by itself, not of those that ran again or were taken away', () => {
    const [api, job, again] = [appOf('api'), appOf('job'), appOf('again')]
    const dyno = new Dyno([api, job, again])
    dyno.fail(dyno.begin(api, 0))
    const ended = begin(dyno, again, 1)
    ended.keeper.pm2_env.autorestart = false
    dyno.end(ended, 5)
    dyno.instances.end(dyno.run(again, ended.keeper))
    const last = begin(dyno, job, 2)
    last.keeper.pm2_env.autorestart = false
    dyno.keepers.splice(0, 2)
    for (const app of [api, job, again]) dyno.exits.filled(app)
    dyno.end(last, 4)
    expect(dyno.ends).to.deep.equal([4])
  })

  it('is meant by one of stop_exit_codes, and else a crash that max_restarts no longer covers', () => {
    const ended = (stop_exit_codes: unknown, code: number, more: object = {}) => {
      const app = appOf('api', { stop_exit_codes, ...more }, 3)
      const dyno = new Dyno([app])
      const only = begin(dyno, app)
      dyno.exits.filled(app)
      dyno.end(only, code)
      return { crashes: dyno.crashes, ends: dyno.ends }
    }
    expect(ended([7, '8'], 8)).to.deep.equal({ crashes: [], ends: [8] })
    expect(ended(7, 7).crashes).to.deep.equal([])
    expect(ended([7, 8], 9)).to.deep.equal({
      crashes: [
        {
          app: 'api',
          code: 9,
          why: 'its last instance exited with code 9, and `max_restarts: 3` allows no more',
        },
      ],
      ends: [],
    })
    expect(ended(undefined, 9).crashes).to.have.lengthOf(1)
    expect(ended(undefined, 9, { autorestart: false }).crashes).to.have.lengthOf(0)
  })

  it('is no crash while another instance runs', () => {
    const app = appOf('api', {}, 3)
    const dyno = new Dyno([app])
    const first = begin(dyno, app)
    begin(dyno, app, 1)
    dyno.exits.filled(app)
    dyno.end(first, 9)
    expect([dyno.crashes, dyno.ends]).to.deep.equal([[], []])
  })
})
