import { expect } from 'chai'
import { AppNames } from '../../src/monitor/index.js'
import { sampleLines } from '../../src/runtime/event-line.js'
import { changed, line, printed, sampled } from './lines.js'

describe('whose a line is', () => {
  let names: AppNames
  beforeEach(() => {
    names = new AppNames()
  })
  const learn = (...lines: ReturnType<typeof line>[]) => lines.forEach((one) => names.learn(one))

  it('is known of the apps that the runtime tells of, in any of its lines', () => {
    const sample = { pid: 1, status: 'online', restarts: 0, uptime: 1, memoryMb: 9, cpuPercent: 0 }
    const [both] = sampleLines('web.1', [
      { app: 'web', instance: 0, sample },
      { app: 'api', instance: 0, sample },
    ])
    learn(printed('web.1', both!.trimEnd()), changed('worker.1', 'jobs', 0, 'start'))
    expect(names.names).to.deep.equal(['api', 'jobs', 'web'])
    expect(['api', 'jobs', 'web', 'other'].map((app) => names.knows(app))).to.deep.equal([
      true,
      true,
      true,
      false,
    ])
  })

  it('is known by the head of a line, whose app the list does not have', () => {
    learn(printed('web.1', '[api:0] hello'), line('heroku[web.1]', '[other:0] hello'))
    expect(names.knows('api')).to.equal(true)
    expect(names.knows('other')).to.equal(false)
    expect(names.knows('0')).to.equal(false)
    expect(names.names).to.deep.equal([])
    learn(printed('web.1', 'no [head:0] here'), printed('web.1', '[a b:0] x'))
    expect(names.knows('head')).to.equal(false)
  })

  it('is forgotten of a dyno that starts anew, which may run other apps', () => {
    learn(sampled('web.1', 'api', 0), sampled('web.2', 'api', 0))
    learn(line('heroku[web.1]', 'State changed from starting to up'))
    expect(names.isOf('api', printed('web.1', 'hello'))).to.equal(true)
    learn(line('heroku[web.1]', 'Starting process with command `npm start`'))
    expect(names.isOf('api', printed('web.1', 'hello'))).to.equal(false)
    expect(names.isOf('api', printed('web.2', 'hello'))).to.equal(true)
  })

  it('is that of the one app in a dyno, and of several none without a head', () => {
    learn(sampled('web.1', 'api', 0), sampled('web.2', 'api', 0), sampled('web.2', 'jobs', 0))
    expect(names.isOf('api', printed('web.1', 'hello'))).to.equal(true)
    expect(names.isOf('jobs', printed('web.1', 'hello'))).to.equal(false)
    expect(names.isOf('api', printed('web.2', 'hello'))).to.equal(false)
    expect(names.isOf('api', printed('web.3', 'hello'))).to.equal(false)
    expect(names.isOf('api', printed('web.2', '[api:0] hello'))).to.equal(true)
    expect(names.isOf('jobs', printed('web.2', '[api:0] hello'))).to.equal(false)
    // A head that another app of the dyno could not have written.
    expect(names.isOf('jobs', printed('web.1', '[jobs:0] hello'))).to.equal(true)
  })

  it('is of an app of the log alone, its changes with it and its figures not', () => {
    learn(sampled('web.1', 'api', 0))
    expect(names.isOf('api', changed('web.1', 'api', 0, 'exit'))).to.equal(true)
    expect(names.isOf('api', changed('web.1', 'jobs', 0, 'exit'))).to.equal(false)
    expect(names.isOf('api', sampled('web.1', 'api', 0))).to.equal(false)
    expect(names.isOf('api', line('heroku[web.1]', 'Restarting'))).to.equal(false)
  })

  it('may be that of one instance, as far as the line says so', () => {
    learn(sampled('web.1', 'api', 0), sampled('web.1', 'api', 1))
    const isSecond = (one: ReturnType<typeof line>) => names.isOf('api', one, 1)
    expect(isSecond(changed('web.1', 'api', 1, 'exit'))).to.equal(true)
    expect(isSecond(changed('web.1', 'api', 0, 'exit'))).to.equal(false)
    expect(isSecond(printed('web.1', '[api:1] hello'))).to.equal(true)
    expect(isSecond(printed('web.1', '[api:0] hello'))).to.equal(false)
    expect(isSecond(printed('web.1', '[jobs:1] hello'))).to.equal(false)
    // With one app in the dyno no line says which of its instances wrote it.
    expect(isSecond(printed('web.1', 'hello'))).to.equal(true)
  })
})
