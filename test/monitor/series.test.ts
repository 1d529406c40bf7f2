import { expect } from 'chai'
import { parseLogLine } from '../../src/heroku/logs.js'
import { FormationModel, seriesOf, SPAN } from '../../src/monitor/index.js'
import { sampleLine } from '../../src/runtime/event-line.js'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const at = (spansAgo: number) => new Date(NOW - spansAgo * SPAN).toISOString()
const sample = (
  source: string,
  instance: number,
  spansAgo: number,
  cpuPercent: number,
  memoryMb: number,
) =>
  `${at(spansAgo)} app[${source}]: ${sampleLine({ source, app: 'api', instance }, { pid: 1, status: 'online', restarts: 0, uptime: 9, memoryMb, cpuPercent, eventLoopP95Ms: cpuPercent / 10, requestsPerMinute: 60 }).trimEnd()}`
const request = (source: string, spansAgo: number, status: number) =>
  `${at(spansAgo)} heroku[router]: at=info method=GET path="/" host=h request_id=1 fwd="1" dyno=${source} connect=0ms service=1ms status=${status} bytes=1 protocol=https`

function model(...lines: string[]): FormationModel {
  const made = new FormationModel()
  for (const line of lines) made.add(parseLogLine(line))
  return made
}

describe('the series of the charts', () => {
  const known = model(
    sample('web.1', 0, 3.5, 10, 50),
    sample('web.1', 0, 2.5, 20, 60),
    sample('web.1', 1, 2.4, 30, 40),
    sample('web.2', 0, 0.9, 1, 10),
    sample('web.2', 0, 0.1, 5, 15),
  )

  it('add up the instances of one moment, and have the worst event loop', () => {
    const { cpuPercent, memoryMb, eventLoopP95Ms } = seriesOf(known, { dyno: 'web.1' }, 5, NOW)
    expect(memoryMb).to.deep.equal([NaN, 50, 100, 100, NaN])
    expect(cpuPercent).to.deep.equal([NaN, 10, 50, 50, NaN])
    expect(eventLoopP95Ms.map((value) => Math.round(value))).to.deep.equal([NaN, 1, 3, 3, NaN])
  })

  it('are of one instance, or of the whole app; of two figures in a span the last stands', () => {
    expect(seriesOf(known, { dyno: 'web.1', instance: 'api:1' }, 3, NOW).cpuPercent).to.deep.equal([
      30,
      30,
      NaN,
    ])
    expect(seriesOf(known, {}, 3, NOW).cpuPercent).to.deep.equal([50, 50, 5])
    expect(seriesOf(known, { dyno: 'web.9' }, 2, NOW).cpuPercent).to.deep.equal([NaN, NaN])
  })

  it('count requests and errors as the router does, else as the instances do', () => {
    expect(seriesOf(known, { dyno: 'web.1' }, 3, NOW).requestsPerMinute).to.deep.equal([
      120,
      120,
      NaN,
    ])
    const routed = model(
      request('web.1', 2.5, 200),
      request('web.1', 2.4, 500),
      request('web.1', 0.5, 200),
    )
    const { requestsPerMinute, errorsPerMinute } = seriesOf(routed, { dyno: 'web.1' }, 3, NOW)
    expect(requestsPerMinute[0]).to.equal(6)
    expect(errorsPerMinute[0]).to.equal(3)
    expect(errorsPerMinute[2]).to.equal(0)
    expect([...routed.traffic.statuses.keys()]).to.deep.equal([500])
  })
})
