import { expect } from 'chai'
import {
  DEV_PROTOCOL,
  parseAnswer,
  parseRequest,
  requestLine,
  type DevRequest,
} from '../../src/runtime/dev-protocol.js'

describe('the protocol of shipit dev', () => {
  it('reads every request that it writes', () => {
    const requests: DevRequest[] = [
      { verb: 'look' },
      { verb: 'follow' },
      { verb: 'restart', name: 'all' },
      { verb: 'delete', name: 'api:0' },
      { verb: 'scale', name: 'api', number: '+1' },
    ]
    for (const request of requests)
      expect(parseRequest(requestLine(request).trimEnd())).to.deep.equal(request)
  })

  it('says of a line that is no request what is wrong with it', () => {
    const lines: [string, RegExp][] = [
      ['', /not a JSON object/],
      ['GET / HTTP/1.1', /not a JSON object/],
      ['[]', /not a JSON object/],
      ['{"verb":"look"}', /version undefined/],
      [`{"v":${DEV_PROTOCOL + 1},"verb":"look"}`, /run the same shipit/],
      [`{"v":${DEV_PROTOCOL},"verb":"restart"}`, /names no app/],
      [`{"v":${DEV_PROTOCOL},"verb":"restart","name":{"toString":1}}`, /names no app/],
      [`{"v":${DEV_PROTOCOL},"verb":"scale","name":"api"}`, /no number/],
      [`{"v":${DEV_PROTOCOL},"verb":"constructor","name":"api"}`, /no verb constructor/],
      [`{"v":${DEV_PROTOCOL},"verb":"restart","name":"${'a'.repeat(300)}"}`, /names no app/],
    ]
    for (const [line, problem] of lines)
      expect(parseRequest(line), line).to.be.a('string').that.matches(problem)
  })

  it('passes over answers of another shape', () => {
    const answers = [
      '',
      'x',
      '{"line":{"at":1}}',
      '{"line":{"at":1,"stream":"x","text":"y"}}',
      '{"instances":[{"app":"api"}]}',
      '{"done":{}}',
      '{"refused":{"code":"internal","message":"x"}}',
      '{"session":{"folder":1},"instances":[],"lines":[]}',
    ]
    for (const answer of answers) expect(parseAnswer(answer), answer).to.equal(undefined)
    expect(parseAnswer('{"line":{"at":1,"stream":"out","text":"y"}}')).to.deep.equal({
      line: { at: 1, stream: 'out', text: 'y' },
    })
  })
})
