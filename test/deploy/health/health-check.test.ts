import { expect } from 'chai'
import { healthCheck, healthHeaders } from '../../../src/deploy/health/health-check.js'
import { healthUrl } from '../../../src/deploy/health/probe.js'
import { healthyIn } from '../../../src/deploy/health/verdict.js'
import { refusal } from '../../support/failures.js'

describe('what counts as healthy', () => {
  it('is what the flags say, else the file, else that the root answers', () => {
    expect(healthCheck({}, undefined)).to.deep.equal({
      path: '/',
      isNamed: false,
      status: null,
      headers: [],
      timeout: null,
    })
    expect(healthCheck({}, 'ready')).to.deep.include({ path: '/ready', isNamed: true })
    const target = { path: '/file', status: '200', timeout: '90s' }
    expect(healthCheck({}, target)).to.deep.include({
      path: '/file',
      isNamed: true,
      status: '200',
      timeout: 90_000,
    })
    expect(healthCheck({ path: '/flag', status: '401' }, target)).to.deep.include({
      path: '/flag',
      status: '401',
    })
    expect(healthCheck({}, { timeout: 'soon' }).timeout).to.equal(null)
  })

  it('is nothing that is asked for, with none', () => {
    for (const check of [healthCheck({ path: 'none' }, '/x'), healthCheck({}, 'none')])
      expect(check).to.include({ path: null, isNamed: false })
  })

  it('is told to the reader of an error', () => {
    expect(healthyIn({ isNamed: true, status: '200' })).to.include('an answer of 200')
    expect(healthyIn({ isNamed: true, status: null })).to.include('2xx or 3xx')
    expect(healthyIn({ isNamed: false, status: null })).to.include('below 500')
  })

  it('is refused if its statuses or headers cannot be read, whose values are not repeated', () => {
    expect(refusal(() => healthCheck({ status: 'ok' }, undefined)).code).to.equal('usage')
    for (const text of ['secret', ':secret', 'A B: secret', 'A: secret\nB: c']) {
      const error = refusal(() => healthCheck({ headers: [text] }, undefined))
      expect(error.code).to.equal('usage')
      expect(`${error.message} ${error.next}`).to.not.include('secret')
    }
  })

  it('asks with headers whose names are in order, and lower case', () => {
    const headers = ['X-B: 1', 'X-A:two: parts']
    expect(healthCheck({ headers }, undefined).headers).to.deep.equal(['x-a', 'x-b'])
    expect(healthHeaders({ headers }, { header: { 'X-C': '3' } }, {})).to.deep.equal({
      'x-a': 'two: parts',
      'x-b': '1',
      'x-c': '3',
    })
    for (const target of [undefined, '/x', { path: '/x' }])
      expect(healthHeaders({}, target, {})).to.deep.equal({})
  })

  it('takes a value that is the name of a variable, whole, from the environment', () => {
    const sent = (value: string, env: NodeJS.ProcessEnv) =>
      healthHeaders({ headers: [`X-A: ${value}`] }, undefined, env)['x-a']
    expect(sent('$TOKEN', { TOKEN: 'abc' })).to.equal('abc')
    for (const plain of ['a$TOKEN', '$TOKEN.', '$1', 'TOKEN'])
      expect(sent(plain, { TOKEN: 'abc' })).to.equal(plain)
    const failed = (env: NodeJS.ProcessEnv) => refusal(() => sent('$TOKEN', env))
    expect(failed({}).message).to.include('$TOKEN, which is not set')
    const unsendable = failed({ TOKEN: 'two\nlines' })
    expect(unsendable.message).to.include('not a value that can be sent').and.not.include('lines')
    expect(unsendable.code).to.equal('usage')
  })

  it("asks at the app's own address, whatever the path looks like", () => {
    const at = (path: string) => healthUrl('https://a1.example.com/', path)
    expect(at('/ready')).to.equal('https://a1.example.com/ready')
    expect(at('//evil.example.com/x')).to.equal('https://a1.example.com/evil.example.com/x')
    expect(at('/a//b?c=/d')).to.equal('https://a1.example.com/a//b?c=/d')
    expect(at('/')).to.equal('https://a1.example.com/')
  })
})
