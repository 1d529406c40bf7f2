import { expect } from 'chai'
import type { Dyno } from '../../src/heroku/index.js'
import { FormationModel } from '../../src/monitor/index.js'
import { withoutFigures } from '../../src/monitor/without-figures.js'
import { sampleLines } from '../../src/runtime/event-line.js'
import { line, printed, sampled, START } from './lines.js'

const dyno = (more: Partial<Dyno> = {}) =>
  ({
    name: 'web.1',
    type: 'web',
    state: 'up',
    created_at: new Date(START).toISOString(),
    ...more,
  }) as Dyno

describe('dynos whose figures the log has not told', () => {
  let model: FormationModel
  beforeEach(() => {
    model = new FormationModel()
  })
  const lack = (more: Partial<Dyno> = {}) => withoutFigures([dyno(more)], model).length === 1
  /** What the runtime prints of a dyno of so many instances. */
  const figures = (count: number, seconds: number) =>
    sampleLines(
      'web.1',
      Array.from({ length: count }, (_, instance) => ({
        app: 'api',
        instance,
        sample: { pid: 1, status: 'online', restarts: 0, uptime: 1, memoryMb: 9, cpuPercent: 0 },
      })),
    ).map((text) => printed('web.1', text.trimEnd(), seconds))

  it('are those that are up and print some', () => {
    expect(lack()).to.equal(true)
    expect(lack({ type: 'run', name: 'run.1234' })).to.equal(false)
    for (const state of ['starting', 'crashed', 'idle', 'down'] as const)
      expect(lack({ state }), state).to.equal(false)
  })

  it('are none once all their instances have told them', () => {
    for (const one of figures(2, 5)) model.add(one)
    expect(lack()).to.equal(false)
    expect(lack({ name: 'web.2' })).to.equal(true)
  })

  it('are those whose figures are of a dyno before', () => {
    for (const one of figures(1, 5)) model.add(one)
    expect(lack({ created_at: new Date(START + 6000).toISOString() })).to.equal(true)
    // The log's clock may be of whole seconds.
    expect(lack({ created_at: new Date(START + 5900).toISOString() })).to.equal(false)
  })

  it('are those of which some instances are missing, or the number is not known', () => {
    const [first] = figures(3, 5)
    model.add({ ...first!, message: first!.message.replace(/ app=api instance=2 .*/, '') })
    expect(lack()).to.equal(true)
    model = new FormationModel()
    model.add(sampled('web.1', 'api', 0, {}, 5))
    expect(lack()).to.equal(true)
    model = new FormationModel()
    for (const one of figures(1, 5)) model.add(one)
    model.add(line('heroku[web.1]', 'Starting process with command `npm start`', 6))
    model.add(sampled('web.1', 'api', 0, {}, 7))
    expect(lack()).to.equal(true)
  })
})
