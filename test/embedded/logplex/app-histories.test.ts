import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { AppHistories } from '../../../src/embedded/logplex/app-histories.js'
import { createLogplex } from '../../../src/embedded/logplex/index.js'
import type { DynoRecord } from '../../../src/embedded/store/records.js'
import { openHistory } from '../../../src/history/index.js'
import { sampleAt } from '../../support/history-log.js'

const APP = '8f9c1c0e-0000-4000-8000-000000000001'
const made = new Date(Date.now() - 60_000).toISOString()
const web1: DynoRecord = {
  id: 'd1',
  name: 'web.1',
  type: 'web',
  command: 'node app.js',
  size: 'Standard-1X',
  state: 'up',
  release_id: 'r7',
  release_version: 7,
  created_at: made,
  updated_at: made,
}

describe('embedded: what it records of apps', () => {
  let home: string
  const folders = () => ({ logs: path.join(home, 'logs'), history: path.join(home, 'history') })
  const problems: string[] = []
  const start = () => {
    const histories = new AppHistories(folders(), (problem) => problems.push(problem))
    return { histories, logplex: createLogplex(folders(), (p) => problems.push(p), histories) }
  }
  const read = async () => {
    const history = await openHistory({ app: 'renamed', id: APP, others: [folders().history] })
    const now = Date.now()
    const range = { from: now - 120_000, to: now + 60_000, points: 100 }
    const { memoryMb, dynoCount, requestsPerMinute } = history.series({}, range)
    const known = (values: number[]) => values.filter((value) => !Number.isNaN(value))
    return {
      memory: [...new Set(known(memoryMb).map(Math.round))],
      dynos: Math.max(0, ...known(dynoCount)),
      hasRequests: known(requestsPerMinute).length > 0,
      marks: history.marks(range).map(({ place, text }) => `${place}: ${text}`),
    }
  }
  const put = (logplex: ReturnType<typeof createLogplex>, memoryMb: number, ago = 0) => {
    const [, message] = /\]: (.*)$/.exec(sampleAt(0, 'web.1', 0, { memoryMb }))!
    logplex.append(APP, { time: Date.now() - ago, source: 'app', dyno: 'web.1', message: message! })
  }
  beforeEach(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'shipit-histories-'))
    await Promise.all(Object.values(folders()).map((folder) => rm(folder, { force: true })))
    const { mkdir } = await import('node:fs/promises')
    await mkdir(folders().logs)
    problems.length = 0
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  it('is there after its end, under the name that the app has then', async () => {
    const { histories, logplex } = start()
    put(logplex, 61, 1000)
    histories.addDynos(APP, [web1, { ...web1, id: 'd2', name: 'web.2' }])
    logplex.append(APP, {
      time: Date.now(),
      source: 'app',
      dyno: 'api',
      message: 'Release v7 created by user me@example.com',
    })
    await logplex.flush()
    await histories.close()
    expect(await read()).to.deep.equal({
      memory: [61],
      dynos: 2,
      hasRequests: false,
      marks: ['renamed: Release v7 created'],
    })
    expect(problems).to.deep.equal([])
  })

  it('takes after a kill what only the log has', async () => {
    const killed = start()
    put(killed.logplex, 61, 25_000)
    await killed.logplex.flush()
    // What it had not written of its record is lost: here all.
    await killed.histories.close()
    await rm(path.join(folders().history), { recursive: true })

    const next = start()
    next.logplex.recent(APP)
    await next.histories.close()
    expect((await read()).memory).to.deep.equal([61])
  })

  it('goes with its app, and leaves nothing', async () => {
    const { histories, logplex } = start()
    put(logplex, 61)
    await logplex.flush()
    await logplex.forget(APP)
    put(logplex, 62)
    expect(await readdir(folders().history)).to.deep.equal([])
    await histories.close()
    expect(await readdir(folders().history)).to.deep.equal([])
  })

  it('does not make a file of an app that says nothing', async () => {
    const { histories, logplex } = start()
    logplex.recent(APP)
    await histories.close()
    expect(await readdir(home)).to.deep.equal(['logs'])
  })
})
