import { expect } from 'chai'
import type { DynoReport } from '../../src/monitor/report.js'
import {
  hasInstances,
  instancesFit,
  roomInWords,
  typesWith,
  unknownMemory,
} from '../../src/operate/instance-memory.js'
import { planInstances, type InstancesPlan } from '../../src/operate/instances.js'
import { SUPERVISOR_MEMORY } from '../../src/runtime/sizing.js'
import { refusal } from '../support/failures.js'
import { dyno } from '../support/records.js'

type Row = [app: string, memoryMb: number | null, status?: string]
const report = (name: string, rows: Row[], more: Partial<DynoReport> = {}): DynoReport =>
  ({
    ...dyno(name),
    instances: rows.map(([app, memoryMb, status = 'online']) => ({
      app,
      memoryMb,
      status,
      sampledAt: '2026-11-22T20:00:00Z',
    })),
    ...more,
  }) as DynoReport
const to = (...changes: [app: string, after: number | 'max'][]): InstancesPlan['changes'] =>
  changes.map(([app, after]) => ({ app, before: 1, after }))

describe('what the instances of a dyno will need', () => {
  const fit = (dynos: DynoReport[], ...changes: Parameters<typeof to>) =>
    instancesFit(dynos, to(...changes), [{ type: 'web', quantity: 2, size: 'Standard-1X' }])
  const web = [
    report('web.1', [
      ['api', 100.4],
      ['api', 80],
      ['jobs', 50],
    ]),
    report('web.2', [
      ['api', null],
      ['jobs', 60],
    ]),
  ]

  it('is the largest that one takes, times how many there will be, and the supervisor', () => {
    expect(fit(web, ['api', 4])).to.deep.equal([
      {
        type: 'web',
        size: 'Standard-1X',
        quotaMb: 512,
        neededMb: SUPERVISOR_MEMORY + 4 * 100 + 60,
        apps: [
          { app: 'api', instances: 4, eachMb: 100 },
          { app: 'jobs', instances: 1, eachMb: 60 },
        ],
        fits: 4 * 100 + 60 + SUPERVISOR_MEMORY <= 512,
      },
    ])
    const resized = [
      report(
        'web.1',
        [
          ['jobs', 9],
          ['api', 8],
        ],
        { size: 'Basic' },
      ),
    ]
    expect(fit(resized, ['api', 1])[0]).to.deep.include({ size: 'Standard-1X' })
    expect(fit(resized, ['api', 1])[0]!.apps.map(({ app }) => app)).to.deep.equal(['api', 'jobs'])
    expect(fit(web, ['jobs', 3])[0]!.apps[0]).to.include({ app: 'api', instances: 2 })
  })

  it('fits up to the last MB', () => {
    const of = (memory: number) => fit([report('web.1', [['api', memory]])], ['api', 1])[0]!.fits
    expect([of(512 - SUPERVISOR_MEMORY), of(513 - SUPERVISOR_MEMORY)]).to.deep.equal([true, false])
  })

  it('is not known if one is left to what fits, or tells no figures', () => {
    expect(fit(web, ['api', 'max'])).to.deep.equal([])
    expect(fit([report('web.1', [['api', null]])], ['api', 2])).to.deep.equal([])
    expect(fit(web, ['other', 2])).to.deep.equal([])
  })

  it('is told for each process type that runs a changed app, of the size that it has', () => {
    const dynos = [
      ...web,
      report('worker.1', [['api', 10]], { size: 'Basic' }),
      report('clock.1', [['tick', 10]]),
    ]
    expect(fit(dynos, ['api', 1]).map(({ type, size }) => [type, size])).to.deep.equal([
      ['web', 'Standard-1X'],
      ['worker', 'Basic'],
    ])
    expect(typesWith(dynos, 'api')).to.deep.equal(['web', 'worker'])
    const unknown = report('x.1', [['api', 9000]], { size: 'Unheard-Of' })
    expect(fit([unknown], ['api', 1])[0]).to.include({ quotaMb: null, fits: true })
  })
})

describe('what cannot be reckoned, and what is left to what fits', () => {
  const rows = [{ type: 'web', quantity: 1, size: 'Standard-1X' }]
  it('says how many a dyno holds beside the others', () => {
    const dynos = [
      report('web.1', [
        ['api', 60],
        ['api', 70],
        ['jobs', 50],
      ]),
    ]
    expect(roomInWords(dynos, to(['api', 'max']), rows)).to.deep.equal([
      'Memory of a web dyno (Standard-1X, 512 MB): beside 1 × jobs at 50 MB and 48 MB of ' +
        'shipit-runtime it holds 5 × api at 70 MB; the ecosystem file and the CPUs may make it fewer.',
    ])
    expect(roomInWords(dynos, to(['api', 3]), rows)).to.deep.equal([])
    const huge = [{ type: 'web', quantity: 1, size: 'Unheard-Of' }]
    expect(roomInWords(dynos, to(['api', 'max']), huge)).to.deep.equal([])
    expect(unknownMemory(dynos, to(['api', 'max']), rows)).to.deep.equal([])
  })
  it('shares what is left between those that are left to it, one of each at least', () => {
    const dynos = [
      report('web.1', [
        ['api', 60],
        ['jobs', 100],
      ]),
    ]
    const left = 512 - SUPERVISOR_MEMORY
    expect(roomInWords(dynos, to(['api', 'max'], ['jobs', 'max']), rows)[0]).to.include(
      `beside ${SUPERVISOR_MEMORY} MB of shipit-runtime it holds ` +
        `${Math.floor(left / 2 / 60)} × api at 60 MB and ${Math.floor(left / 2 / 100)} × jobs at 100 MB;`,
    )
    const large = [
      report('web.1', [
        ['api', 400],
        ['jobs', 600],
      ]),
    ]
    expect(roomInWords(large, to(['api', 'max']), rows)[0]).to.include('it holds 1 × api at 400 MB')
  })
  it('says which app has no figures yet', () => {
    const dynos = [
      report('web.1', [
        ['api', null],
        ['jobs', 50],
      ]),
    ]
    expect(unknownMemory(dynos, to(['api', 3]), rows)[0]).to.contain(
      'its instances of api have printed no figures since they started',
    )
    expect(instancesFit(dynos, to(['api', 3]), rows)).to.deep.equal([])
    expect(roomInWords(dynos, to(['api', 'max']), rows)).to.deep.equal([])
  })
})

describe('whether the instances are there', () => {
  const has = (dynos: DynoReport[], ...changes: Parameters<typeof to>) =>
    hasInstances(
      dynos,
      to(...changes),
      ['web'],
      (name) => dynos.find((dyno) => dyno.name === name)?.instances.length,
    )
  const two: Row[] = [
    ['api', 1],
    ['api', 1],
  ]

  it('is so once every dyno that is up has just as many online', () => {
    expect(has([report('web.1', two)], ['api', 2])).to.equal(true)
    expect(has([report('web.1', two)], ['api', 1])).to.equal(false)
    expect(has([report('web.1', two)], ['api', 3])).to.equal(false)
    expect(has([report('web.1', two), report('web.2', [['api', 1]])], ['api', 2])).to.equal(false)
    expect(has([report('web.1', [...two, ['api', 1, 'stopping']])], ['api', 2])).to.equal(true)
    expect(has([report('web.1', [...two, ['jobs', 1]])], ['api', 2], ['jobs', 1])).to.equal(true)
    expect(has([report('web.1', [...two, ['jobs', 1]])], ['api', 2], ['jobs', 2])).to.equal(false)
  })

  it('asks none of other types, and none that are not up', () => {
    const starting = report('web.2', [], { state: 'starting' })
    const worker = report('worker.1', [['api', 1]])
    expect(has([report('web.1', [['api', 1]])], ['api', 1])).to.equal(true)
    expect(has([report('web.1', two), report('worker.1', [['jobs', 1]])], ['api', 3])).to.equal(
      false,
    )
    expect(has([report('web.1', two), starting, worker], ['api', 2])).to.equal(true)
    expect(has([starting, worker], ['api', 1])).to.equal(false)
    expect(has([], ['api', 1])).to.equal(false)
  })

  it('waits for max until the figures tell of all, and all are online', () => {
    const has = (rows: Row[], expected: number | undefined) =>
      hasInstances([report('web.1', rows)], to(['api', 'max']), ['web'], () => expected)
    expect(has(two, undefined)).to.equal(false)
    expect(has(two, 3)).to.equal(false)
    expect(has([...two, ['api', 1, 'launching']], 3)).to.equal(false)
    expect(has([['jobs', 1]], 1)).to.equal(true)
    expect(has(two, 2)).to.equal(true)
  })

  it('takes for max the instances of the newest figures alone', () => {
    const now = Date.parse('2026-11-22T20:00:20Z')
    const has = (times: [app: string, ms: number | null, status?: string][], expected: number) => {
      const dyno = report(
        'web.1',
        times.map(([app, , status]) => [app, 1, status]),
      )
      dyno.instances.forEach((one, at) => {
        const ms = times[at]![1]
        one.sampledAt = ms === null ? null : new Date(now - ms).toISOString()
      })
      return hasInstances([dyno], to(['api', 'max']), ['web'], () => expected)
    }
    // What the dyno before it had is told of 20 s earlier.
    expect(
      has(
        [
          ['api', 0],
          ['api', 499],
          ['api', 20_000, 'stopping'],
        ],
        2,
      ),
    ).to.equal(true)
    expect(
      has(
        [
          ['api', 0],
          ['api', 500],
        ],
        2,
      ),
    ).to.equal(false)
    expect(
      has(
        [
          ['api', 0],
          ['api', 500],
        ],
        1,
      ),
    ).to.equal(true)
    expect(
      has(
        [
          ['api', 20_000],
          ['jobs', 0],
        ],
        1,
      ),
    ).to.equal(false)
    expect(
      has(
        [
          ['api', 0],
          ['jobs', 20_000],
        ],
        1,
      ),
    ).to.equal(true)
    expect(
      has(
        [
          ['api', 0],
          ['jobs', 0],
        ],
        1,
      ),
    ).to.equal(false)
    expect(
      has(
        [
          ['api', 0],
          ['api', null, 'launching'],
        ],
        1,
      ),
    ).to.equal(true)
    expect(
      has(
        [
          ['api', null],
          ['api', null],
        ],
        2,
      ),
    ).to.equal(true)
  })

  it('takes any number for max, and none of an app that the type does not run', () => {
    expect(has([report('web.1', two)], ['api', 'max'])).to.equal(true)
    expect(has([report('web.1', [])], ['api', 'max'])).to.equal(false)
    const other = report('web.2', [['jobs', 1]])
    expect(has([report('web.1', two), other], ['api', 'max'])).to.equal(false)
    expect(has([report('web.1', two), report('worker.1', [['jobs', 1]])], ['jobs', 5])).to.equal(
      true,
    )
  })
})

describe('a number of instances', () => {
  const plan = (text: string, current?: string, running?: [string, number][]) =>
    planInstances(current, text, new Map(running))

  it('is from 1 to 512', () => {
    expect(plan('api=1').value).to.equal('api=1')
    expect(plan('api=512').value).to.equal('api=512')
    for (const text of ['api=0', 'api=513'])
      expect(refusal(() => plan(text)).message).to.include('api cannot have')
    expect(refusal(() => plan('api-1', 'api=1')).message).to.equal('api cannot have 0 instances.')
  })

  it('may have blanks around it, and names its app in full', () => {
    expect(plan(' api=2 , jobs=3 ').value).to.equal('api=2,jobs=3')
    expect(plan('web-api-1', 'web-api=3').value).to.equal('web-api=2')
    for (const text of ['a api=2', 'api=2x', '=2', 'api=2 jobs=1'])
      expect(refusal(() => plan(text)).message).to.include('is not a number of instances')
    expect(refusal(() => plan('api=2,')).message).to.include('An empty entry')
    expect(plan('api=2', ' api = 1 ,odd,x=y,jobs=2').value).to.equal('api=2,jobs=2')
    expect(refusal(() => plan('api+max', 'api=2')).message).to.include(
      'is not a number of instances',
    )
    for (const odd of ['x api=1', 'api=1 x'])
      expect(plan('jobs=2', odd).value, odd).to.equal('jobs=2')
  })

  it('counts from the config var, else from what runs, else from nothing', () => {
    expect(plan('api+2', 'api=4', [['api', 1]]).changes).to.deep.equal([
      { app: 'api', before: 4, after: 6 },
    ])
    expect(plan('api+2', undefined, [['api', 1]]).value).to.equal('api=3')
    expect(plan('api=2', undefined, [['api', 2]]).changes).to.deep.equal([
      { app: 'api', before: 'max', after: 2 },
    ])
    const error = refusal(() => plan('api+2', undefined, [['jobs', 1]]))
    expect(error.message).to.include('nothing to count from')
    expect(error.next).to.include('--instances api=2')
    expect(refusal(() => plan('api=2,api=3')).message).to.equal('api is given twice.')
  })

  it('is changed if one of several is', () => {
    expect(plan('api=2,jobs=3', 'api=2,jobs=2').isChanged).to.equal(true)
    expect(plan('api=2,jobs=2', 'api=2,jobs=2').isChanged).to.equal(false)
    expect(plan('api=max', 'api=2')).to.deep.include({ value: null, isChanged: true })
  })
})
