import { expect } from 'chai'
import { Exceptions } from '../../src/runtime/exceptions.js'
import type { Instance } from '../../src/runtime/instances.js'

type Fields = Record<string, string | number | undefined>

const STACK = (name: string) =>
  `${name}: x\n    at node:internal/a:1:1\n    at run (/app/node_modules/lib/i.js:2:3)\n    at Object.<anonymous> (/app/src/db.js:12:7)\n    at /app/src/other.js:1:1`

describe('errors of an app', () => {
  let said: Fields[]
  let exceptions: Exceptions
  const instance = {
    app: {
      cwd: '/app',
      env: {
        API_TOKEN: 'abcdef123456',
        PLAIN: 'plainvalue',
        DATABASE_URL: 'postgres://u:p4ss@db/x',
      },
    },
  } as unknown as Instance
  beforeEach(() => {
    said = []
    exceptions = new Exceptions((_, fields) => said.push(fields))
  })
  afterEach(() => exceptions.close(instance))
  const reported = (name: string, message = 'x', stack = STACK(name)) =>
    exceptions.takeMessage(instance, { type: 'process:exception', data: { name, message, stack } })

  it('are a line with type, message and the first frame of its own code', () => {
    reported('TypeError', 'no "users"')
    exceptions.take(instance, {
      name: 'RangeError',
      message: 'far',
      stack: 'RangeError: far\n    at async file:///app/a%20b.mjs:3:4',
      isUncaught: true,
    })
    exceptions.takeMessage(instance, {
      type: 'process:exception',
      data: { message: 'of tx2', stack: 'MyError: of tx2\n    at /elsewhere/x.js:1:2' },
    })
    expect(said).to.deep.equal([
      { type: 'TypeError', message: 'no "users"', at: 'src/db.js:12:7', uncaught: undefined },
      { type: 'RangeError', message: 'far', at: 'a b.mjs:3:4', uncaught: 'yes' },
      { type: 'MyError', message: 'of tx2', at: '/elsewhere/x.js:1:2', uncaught: undefined },
    ])
  })

  it('that come again are counted, and told once more', () => {
    for (let times = 0; times < 58; times += 1) reported('TypeError', `no ${times}`)
    expect(said).to.have.length(1)
    exceptions.close(instance)
    expect(said).to.have.length(2)
    expect(said[1]).to.include({ type: 'TypeError', at: 'src/db.js:12:7', count: 57 })
    exceptions.close(instance)
    expect(said).to.have.length(2)
  })

  it('of ever new kinds are bounded', () => {
    for (let kind = 0; kind < 1000; kind += 1) reported(`E${kind}`)
    exceptions.close(instance)
    expect(said).to.have.length(21)
    expect(said[20]).to.include({ type: 'others', count: 980 })
  })

  it("that nobody caught are told once, though PM2's package reports them as well", () => {
    exceptions.take(instance, {
      name: 'Error',
      message: 'x',
      stack: STACK('Error'),
      isUncaught: true,
    })
    reported('Error')
    expect(said).to.have.length(1)
  })

  it('carry no secret of the config vars, and no password of a URL', () => {
    reported('A', 'token abcdef123456, plainvalue, postgres://u:p4ss@db/x', '')
    reported('B', 'redis://:secret@host failed', '')
    reported('C', 'y'.repeat(5000), '')
    expect(said.map(({ message }) => message)).to.deep.equal([
      'token [API_TOKEN], plainvalue, [DATABASE_URL]',
      'redis://…@host failed',
      'y'.repeat(200),
    ])
  })

  it('of any shape are taken', () => {
    for (const data of [{}, { message: 5, stack: {} }, null, 'text', { name: {}, message: null }])
      exceptions.takeMessage(instance, { type: 'process:exception', data })
    for (const message of [undefined, null, 'x', { type: 'other', data: {} }])
      exceptions.takeMessage(instance, message)
    expect(said.every(({ type }) => type === 'Error')).to.equal(true)
  })
})
