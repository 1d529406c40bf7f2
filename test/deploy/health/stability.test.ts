import { expect } from 'chai'
import { CrashSigns } from '../../../src/deploy/health/crash-signs.js'
import { watchTime, type Seen } from '../../../src/deploy/health/stability.js'

describe('how long a new release is watched', () => {
  const watched = (seen: Partial<Seen>): number =>
    watchTime(
      { bootTime: 0, isLogUpToDate: true, firstExit: undefined, ...seen },
      { stable: 5000, stableAtLeast: 1750 },
    )

  it('is as long as its boot took, within limits', () => {
    expect([300, 3200, 48_000].map((bootTime) => watched({ bootTime }))).to.deep.equal([
      1750, 3200, 5000,
    ])
  })

  it('is the longest where the log is no witness: an app started again inside its dyno shows nowhere else', () => {
    expect(watched({ bootTime: 300, isLogUpToDate: false })).to.equal(5000)
  })

  it('is long enough after an exit for the next one to come', () => {
    expect(watched({ bootTime: 300, firstExit: 900 })).to.equal(5000)
    expect(watched({ bootTime: 4000, firstExit: 8000 })).to.equal(16_000)
    expect(watched({ firstExit: 40_000 })).to.equal(80_000)
  })
})

describe('what the log tells of a release', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
  const signs = (): CrashSigns => new CrashSigns(Date.parse(at(10)))
  const exit = (instance: number) =>
    `shipit source=web.1 app=api instance=${instance} event=exit code=1 restarts=1 backoff=100ms`

  it('is when each dyno came up, and each exit inside it', () => {
    const log = signs()
    log.read({
      timestamp: at(11),
      source: 'heroku',
      dyno: 'web.1',
      message: 'State changed from starting to up',
    })
    log.read({ timestamp: at(12), source: 'app', dyno: 'web.1', message: exit(0) })
    expect([...log.cameUp]).to.deep.equal([['web.1', Date.parse(at(11))]])
    expect(log.exits).to.deep.equal([
      { dyno: 'web.1', instance: 'web.1 api 0', time: Date.parse(at(12)) },
    ])
    expect(log.found).to.deep.equal([])
  })

  it('is a crash once the same instance has ended twice', () => {
    const log = signs()
    for (const instance of [0, 1, 0])
      log.read({ timestamp: at(12), source: 'app', dyno: 'web.1', message: exit(instance) })
    expect(log.found.map(({ reason }) => reason)).to.deep.equal([
      'has to start api again and again (code 1)',
    ])
  })

  it('is no crash where the end was asked for, by a reload or a limit of memory', () => {
    const log = signs()
    for (let i = 0; i < 2; i++)
      log.read({ timestamp: at(12), source: 'app', dyno: 'web.1', message: `${exit(0)} asked=yes` })
    expect([log.exits, log.found]).to.deep.equal([[], []])
  })

  it('is told by its cause: what the platform killed for before the status of the kill', () => {
    const said = (...messages: string[]) => {
      const log = signs()
      for (const message of messages)
        log.read({ timestamp: at(12), source: 'heroku', dyno: 'web.1', message })
      return log.found.map(({ reason }) => reason)
    }
    const crashed = 'State changed from starting to crashed'
    const R10 =
      'R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch'
    expect(said(`Error ${R10}`, 'Process exited with status 137', crashed)).to.deep.equal([
      `crashed: ${R10}`,
    ])
    expect(said('Process exited with status 137', `Error ${R10}`, crashed)).to.deep.equal([
      `crashed: ${R10}`,
    ])
    expect(
      said('Error R14 (Memory quota exceeded)', 'Process exited with status 1', crashed),
    ).to.deep.equal(['exited with status 1'])
    expect(
      said(
        `Error ${R10}`,
        'Process exited with status 137',
        crashed,
        'Starting process with command `npm start`',
        'Process exited with status 1',
        crashed,
      ),
    ).to.deep.equal([`crashed: ${R10}`, 'exited with status 1'])
  })

  it('is nothing of an earlier release', () => {
    const log = signs()
    log.read({
      timestamp: at(9),
      source: 'heroku',
      dyno: 'web.1',
      message: 'State changed from starting to up',
    })
    log.read({ timestamp: at(9), source: 'app', dyno: 'web.1', message: exit(0) })
    expect([log.cameUp.size, log.exits.length]).to.deep.equal([0, 0])
  })
})
