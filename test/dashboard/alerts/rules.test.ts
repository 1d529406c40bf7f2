import { expect } from 'chai'
import type { AppFacts } from '../../../src/dashboard/alerts/facts.js'
import type { Incident } from '../../../src/dashboard/alerts/incidents.js'
import type { Judgement } from '../../../src/dashboard/alerts/rule.js'
import { RULES } from '../../../src/dashboard/alerts/rules/index.js'
import type { Alert } from '../../../src/dashboard/wire.js'
import { dyno, facts, MINUTE, NO_REQUESTS, NOW, requests, SECOND } from './facts.js'

const ago = (seconds: number) => NOW - seconds * SECOND
const exits = (instance: string, ...seconds: number[]): Incident[] =>
  seconds.map((one) => ({ kind: 'exit', time: ago(one), instance, text: 'exited with code 7' }))
const of = (kind: 'crash' | 'R14' | 'R15', ...seconds: number[]): Incident[] =>
  seconds.map((one) => ({
    kind,
    time: ago(one),
    instance: null,
    text: kind === 'crash' ? 'crashed' : kind,
  }))
const withIncidents = (incidents: Incident[], state = 'up') =>
  facts({ dynos: [dyno({ incidents, state })] })
const failing = (failed: number, all: number, ...causes: [string, number][]) =>
  facts({ requests: requests({ all, failed, causes, p95: 80 }) })
const asSlow = (p95: number | null, all: number) => facts({ requests: requests({ all, p95 }) })
const taking = (usedMb: number, incidents: Incident[] = []) =>
  facts({ dynos: [dyno({ memory: { usedMb, limitMb: 500 }, incidents, instances: [] })] })
const instanceTaking = (usedMb: number) =>
  facts({
    dynos: [
      dyno({
        memory: null,
        instances: [{ id: 'api:0', status: 'online', memory: { usedMb, limitMb: 200 } }],
      }),
    ],
  })
const heard = (seconds: number | null, some: Parameters<typeof dyno>[0] = {}) =>
  facts({ dynos: [dyno({ heardAt: seconds === null ? null : ago(seconds), ...some })] })

type Case = [what: string, given: AppFacts, is: Judgement['is'], text?: string]
const CASES: Record<Alert['rule'], Case[]> = {
  'crash-loop': [
    ['two exits', withIncidents(exits('api:0', 9, 3)), 'between'],
    [
      'the third within five minutes',
      withIncidents(exits('api:0', 299, 60, 3)),
      'bad',
      'api:0 in web.1 crashed 3 times in 4 min 56 s, and last exited with code 7.',
    ],
    [
      'the third five minutes after the first',
      withIncidents(exits('api:0', 300, 60, 3)),
      'between',
    ],
    [
      'three exits of three instances',
      withIncidents([...exits('api:0', 9), ...exits('api:1', 8), ...exits('api:2', 7)]),
      'between',
    ],
    [
      'the worst instance of two',
      withIncidents([...exits('api:0', 9, 8, 7), ...exits('api:1', 9, 8, 7, 6)]),
      'bad',
      'api:1 in web.1 crashed 4 times in 3 s, and last exited with code 7.',
    ],
    ['one crash of the dyno', withIncidents(of('crash', 30), 'crashed'), 'between'],
    [
      'the second within ten minutes',
      withIncidents(of('crash', 599, 30), 'crashed'),
      'bad',
      'web.1 crashed 2 times in 9 min 29 s.',
    ],
    ['the second ten minutes after the first', withIncidents(of('crash', 600, 61)), 'fine'],
    ['one exit a minute ago', withIncidents(exits('api:0', 60)), 'fine'],
    ['one exit a moment ago', withIncidents(exits('api:0', 59)), 'between'],
    [
      'one exit long ago, and a dyno that starts',
      withIncidents(exits('api:0', 90), 'starting'),
      'between',
    ],
    [
      'one crash long ago, and a dyno that is still down by it',
      withIncidents(of('crash', 500), 'crashed'),
      'between',
    ],
    ['two exits that are minutes old', withIncidents(exits('api:0', 280, 130)), 'between'],
    ['nothing', withIncidents([]), 'fine', 'web.1 is up, and has not crashed for a while.'],
  ],
  memory: [
    [
      'R14 within a minute',
      withIncidents(of('R14', 59)),
      'bad',
      'web.1 is over its memory quota (R14): it takes 200 of 512 MB.',
    ],
    [
      'R14 a minute ago',
      withIncidents(of('R14', 60)),
      'fine',
      'web.1 is within its memory quota again: it takes 200 of 512 MB.',
    ],
    [
      'R15 within five minutes',
      withIncidents(of('R15', 299)),
      'bad',
      'web.1 was killed since it took far more than its memory quota (R15).',
    ],
    ['R15 five minutes ago', withIncidents(of('R15', 300)), 'fine'],
    ['a crash', withIncidents(of('crash', 1)), 'fine'],
  ],
  errors: [
    ['one error of two requests', failing(1, 2, ['500', 1]), 'fine'],
    ['nine of nine', failing(9, 9, ['500', 9]), 'between'],
    [
      'ten of ten',
      failing(10, 10, ['H12', 8], ['503', 2]),
      'bad',
      '10 of 10 requests failed within a minute (100%): H12 (8), 503 (2).',
    ],
    [
      'ten of 200',
      failing(10, 200, ['500', 10]),
      'bad',
      '10 of 200 requests failed within a minute (5%): 500 (10).',
    ],
    ['ten of 201', failing(10, 201, ['500', 10]), 'between'],
    [
      'ten of 1,000',
      failing(10, 1000, ['500', 10]),
      'fine',
      '10 of 1000 requests failed within a minute (1%): 500 (10).',
    ],
    ['2% of many', failing(200, 10_000, ['500', 200]), 'between'],
    ['just below', failing(199, 10_000, ['500', 199]), 'fine'],
    ['five of ten', failing(5, 10, ['500', 5]), 'between'],
    ['four of four', failing(4, 4, ['500', 4]), 'fine'],
    ['none', failing(0, 40), 'fine', 'All 40 requests of a minute were answered.'],
    ['no requests', failing(0, 0), 'fine', 'No requests came within a minute.'],
  ],
  slow: [
    [
      '30 requests with 2 s',
      asSlow(2000, 30),
      'bad',
      '5% of 30 requests took 2.0 s and more within three minutes.',
    ],
    ['29 requests with 2 s', asSlow(2000, 29), 'between'],
    ['less than 2 s', asSlow(1999, 300), 'between'],
    ['1.5 s', asSlow(1500, 300), 'between'],
    ['less than 1.5 s', asSlow(1499, 3), 'fine'],
    ['no requests', asSlow(null, 0), 'fine', 'No requests came within three minutes.'],
  ],
  quota: [
    ['95% of its quota', taking(475), 'bad', 'web.1 takes 475 of 500 MB: 95% of its quota.'],
    ['less than 95%', taking(474), 'between'],
    ['85%', taking(425), 'between'],
    ['less than 85%', taking(424), 'fine'],
    ['more than its quota, which R14 tells already', taking(600, of('R14', 59)), 'between'],
    ['more than its quota, an R14 long ago', taking(600, of('R14', 60)), 'bad'],
    [
      'a memory that is not known',
      facts({ dynos: [dyno({ memory: null, instances: [] })] }),
      'between',
    ],
    ['a memory of a dyno that sleeps', facts({ dynos: [dyno({ state: 'idle' })] }), 'fine'],
  ],
  silent: [
    ['figures 59 s ago', heard(59), 'fine', 'Figures of web.1 come again.'],
    ['figures a minute ago', heard(60), 'bad', 'web.1 is up, and has told no figures for 1 min.'],
    ['none ever', heard(null), 'fine'],
    ['none of a dyno that sleeps', heard(600, { state: 'idle' }), 'fine'],
    ['none of a dyno that starts', heard(600, { state: 'starting' }), 'fine'],
    ['none of a dyno that has crashed', heard(600, { state: 'crashed' }), 'fine'],
    [
      'none of instances that have stopped',
      heard(600, { instances: [{ id: 'api:0', status: 'stopped', memory: null }] }),
      'fine',
    ],
    [
      'two lines missing of those that come once a minute',
      heard(179, { figuresEvery: MINUTE }),
      'fine',
    ],
    ['three of them', heard(180, { figuresEvery: MINUTE }), 'bad'],
  ],
  down: [
    [
      'crashed',
      facts({ state: 'crashed', why: 'web.1 has crashed.' }),
      'bad',
      'web.1 has crashed.',
    ],
    ['degraded', facts({ state: 'degraded', why: 'web.2 has crashed.' }), 'fine'],
    ['starting', facts({ state: 'starting' }), 'between'],
    ['stopped, as somebody has asked', facts({ state: 'stopped', dynos: [] }), 'fine'],
    ['up', facts(), 'fine', 'The app is up again.'],
  ],
  unreachable: [
    [
      'a problem',
      facts({ problem: 'Heroku could not be reached.' }),
      'bad',
      'Heroku could not be reached.',
    ],
    ['none', facts(), 'fine'],
  ],
}

describe('rules of alerts', () => {
  const judged = (id: string, given: AppFacts) => RULES.find((rule) => rule.id === id)!.judge(given)

  it('are each held to cases', () => {
    expect(RULES.map(({ id }) => id)).to.have.members(Object.keys(CASES))
  })

  for (const [id, cases] of Object.entries(CASES))
    describe(id, () => {
      for (const [what, given, is, text] of cases)
        it(`${is}: ${what}`, () => {
          const [first] = judged(id, given)
          expect(first).to.include({ is, ...(text === undefined ? {} : { text }) })
        })
    })

  it('judge an instance by the limit where PM2 restarts it', () => {
    for (const [used, is] of [
      [190, 'bad'],
      [189, 'between'],
      [170, 'between'],
      [169, 'fine'],
    ] as const) {
      const found = judged('quota', instanceTaking(used)).find(
        ({ place }) => place === 'web.1 api:0',
      )
      expect(found, String(used)).to.include({ is })
    }
    expect(judged('quota', instanceTaking(190)).map(({ place }) => place)).to.deep.equal([
      'web.1',
      'web.1 api:0',
    ])
  })

  it('judge each dyno by itself', () => {
    const incidents = exits('api:0', 3, 2, 1)
    const two = facts({ dynos: [dyno(), dyno({ name: 'web.2', incidents })] })
    expect(judged('crash-loop', two).map(({ place, is }) => [place, is])).to.deep.equal([
      ['web.1', 'fine'],
      ['web.2', 'bad'],
    ])
  })

  it('find nothing wrong with an app that is well, or asleep, or stopped', () => {
    const well = [
      facts(),
      facts({ dynos: [dyno({ state: 'idle', heardAt: NOW - 60 * MINUTE, memory: null })] }),
      facts({ dynos: [], state: 'stopped', requests: requests(NO_REQUESTS) }),
    ]
    for (const given of well)
      for (const rule of RULES)
        for (const { is, text } of rule.judge(given)) expect([is, text]).to.not.include('bad')
  })
})
