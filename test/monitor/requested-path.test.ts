import { expect } from 'chai'
import { requestedPath } from '../../src/monitor/index.js'

const END =
  'host=a1.example request_id=7 fwd="1.2.3.4" dyno=web.1 connect=0ms service=5ms status=200'
const asked = (head: string) => requestedPath(`${head} ${END}`)

const READ: [string, string, string][] = [
  ['at=info method=GET path="/"', 'GET', '/'],
  ['at=info method=POST path="/cart?token=secret&a=/b"', 'POST', '/cart'],
  ['at=info method=GET path=""', 'GET', ''],
  ['at=info method=M-SEARCH path="/all"', 'M-SEARCH', '/all'],
  ['at=info method=GET path="/a dyno=web.9 method=PUT"', 'GET', '/a dyno=web.9 method=PUT'],
  ['at=error code=H12 desc="Request timeout" method=GET path="/slow"', 'GET', '/slow'],
  [
    'sock=client at=warning code=H27 desc="Client Request Interrupted" method=PUT path="/up"',
    'PUT',
    '/up',
  ],
]
const NOT_READ = [
  'at=error code=H10 desc="App crashed" path="/"',
  'method=GET path="/"',
  'path="/ at=info method=GET path="/x"',
  'at=info method=get path="/"',
]

describe('what a line of the router says was asked for', () => {
  for (const [head, method, path] of READ)
    it(`${head} is ${method} ${path || 'of no path'}`, () => {
      expect(asked(head)).to.deep.equal({ method, path })
    })

  it('is nothing in a line of another form', () => {
    for (const head of NOT_READ) expect(asked(head), head).to.equal(undefined)
    expect(requestedPath('at=info method=GET path="/"')).to.equal(undefined)
    expect(requestedPath('')).to.equal(undefined)
  })
})
