import { expect } from 'chai'
import { ofFormation, standingOf } from '../../src/dashboard/app-state.js'
import type { DynoReport } from '../../src/monitor/index.js'

/** `web.1 up`, and PM2's words for its instances. */
function dyno(words: string, ...statuses: (string | null)[]): DynoReport {
  const [name, state, fault = null] = words.split(' ')
  return {
    name,
    type: name!.split('.')[0],
    state,
    fault,
    instances: statuses.map((status, at) => ({ id: `api:${at}`, status })),
  } as DynoReport
}

const STANDINGS: [DynoReport[], string, string | null][] = [
  [[], 'stopped', 'No dyno runs.'],
  [[dyno('web.1 up')], 'up', null],
  [[dyno('web.1 up', 'online', 'launching', 'stopping', null)], 'up', null],
  [[dyno('web.1 idle')], 'up', null],
  [[dyno('web.1 up'), dyno('web.2 starting')], 'starting', 'web.2 is starting.'],
  [[dyno('web.1 starting'), dyno('web.2 starting')], 'starting', 'web.1, web.2 are starting.'],
  [[dyno('web.1 crashed')], 'crashed', 'web.1 has crashed.'],
  [[dyno('web.1 up'), dyno('web.2 crashed')], 'degraded', 'web.2 has crashed.'],
  [[dyno('web.1 starting'), dyno('web.2 crashed')], 'degraded', 'web.2 has crashed.'],
  [[dyno('web.1 crashed'), dyno('web.2 crashed')], 'crashed', 'web.1, web.2 have crashed.'],
  [[dyno('web.1 down')], 'crashed', 'web.1 is down.'],
  [[dyno('web.1 up'), dyno('web.2 down')], 'degraded', 'web.2 is down.'],
  [[dyno('web.1 up', 'online', 'errored')], 'degraded', 'api:1 in web.1 is errored.'],
  [[dyno('web.1 up R14', 'online')], 'degraded', 'web.1 has R14.'],
  [[dyno('web.1 up R14', 'stopped')], 'degraded', 'api:0 in web.1 is stopped.'],
  [
    [1, 2, 3, 4, 5].map((n) => dyno(`web.${n} crashed`)),
    'crashed',
    'web.1, web.2 and 3 more have crashed.',
  ],
]

describe('how an app is', () => {
  for (const [dynos, state, why] of STANDINGS)
    it(`is ${state}: ${why ?? dynos.map((one) => one.state).join()}`, () => {
      expect(standingOf(dynos)).to.deep.equal({ state, state_why: why })
    })

  it('is a matter of its formation: one-off dynos and release phases come and go', () => {
    const all = ['web.1 up', 'run.7 up', 'release.3 crashed', 'scheduler.2 up', 'worker.1 up']
    expect(ofFormation(all.map((words) => dyno(words))).map(({ name }) => name)).to.deep.equal([
      'web.1',
      'worker.1',
    ])
  })
})
