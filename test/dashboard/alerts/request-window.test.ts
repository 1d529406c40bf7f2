import { expect } from 'chai'
import { RequestWindow } from '../../../src/dashboard/alerts/request-window.js'
import type { Request } from '../../../src/monitor/index.js'
import { MINUTE, NOW, SECOND } from './facts.js'

const request = (some: Partial<Request> = {}): Request => ({
  kind: 'request',
  dyno: 'web.1',
  code: undefined,
  status: 200,
  service: 20,
  isError: false,
  ...some,
})

describe('the window of requests', () => {
  it('counts those of the time that is asked for', () => {
    const window = new RequestWindow()
    window.add(request(), NOW)
    window.add(request({ status: 500, isError: true }), NOW + 30 * SECOND)
    window.add(request({ status: 503, code: 'H12', isError: true }), NOW + 30 * SECOND)
    window.add(request({ status: 503, code: 'H12', isError: true }), NOW + 59 * SECOND)
    expect(window.last(MINUTE, NOW + 59 * SECOND)).to.deep.equal({
      all: 4,
      failed: 3,
      causes: [
        ['H12', 2],
        ['500', 1],
      ],
      p95: 20,
    })
    expect(window.last(MINUTE, NOW + 60 * SECOND)).to.include({ all: 3 })
    expect(window.last(MINUTE, NOW + 120 * SECOND)).to.include({ all: 0, failed: 0, p95: null })
    expect(window.last(3 * MINUTE, NOW + 120 * SECOND)).to.include({ all: 4 })
    expect(window.last(3 * MINUTE, NOW + 240 * SECOND)).to.include({ all: 0 })
  })

  it('takes lines out of their order, and none that come too late', () => {
    const window = new RequestWindow()
    window.add(request(), NOW + 3 * MINUTE)
    window.add(request(), NOW + MINUTE)
    window.add(request(), NOW + 2 * MINUTE)
    window.add(request(), NOW)
    expect(window.last(3 * MINUTE, NOW + 3 * MINUTE).all).to.equal(3)
    window.add(request(), NOW + 5 * MINUTE)
    expect(window.last(3 * MINUTE, NOW + 5 * MINUTE).all).to.equal(2)
  })

  it('finds no fault with maintenance, nor connections that were open for long slow', () => {
    const window = new RequestWindow()
    window.add(request({ status: 503, code: 'H80', isError: true, service: undefined }), NOW)
    window.add(request({ status: 101, service: 55_000 }), NOW)
    expect(window.last(MINUTE, NOW)).to.deep.equal({ all: 2, failed: 0, causes: [], p95: null })
  })

  it('knows the 95th percentile to within 5%', () => {
    const window = new RequestWindow()
    for (let at = 1; at <= 100; at += 1)
      window.add(request({ service: at * 100 }), NOW + (at % 9) * 10 * SECOND)
    expect(window.last(3 * MINUTE, NOW + 90 * SECOND).p95).to.be.within(9_000, 10_000)
  })
})
