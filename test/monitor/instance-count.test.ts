import { expect } from 'chai'
import { countInstances } from '../../src/monitor/instance-count.js'
import type { LogLine } from '../../src/heroku/index.js'
import { apiFor } from '../support/platform.js'
import { dyno } from '../support/records.js'
import { changed, sampled } from './lines.js'
import { logServer } from './log-server.js'

/** What is counted of an app with two web dynos and a worker, by its log. */
async function counted(...lines: LogLine[]): Promise<Record<string, number>> {
  const dynos = ['web.1', 'web.2', 'jobs.1'].map((name) => ({
    ...dyno(name),
    created_at: '2026-11-22T19:00:00Z',
  }))
  const server = await logServer({ dynos, lines: () => lines })
  try {
    return Object.fromEntries(await countInstances(apiFor(server.url), 'a1'))
  } finally {
    await server.close()
  }
}

describe('how many instances a dyno has', () => {
  it('is the most of any dyno, of each app by itself', async () =>
    expect(
      await counted(
        sampled('web.1', 'api', 0),
        sampled('web.2', 'api', 0),
        sampled('web.2', 'api', 1),
        sampled('web.2', 'mail', 0),
        sampled('jobs.1', 'jobs', 0),
        sampled('jobs.1', 'jobs', 1),
        sampled('jobs.1', 'jobs', 2),
        sampled('jobs.1', 'api', 0),
      ),
    ).to.deep.equal({ api: 2, mail: 1, jobs: 3 }))

  it('is of those that have a process, and of dynos that there are', async () =>
    expect(
      await counted(
        sampled('web.1', 'api', 0),
        sampled('web.1', 'api', 1),
        changed('web.1', 'api', 1, 'exit', { code: 1, backoff: '100ms' }, 1),
        sampled('web.1', 'gone', 0),
        changed('web.1', 'gone', 0, 'exit', { code: 0 }, 1),
        sampled('web.9', 'api', 0),
        sampled('web.9', 'api', 1),
      ),
    ).to.deep.equal({ api: 1 }))

  it('is not known where no line tells of one', async () =>
    expect(await counted()).to.deep.equal({}))
})
