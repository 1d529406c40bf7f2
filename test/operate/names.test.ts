import { expect } from 'chai'
import type { ShipitError } from '../../src/errors.js'
import {
  ofWholeDynos,
  resolveName,
  selectionsOf,
  stoppable,
  type Known,
  type NamedInstances,
} from '../../src/operate/names.js'
import { dyno } from '../support/records.js'

const at = (name: string, app: string, instance: number, isUp = true) => ({
  dyno: name,
  type: name.split('.')[0]!,
  app,
  instance,
  isUp,
})
/** web runs school (2) and jobs; worker runs mailer alone; cron ran nightly, and is stopped. */
const KNOWN: Known = {
  types: ['web', 'worker', 'cron'],
  dynos: ['web.1', 'web.2', 'worker.1'],
  instances: [
    ...['web.1', 'web.2'].flatMap((name) => [
      at(name, 'school', 0),
      at(name, 'school', 1),
      at(name, 'jobs', 0),
    ]),
    at('worker.1', 'mailer', 0),
    at('cron.1', 'nightly', 0, false),
  ],
}
const DYNOS = KNOWN.dynos.map((name) => dyno(name))
const read = (text: string | undefined) => resolveName(text, KNOWN)
const instances = (text: string) => read(text) as NamedInstances
const refusal = (work: () => unknown): ShipitError => {
  try {
    work()
  } catch (error) {
    return error as ShipitError
  }
  throw new Error('nothing was refused')
}

describe('a name where a process type or a dyno may stand', () => {
  for (const [text, kind, selections] of [
    [undefined, 'all', [{}]],
    ['all', 'all', [{}]],
    ['web', 'type', [{ type: 'web' }]],
    ['web.2', 'dyno', [{ name: 'web.2' }]],
    ['school', 'instances', [{ type: 'web' }]],
    ['school:1', 'instances', [{ type: 'web' }]],
    ['1', 'instances', [{ type: 'web' }]],
    ['mailer', 'instances', [{ type: 'worker' }]],
    ['mailer:0', 'instances', [{ type: 'worker' }]],
  ] as const) {
    it(`${text} means ${JSON.stringify(selections)}`, () => {
      expect(read(text).kind).to.equal(kind)
      expect(selectionsOf(read(text), DYNOS, 'a1')).to.deep.equal(selections)
    })
  }

  it('is a process type before it is an app', () => {
    const known = { ...KNOWN, instances: [at('worker.1', 'web', 0)] }
    expect(resolveName('web', known)).to.deep.equal({ kind: 'type', type: 'web' })
  })

  it('names only the dynos that run it, if others of their type do not', () => {
    const known = { ...KNOWN, instances: [at('web.2', 'school', 0)] }
    expect(selectionsOf(resolveName('school', known), DYNOS, 'a1')).to.deep.equal([
      { name: 'web.2' },
    ])
  })

  for (const [text, code, said] of [
    ['schol', 'not_found', 'Did you mean school?'],
    ['school:7', 'not_found', 'There is no process type, dyno or app called school:7.'],
    ['7', 'not_found', 'Known: web, worker, cron, web.1, web.2, worker.1, jobs, mailer'],
    ['0', 'usage', 'Name one of jobs:0, mailer:0, nightly:0, school:0'],
  ] as const) {
    it(`is not ${text}: ${said}`, () => {
      const { code: is, message, why, next } = refusal(() => read(text))
      expect(is).to.equal(code)
      expect([message, why, next].join(' ')).to.contain(said)
    })
  }

  it('of what no dyno runs says how to start it', () => {
    expect(refusal(() => selectionsOf(read('nightly'), DYNOS, 'a1'))).to.include({
      code: 'not_found',
      next: 'shipit start cron --app a1',
    })
  })

  it('says which dynos are meant, and what else runs in them', () => {
    expect(ofWholeDynos(instances('school'), 'restarted')).to.equal(
      'school runs in web.1, web.2 beside jobs: those dynos are restarted whole.',
    )
    expect(ofWholeDynos(instances('school:0'), 'reloaded')).to.equal(
      'school:0 runs in web.1, web.2 beside jobs:0, school:1: those dynos are reloaded whole.',
    )
    expect(ofWholeDynos(instances('mailer'), 'stopped')).to.equal(
      'mailer runs in worker.1: that dyno is stopped.',
    )
  })

  it('stops an app that has its dynos alone, and of any other says what to type', () => {
    stoppable(instances('mailer'), 'a1')
    stoppable(instances('mailer:0'), 'a1')
    expect(refusal(() => stoppable(instances('school'), 'a1'))).to.include({
      code: 'usage',
      why: 'web.1, web.2 run it, and jobs beside it.',
      next:
        'All that web runs: shipit stop web --app a1\n' +
        'Only school: take it out of the ecosystem file, then shipit deploy --app a1',
    })
    expect(refusal(() => stoppable(instances('school:1'), 'a1')).next).to.equal(
      'One instance fewer: shipit scale school=1 --app a1\n' +
        'All of it: shipit stop school --app a1',
    )
  })
})
