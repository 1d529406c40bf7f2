import { expect } from 'chai'
import { parseLogLine } from '../../src/heroku/logs.js'
import { errorFilter } from '../../src/monitor/index.js'
import { sampled } from './lines.js'

const T = '2026-11-22T20:00:00.000000+00:00'
const errorsOf = (lines: string[]): string[] => {
  const isError = errorFilter()
  return lines.filter((line) => isError(parseLogLine(`${T} ${line}`)))
}

describe('error lines', () => {
  it('are those that loggers and Node mark so, not counts and empty fields', () => {
    const errors = [
      'Error: x',
      'TypeError: x',
      'error: x',
      '[ERROR] x',
      'level=error msg=x',
      '{"level":50,"msg":"x"}',
      '{"level":"error"}',
      'FATAL x',
      'Uncaught exception',
      'UnhandledPromiseRejection: unhandled x',
      'MyOwnError: x',
      'PANIC x',
      'Critical: x',
      'UNHANDLED x',
      'TYPEERROR: x',
    ].map((text) => `app[web.1]: ${text}`)
    const others = [
      '0 errors',
      'error=null done',
      '"error":null',
      '{"error": false}',
      'errors: 0',
      'terrorist',
      'mirror',
      'GET /errors',
      'panicked? no',
      'listening',
      '{"level":30,"msg":"ok"}',
    ].map((text) => `app[web.2]: ${text}`)
    expect(errorsOf([...errors, ...others])).to.deep.equal(errors)
  })

  it('bring their stack along, also where other sources speak in between', () => {
    expect(
      errorsOf([
        'app[web.1]: Error: x',
        'app[web.2]: fine',
        'app[web.1]:     at f (a.js:1:1)',
        "app[web.1]:   code: 'E' }",
        'app[web.1]: }',
        'app[web.1]: fine',
        'app[web.1]:     at g',
      ]),
    ).to.deep.equal([
      'app[web.1]: Error: x',
      'app[web.1]:     at f (a.js:1:1)',
      "app[web.1]:   code: 'E' }",
      'app[web.1]: }',
    ])
    expect(
      errorsOf([
        'app[web.1]: [api:0] Error: x',
        'app[web.1]: [jobs:0]   fine',
        'app[web.1]: [api:0]     at f',
      ]),
    ).to.deep.equal(['app[web.1]: [api:0] Error: x', 'app[web.1]: [api:0]     at f'])
  })

  it('bring no more of a stack along than fifty lines', () => {
    const stack = Array.from({ length: 60 }, (_, at) => `app[web.1]:   at f${at}`)
    expect(errorsOf(['app[web.1]: Error: x', ...stack])).to.have.length(51)
  })

  it('bring along what is set in, in any of its forms, and end at the first line that is not', () => {
    const of = (...lines: string[]) =>
      errorsOf(['Error: x', ...lines].map((text) => `app[web.1]: ${text}`)).length - 1
    expect([
      of(' a'),
      of('}'),
      of(']'),
      of('),'),
      of('}, '),
      of('  '),
      of('a }'),
      of(''),
    ]).to.deep.equal([1, 1, 1, 1, 0, 0, 0, 0])
    expect(of('x [api:0]   at f')).to.equal(0)
    expect(errorsOf(['app[web.1]: Error: in [api:0] x', 'app[web.1]:   at f'])).to.have.length(2)
    expect(errorsOf(['app[web.1]:   at f', 'heroku[web.1]:   at f'])).to.deep.equal([])
  })

  it('are not those of figures, whatever the app is called', () => {
    const figures = sampled('web.1', 'error', 0).message
    expect(errorsOf([`app[web.1]: ${figures}`])).to.deep.equal([])
    expect(
      errorsOf(['app[web.1]: Error: x', `app[web.1]: ${figures}`, 'app[web.1]:   at f']),
    ).to.deep.equal(['app[web.1]: Error: x'])
  })

  it("are requests that failed, Heroku's codes, crashes and exits too", () => {
    const router = (rest: string) =>
      `heroku[router]: at=${rest} method=GET path="/" host=a request_id=x fwd="" dyno=web.1 connect=0ms service=1ms status=`
    const errors = [
      `${router('error code=H12 desc="x"')}503`,
      `${router('info')}500`,
      'heroku[web.1]: Error R14 (Memory quota exceeded)',
      'heroku[web.1]: Process exited with status 1',
      'heroku[web.1]: State changed from up to crashed',
      'app[web.1]: shipit source=web.1 app=api instance=0 event=exit code=1',
      'app[web.1]: shipit source=web.1 app=api instance=0 event=crash code=1',
    ]
    const others = [
      `${router('info')}404`,
      'heroku[web.1]: State changed from starting to up',
      'heroku[web.1]: Process exited with status 0',
      'heroku[web.1]: Process exited with status 143',
      'app[web.1]: shipit source=web.1 app=api instance=0 event=exit asked=yes',
      'app[web.1]: shipit source=web.1 app=api instance=0 event=start',
    ]
    expect(errorsOf([...errors, ...others])).to.deep.equal(errors)
  })
})
