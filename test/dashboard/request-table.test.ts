import { expect } from 'chai'
import { RequestTable } from '../../src/dashboard/request-table.js'
import type { Request } from '../../src/monitor/index.js'

const MINUTE = 60_000
/** A whole hour, some day. */
const START = Date.UTC(2026, 0, 5, 12)

const request = (rest: Partial<Request> = {}): Request => ({
  kind: 'request',
  dyno: 'web.1',
  code: undefined,
  status: 200,
  service: 10,
  isError: false,
  ...rest,
})

describe('requests by method and path', () => {
  let table: RequestTable
  beforeEach(() => {
    table = new RequestTable()
  })
  const add = (method: string, path: string, rest: Partial<Request> = {}, at = START) =>
    table.add(method, path, request(rest), at)
  const counts = (now: number) =>
    table.routes(now).map(({ method, path, requests }) => `${method} ${path} ${requests}`)

  it('are one route for all ids, the most asked for first', () => {
    add('POST', '/cart')
    for (const id of [1, 2, 3]) add('GET', `/users/${id}`)
    add('DELETE', '/users/1')
    add('DELETE', '/users/2')
    expect(counts(START)).to.deep.equal(['GET /users/:id 3', 'DELETE /users/:id 2', 'POST /cart 1'])
  })

  it('have errors of the client and of the server apart, and times of those that were served', () => {
    add('GET', '/', { service: 20 })
    add('GET', '/', { status: 404, service: 30 })
    add('GET', '/', { status: 500, isError: true, service: 40 })
    add('GET', '/', { status: 503, isError: true, service: undefined, code: 'H10' })
    const [route] = table.routes(START)
    expect(route).to.include({ requests: 4, client_errors: 1, server_errors: 2, max_ms: 40 })
    expect(route!.p50_ms).to.be.closeTo(30, 2)
    add('GET', '/none', { service: undefined })
    expect(table.routes(START)[1]).to.include({ p50_ms: null, p95_ms: null, max_ms: null })
  })

  const AGES: [string, number, number, boolean][] = [
    ['just now', 29, 29, true],
    ['half an hour ago', 1, 31, true],
    ['half an hour ago, before a pause', 29, 59, true],
    ['an hour ago', 0, 61, false],
    ['an hour ago, before a pause', 1, 95, false],
    ['a day ago', 1, 1440, false],
  ]
  for (const [when, asked, now, isTold] of AGES)
    it(`that came ${when} are ${isTold ? '' : 'not '}told`, () => {
      add('GET', '/a', {}, START + asked * MINUTE)
      add('GET', '/b', {}, START + now * MINUTE)
      expect(counts(START + now * MINUTE).includes('GET /a 1')).to.equal(isTold)
    })

  it('are not told for more than an hour, though a pause came between', () => {
    add('GET', '/a', {}, START + MINUTE)
    add('GET', '/b', {}, START + 58 * MINUTE)
    add('GET', '/c', {}, START + 62 * MINUTE)
    expect(counts(START + 62 * MINUTE)).to.have.members(['GET /b 1', 'GET /c 1'])
  })

  it('of too many paths are counted together, without the loss of one, and the busy ones stay', () => {
    for (let n = 0; n < 50; n += 1) add('GET', '/busy')
    for (let n = 0; n < 2000; n += 1) add('GET', `/probe-${n}-x`, { status: 404 })
    const routes = table.routes(START)
    expect(routes.length).to.be.at.most(301)
    expect(routes.reduce((sum, one) => sum + one.requests, 0)).to.equal(2050)
    expect(routes.reduce((sum, one) => sum + one.client_errors, 0)).to.equal(2000)
    expect(routes.find(({ path }) => path === '/busy')).to.include({ requests: 50 })
    expect(routes.filter(({ path }) => path === '(others)')).to.have.length(1)
    expect(routes[0]).to.include({ method: '', path: '(others)' })
  })
})
