import { expect } from 'chai'
import { parseScale, planInstances, planScale } from '../../src/operate/index.js'
import type { ShipitError } from '../../src/errors.js'
import { formation } from '../support/records.js'

function failure(act: () => unknown): ShipitError {
  try {
    act()
  } catch (error) {
    return error as ShipitError
  }
  throw new Error('expected an error')
}

describe('scale expressions', () => {
  const cases: [string, object][] = [
    ['web=2', { type: 'web', quantity: { operator: '=', amount: 2 } }],
    ['web+1', { type: 'web', quantity: { operator: '+', amount: 1 } }],
    ['web-1', { type: 'web', quantity: { operator: '-', amount: 1 } }],
    ['my-worker=3', { type: 'my-worker', quantity: { operator: '=', amount: 3 } }],
    ['my-worker-1', { type: 'my-worker', quantity: { operator: '-', amount: 1 } }],
    [
      'web=2:standard-2x',
      { type: 'web', quantity: { operator: '=', amount: 2 }, size: 'Standard-2X' },
    ],
    ['web:PERFORMANCE-l-ram', { type: 'web', size: 'Performance-L-RAM' }],
    ['2nd-web=1', { type: '2nd-web', quantity: { operator: '=', amount: 1 } }],
    ['web=0', { type: 'web', quantity: { operator: '=', amount: 0 } }],
  ]
  for (const [text, expression] of cases)
    it(text, () => expect(parseScale([text])).to.deep.equal([expression]))

  for (const text of [
    'web',
    'web=',
    '=2',
    'web=two',
    'web=-1',
    'web=1.5',
    'web==2',
    'web=2:',
    '-web=2',
    '4',
    'a b=2',
    '',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(failure(() => parseScale([text])).code).to.equal('usage'))
  }
  it('guesses at a size that does not exist, and lists those that do', () => {
    const error = failure(() => parseScale(['web=1:standard-1']))
    expect(error).to.include({
      code: 'usage',
      message: 'There is no dyno size called standard-1.',
      why: 'Did you mean Standard-1X?',
    })
    expect(error.next).to.contain('Eco, Basic, Standard-1X')
  })
  it("answers PM2's way to scale with ours", () => {
    expect(failure(() => parseScale(['api', '3'])).next).to.match(
      /shipit scale web=3\n.*shipit scale --instances api=3$/,
    )
    expect(failure(() => parseScale(['api', '+3'])).next).to.match(/--instances api\+3$/)
  })
  it("takes only a name and a number for PM2's way", () => {
    for (const words of [
      ['api', 'x3'],
      ['api', '3x'],
      ['web=1', '3'],
      ['api', '3', 'web=1'],
    ])
      expect(failure(() => parseScale(words)).message).to.include('is not a scale expression')
  })
  it('refuses a type given twice', () => {
    expect(failure(() => parseScale(['web=1', 'web+1'])).message).to.equal('web is given twice.')
    expect(failure(() => parseScale(['web=1', 'jobs=1', 'jobs=2', 'web=2'])).message).to.equal(
      'jobs is given twice.',
    )
  })
})

describe('the plan of a scale', () => {
  const current = [formation('web', 2), formation('jobs', 0)]
  const plan = (...args: string[]) => planScale('a1', current, parseScale(args))
  it('counts from what runs, and sends only what differs', () => {
    const { changes, updates } = plan('web+1', 'jobs=0')
    expect(changes).to.deep.equal([
      {
        type: 'web',
        before: { quantity: 2, size: 'Standard-1X' },
        after: { quantity: 3, size: 'Standard-1X' },
        costClass: 'standard',
        costs: 'more',
      },
      {
        type: 'jobs',
        before: { quantity: 0, size: 'Standard-1X' },
        after: { quantity: 0, size: 'Standard-1X' },
        costClass: 'standard',
        costs: 'same',
      },
    ])
    expect(updates).to.deep.equal([{ type: 'web', quantity: 3 }])
  })
  it('changes the size alone, or both', () => {
    expect(plan('web:standard-2x').updates).to.deep.equal([{ type: 'web', size: 'Standard-2X' }])
    expect(plan('web=1:standard-2x', 'jobs=1').updates).to.deep.equal([
      { type: 'web', quantity: 1, size: 'Standard-2X' },
      { type: 'jobs', quantity: 1 },
    ])
  })
  it('sends nothing where all is as asked', () =>
    expect(plan('web=2:standard-1x').updates).to.deep.equal([]))
  it('does not go below none', () =>
    expect(failure(() => plan('web-3')).message).to.contain('web has 2'))
  it('guesses at a process type that does not exist', () => {
    expect(failure(() => plan('wbe=1')))
      .to.include({ code: 'usage', why: 'Did you mean web?' })
      .and.have.property('next')
      .that.matches(/^Known: web, jobs\n.*shipit scale --instances wbe=1 --app /)
    expect(failure(() => plan('wbe+3')).next).to.include('--instances wbe+3 ')
    expect(failure(() => plan('wbe:basic')).next).to.include('--instances wbe=1 ')
    expect(failure(() => planScale('a1', [], parseScale(['web=1']))).next).to.equal(
      'The app has no process type yet: deploy it first.',
    )
  })
})

describe('the plan of the instances', () => {
  const cases: [string | undefined, string, string | null, boolean][] = [
    [undefined, 'api=4', 'api=4', true],
    ['api=2,jobs=1', 'api=4', 'api=4,jobs=1', true],
    ['api=2,jobs=1', 'api=max', 'jobs=1', true],
    ['api=2', 'api=max', null, true],
    ['api=2', 'api+3', 'api=5', true],
    ['api=2', 'api=+5', 'api=7', true],
    ['api=4', 'api=-1', 'api=3', true],
    ['api=2', 'api-1,jobs=1', 'api=1,jobs=1', true],
    ['api=4', 'api=4', 'api=4', false],
    [undefined, 'api=max', null, false],
  ]
  for (const [current, text, value, isChanged] of cases) {
    it(`${current ?? 'unset'} with ${text} is ${value ?? 'unset'}`, () =>
      expect(planInstances(current, text)).to.include({ value, isChanged }))
  }
  it('counts from what runs where no scale before has said a number', () => {
    const running = new Map([
      ['api', 2],
      ['jobs', 1],
    ])
    expect(planInstances(undefined, 'api=+1', running)).to.deep.equal({
      value: 'api=3',
      changes: [{ app: 'api', before: 2, after: 3 }],
      isChanged: true,
    })
    expect(planInstances('api=5', 'api-1,jobs+1', running).value).to.equal('api=4,jobs=2')
    expect(planInstances(undefined, 'api=max', running).isChanged).to.equal(false)
  })
  for (const text of [
    'api',
    'api=',
    'api=0',
    'api=many',
    'api+1',
    'api+max',
    'api=+max',
    'api==1',
    'api=1,api=2',
    '',
    'api=9999',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(failure(() => planInstances(undefined, text)).code).to.equal('usage'))
  }
})

describe('the limits of scaling, before the platform is asked', () => {
  const plan = (rows: Parameters<typeof planScale>[1], ...args: string[]) =>
    planScale('myapp', rows, parseScale(args))

  it('refuses a second Eco dyno of a type, and says what all of the app would have to become', () => {
    const { message, next } = failure(() =>
      plan([formation('web', 1, 'Eco'), formation('jobs', 1, 'Eco')], 'web+1'),
    )
    expect(message).to.equal('Eco allows one dyno of a process type, and web would have 2.')
    expect(next).to.equal('shipit scale web=2:standard-1x jobs=1:standard-1x --app myapp')
  })

  it('refuses sizes that cannot be in one app', () => {
    const { message, next } = failure(() =>
      plan([formation('web', 1, 'Basic'), formation('jobs', 1, 'Basic')], 'web=2:standard-2x'),
    )
    expect(message).to.equal('Basic and Standard-2X dynos cannot be in one app.')
    expect(next).to.equal('shipit scale jobs=1:standard-1x --app myapp')
    const rest = [formation('jobs', 1, 'Basic'), formation('idle', 0, 'Basic')]
    expect(
      failure(() => plan([formation('web', 1, 'Basic'), ...rest], 'web=2:standard-2x')).next,
    ).to.equal('shipit scale jobs=1:standard-1x --app myapp')
    expect(
      failure(() => plan([formation('web', 1, 'Eco'), formation('jobs', 1, 'Eco')], 'web:basic'))
        .next,
    ).to.equal('shipit scale jobs=1:basic --app myapp')
  })

  it('leaves to the platform what an account may have raised', () => {
    expect(plan([formation('web', 1, 'Performance-L')], 'web=11').doubt).to.contain(
      '10 Performance-L dynos of a process type',
    )
    expect(plan([formation('web', 60), formation('jobs', 30)], 'jobs=41').doubt).to.contain(
      'this would be 101',
    )
    expect(
      plan([formation('web', 1, 'Performance-L'), formation('jobs', 1)], 'jobs=2').doubt,
    ).to.equal(null)
  })

  it('does not mind what it does not change', () => {
    expect(plan([formation('web', 1, 'Eco'), formation('jobs', 1)], 'web=1').updates).to.deep.equal(
      [],
    )
  })

  it('tells the class of cost, and whether it costs more or less', () => {
    expect(plan([formation('web', 1)], 'web=1:performance-m').changes[0]).to.include({
      costClass: 'performance',
      costs: 'more',
    })
    expect(plan([formation('web', 2)], 'web=1:standard-2x').changes[0]).to.include({
      costClass: 'standard',
      costs: 'same',
    })
  })
})
