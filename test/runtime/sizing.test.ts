import { expect } from 'chai'
import { DYNO_SIZES } from '../../src/lib/dyno-sizes.js'
import {
  AGENT_MEMORY,
  GROWTH,
  SUPERVISOR_MEMORY,
  mostInstances,
  parseInstances,
  sizeApps,
  underLoad,
  type AppToSize,
  type SizingInput,
} from '../../src/runtime/sizing.js'

const api = (more: Partial<AppToSize> = {}): AppToSize => ({
  name: 'api',
  wanted: 'max',
  isCluster: true,
  ...more,
})
const size = (input: Partial<SizingInput>) =>
  Object.fromEntries(
    sizeApps({ memory: 512, cpus: 8, hasAgent: false, env: {}, apps: [api()], ...input }).map(
      (app) => [app.name, app.instances],
    ),
  )

describe('sizing of every dyno', () => {
  for (const { name, memory } of DYNO_SIZES) {
    for (const cpus of [1, 2, 4, 8, 16, 64]) {
      it(`${name}, ${cpus} CPUs: at least one, at most the CPUs, and within its memory`, () => {
        for (const measured of [45, 90, 400]) {
          for (const hasAgent of [false, true]) {
            const [sized] = sizeApps({ memory, cpus, hasAgent, env: {}, apps: [api({ measured })] })
            const instances = sized!.instances
            expect(instances).to.be.within(1, cpus)
            if (instances > 1)
              expect(
                SUPERVISOR_MEMORY + (hasAgent ? AGENT_MEMORY : 0) + instances * measured * GROWTH,
              ).to.be.at.most(memory)
          }
        }
      })
    }
  }
})

describe('sizing', () => {
  const table: Array<[string, Partial<SizingInput>, Record<string, number>]> = [
    ['eco, unmeasured', {}, { api: 4 }],
    ['eco, one CPU', { cpus: 1 }, { api: 1 }],
    ['an app of 43 MB', { apps: [api({ measured: 43 })] }, { api: 4 }],
    ['an app of 90 MB', { apps: [api({ measured: 90 })] }, { api: 2 }],
    [
      'an app of 90 MB beside the dashboard agent',
      { apps: [api({ measured: 90 })], hasAgent: true },
      { api: 2 },
    ],
    ['an app of 190 MB', { apps: [api({ measured: 190 })] }, { api: 1 }],
    ['an app larger than the dyno', { apps: [api({ measured: 700 })] }, { api: 1 }],
    ['standard-2x', { memory: 1024, apps: [api({ measured: 90 })] }, { api: 4 }],
    ['performance-m', { memory: 2560, cpus: 2, apps: [api({ measured: 90 })] }, { api: 2 }],
    ['performance-2xl', { memory: 129_024, cpus: 64, apps: [api({ measured: 90 })] }, { api: 64 }],
    ['all CPUs but one', { memory: 14_336, apps: [api({ wanted: -1 })] }, { api: 7 }],
    ['all CPUs but more than there are', { apps: [api({ wanted: -20 })] }, { api: 1 }],
    [
      'max_memory_restart bounds the growth',
      { apps: [api({ measured: 90, ceiling: 100 })] },
      { api: 4 },
    ],
    [
      'a ceiling below what was measured does not make room',
      { apps: [api({ measured: 90, ceiling: 20 })] },
      { api: 5 },
    ],
    ['a number in the file', { apps: [api({ wanted: 3 })] }, { api: 3 }],
    ['nothing in the file', { apps: [api({ wanted: undefined })] }, { api: 1 }],
    [
      "a person's WEB_CONCURRENCY",
      { env: { WEB_CONCURRENCY: '5' }, apps: [api({ wanted: 3 })] },
      { api: 5 },
    ],
    [
      "the buildpack's WEB_CONCURRENCY",
      {
        env: { WEB_CONCURRENCY: '5', WEB_CONCURRENCY_SET_BY: 'heroku/nodejs' },
        apps: [api({ wanted: 3 })],
      },
      { api: 3 },
    ],
    [
      'WEB_CONCURRENCY does not multiply what shares no port',
      { env: { WEB_CONCURRENCY: '5' }, apps: [api({ wanted: undefined, isCluster: false })] },
      { api: 1 },
    ],
    [
      'SHIPIT_INSTANCES before WEB_CONCURRENCY',
      { env: { SHIPIT_INSTANCES: 'api=2', WEB_CONCURRENCY: '5' } },
      { api: 2 },
    ],
    [
      'two apps share the memory',
      { apps: [api({ measured: 80 }), api({ name: 'web', measured: 40 })] },
      { api: 1, web: 2 },
    ],
    [
      'a fixed app takes its part first',
      { apps: [api({ measured: 43 }), api({ name: 'job', wanted: 2 })] },
      { api: 2, job: 2 },
    ],
  ]
  for (const [what, input, expected] of table) {
    it(`${what}: ${JSON.stringify(expected)}`, () => expect(size(input)).to.deep.equal(expected))
  }

  it('never plans more than the dyno holds, unless one instance alone is too large', () => {
    for (const memory of [512, 1024, 2560, 14_336]) {
      for (const measured of [30, 60, 90, 150, 300]) {
        const [one] = sizeApps({
          memory,
          cpus: 64,
          hasAgent: true,
          env: {},
          apps: [api({ measured })],
        })
        const total = 48 + 54 + (one?.instances ?? 0) * measured * 2.2
        expect(
          one?.instances === 1 || total <= memory,
          `${memory} MB, ${measured} MB each`,
        ).to.equal(true)
      }
    }
  })

  it('goes by what was learned of an app, and never by less than was measured', () => {
    expect(underLoad(api({ measured: 60, learned: 90.5 }))).to.equal(91)
    expect(underLoad(api({ measured: 60.2, learned: 50 }))).to.equal(61)
    expect(underLoad(api({ learned: 0.5 }))).to.equal(1)
  })

  it('is an estimate where a measurement would change it, and a whole number of the file', () => {
    const sized = (more: Partial<SizingInput>) =>
      sizeApps({ memory: 512, cpus: 8, hasAgent: false, env: {}, apps: [api()], ...more })[0]!
    expect(sized({ cpus: 1 }).isEstimate).to.equal(false)
    expect(sized({ cpus: 2 }).isEstimate).to.equal(true)
    expect(sized({ apps: [api({ measured: 60 })] }).isEstimate).to.equal(false)
    expect(sized({ apps: [api({ wanted: 2.7 })] }).instances).to.equal(2)
    expect(sized({ memory: 148 }).why).to.include('memory holds 1,')
    expect(sized({ memory: 147 }).why).to.include('one does not fit')
  })

  const WHOLE: [
    what: string,
    input: Partial<SizingInput>,
    instances: number,
    why: string,
    isEstimate?: true,
  ][] = [
    ['the variable', { env: { SHIPIT_INSTANCES: '3' } }, 3, 'SHIPIT_INSTANCES'],
    ["a person's number", { env: { WEB_CONCURRENCY: '5' } }, 5, 'WEB_CONCURRENCY'],
    ["a person's one", { env: { WEB_CONCURRENCY: '1' } }, 1, 'WEB_CONCURRENCY'],
    [
      'one of the buildpack, for what the memory holds',
      { env: { WEB_CONCURRENCY: '2', WEB_CONCURRENCY_SET_BY: 'heroku/nodejs' } },
      4,
      'memory holds 4, 100 MB an instance, unmeasured',
      true,
    ],
    ...['0', '-1', '2.5', 'many', ''].map(
      (text): [string, Partial<SizingInput>, number, string] => [
        `WEB_CONCURRENCY=${text}, which counts no instances`,
        { env: { WEB_CONCURRENCY: text }, apps: [api({ wanted: 3 })] },
        3,
        'the file',
      ],
    ),
    [
      'one of the environment, of apps that are no cluster',
      { env: { WEB_CONCURRENCY: '5' }, apps: [api({ wanted: 2, isCluster: false })] },
      2,
      'the file',
    ],
    ['no number', { apps: [api({ wanted: undefined })] }, 1, 'the file asks for none'],
    [
      '0, which is max for PM2',
      { apps: [api({ wanted: 0, measured: 60 })], cpus: 2 },
      2,
      'memory holds 3, CPUs 2, 132 MB an instance under load, 60 MB measured',
    ],
    [
      'as many as the memory and the CPUs hold alike',
      { apps: [api({ measured: 60 })], cpus: 3 },
      3,
      'memory holds 3, CPUs 3, 132 MB an instance under load, 60 MB measured',
    ],
    [
      'a machine of its own',
      { memory: Infinity, apps: [api({ measured: 60 })] },
      8,
      'one for each CPU',
    ],
    ['all but two', { memory: Infinity, apps: [api({ wanted: -2 })] }, 6, 'all CPUs but 2'],
    [
      'too little memory for one',
      { memory: 100 },
      1,
      'one does not fit, and less than one cannot be, 100 MB an instance, unmeasured',
      true,
    ],
    ['one CPU', { cpus: 1 }, 1, 'memory holds 4, CPUs 1, 100 MB an instance, unmeasured'],
  ]
  for (const [what, input, instances, why, isEstimate = false] of WHOLE)
    it(`says why: ${what}`, () => {
      expect(
        sizeApps({ memory: 512, cpus: 8, hasAgent: false, env: {}, apps: [api()], ...input }),
      ).to.deep.equal([{ name: 'api', instances, why, isEstimate }])
    })

  it('goes by a ceiling alone where nothing was measured', () => {
    expect(underLoad(api({ ceiling: 0.5 }))).to.equal(1)
    expect(underLoad(api({ ceiling: 300 }))).to.equal(100)
  })

  it('reads SHIPIT_INSTANCES', () => {
    expect([...parseInstances('api=4, jobs=1')]).to.deep.equal([
      ['api', 4],
      ['jobs', 1],
    ])
    expect([...parseInstances('3')]).to.deep.equal([['*', 3]])
    expect([...parseInstances(' my api =2 ')]).to.deep.equal([['my api', 2]])
    expect([...parseInstances('api=0,x,=2,b=-1,c=2x,d=1 2,')]).to.deep.equal([])
    expect([...parseInstances(undefined)]).to.deep.equal([])
  })

  it('leaves to learning only what the user has not set, up to the CPUs', () => {
    const most = (app: Partial<AppToSize>, env: SizingInput['env'] = {}) =>
      mostInstances(api(app), { memory: 512, cpus: 8, hasAgent: false, env, apps: [api(app)] })
    expect([most({}), most({ wanted: -1 }), most({ wanted: -20 })]).to.deep.equal([8, 7, 1])
    const persons = [
      most({ wanted: 3 }),
      most({ wanted: undefined }),
      most({}, { SHIPIT_INSTANCES: 'api=2' }),
      most({}, { SHIPIT_INSTANCES: '2' }),
      most({}, { WEB_CONCURRENCY: '2' }),
    ]
    expect(persons).to.deep.equal([undefined, undefined, undefined, undefined, undefined])
    expect(most({}, { WEB_CONCURRENCY: '2', WEB_CONCURRENCY_SET_BY: 'heroku/nodejs' })).to.equal(8)
    expect(most({ isCluster: false })).to.equal(undefined)
  })
})
