import { expect } from 'chai'
import { quote } from '../../src/ecosystem/coerce.js'
import { readHealth, readStatuses } from '../../src/ecosystem/health.js'
import { foreignInterpreter } from '../../src/ecosystem/interpreter.js'
import { readStatic } from '../../src/ecosystem/static.js'

describe('what a health check may be', () => {
  it('is a path, none, or a map', () => {
    const map = { path: '/up', status: '200-299,401', header: { 'X-A': 'b' }, timeout: '90s' }
    for (const value of ['/up', '/', 'none', map, {}])
      expect(readHealth(value)).to.deep.equal({ value })
    expect(readHealth({ status: 204, timeout: 5, path: null })).to.deep.equal({
      value: { status: '204', timeout: '5' },
    })
  })

  it('is nothing else, and says why', () => {
    const rows: [unknown, RegExp][] = [
      ['up', /^must be a path that begins with \/.*not "up"$/],
      ['/a b', /^must be a path/],
      [7, /not 7$/],
      [[], /not a list$/],
      [null, /not nothing$/],
      [{ path: 7 }, /^path must begin with \/, not 7$/],
      [{ path: 'up' }, /^path must begin with \//],
      [{ status: '99' }, /^status must be such as/],
      ['x/up', /^must be a path/],
      [{ path: '/a b' }, /^path must begin with \//],
      [{ timeout: 'x90s' }, /^timeout must be a time/],
      [{ timeout: '90sx' }, /^timeout must be a time/],
      [{ timeout: -5 }, /^timeout must be a time/],
      [{ header: [] }, /^header must map names to values$/],
      [{ header: { ok: 'fine', '': 'x' } }, /^header "" cannot be sent$/],
      [{ header: { 'a b': 'x', fine: 'x', 'c d': 'x' } }, /^header "a b" cannot be sent$/],
      [{ header: { fine: 'x', 'c d': 'x', last: 'x' } }, /^header "c d" cannot be sent$/],
      [{ header: { a: '\u0000b' } }, /^header "a" cannot be sent$/],
      [{ header: { é: 'b' } }, /^header "é" cannot be sent$/],
      [{ header: { 'a:': 'b' } }, /^header "a:" cannot be sent$/],
      [{ timeout: 'soon' }, /^timeout must be a time such as 90s, not "soon"$/],
      [{ header: 'x' }, /^header must map names to values$/],
      [{ header: { 'a b': 'c' } }, /^header "a b" cannot be sent$/],
      [{ header: { a: 's3cret\n' } }, /^header "a" cannot be sent$/],
      [{ paths: '/' }, /^has an unknown key "paths"; it takes path, status, header, timeout$/],
    ]
    for (const [value, message] of rows)
      expect(readHealth(value), JSON.stringify(value))
        .to.have.property('message')
        .that.match(message)
  })

  it('has statuses as ranges', () => {
    expect(readStatuses('200-399, 401')).to.deep.equal([
      [200, 399],
      [401, 401],
    ])
    for (const text of ['', '200,', '600', '20', '2000', '399-200', 'x200', '200x'])
      expect(readStatuses(text), text).to.equal(undefined)
    expect(readStatuses('200-200')).to.deep.equal([[200, 200]])
  })
})

describe('what runs a script', () => {
  const rows: [script: string, interpreter: unknown, foreign: string | undefined][] = [
    ['a.js', undefined, undefined],
    ['a.py', undefined, '.py'],
    ['a.py', '', '.py'],
    ['a.sh', 7, '.sh'],
    ['a.rb', undefined, '.rb'],
    ['a.php', undefined, '.php'],
    ['a.pl', undefined, '.pl'],
    ['a.coffee', undefined, '.coffee'],
    ['a.ls', undefined, '.ls'],
    ['a.ts', undefined, undefined],
    ['a.py.js', undefined, undefined],
    ['a.js', 'node/run', 'node/run'],
    ['a.js', 'node.exe.sh', 'node.exe.sh'],
    ['a.py', 'node', undefined],
    ['a.js', '/usr/bin/node', undefined],
    ['a.js', 'C:\\node.exe', undefined],
    ['a.js', 'bun', 'bun'],
    ['a.js', 'mynode', 'mynode'],
    ['a.js', 'node18', 'node18'],
  ]
  for (const [script, interpreter, foreign] of rows)
    it(`${script} by ${JSON.stringify(interpreter)}: ${foreign ?? 'Node'}`, () =>
      expect(foreignInterpreter(script, interpreter)).to.equal(foreign))
})

describe('servers of static files', () => {
  it('are apps of PM2, each with its keys as variables', () => {
    const { apps, problems } = readStatic([
      {
        name: 'a',
        port: 80,
        host: 'h',
        path: 'p',
        spa: true,
        directory: 'd',
        monitor: 'm',
        ftp: null,
      },
      { port: 81, basic_auth: { username: 'u', password: 'p' } },
      {},
      { name: '' },
    ])
    expect(problems).to.deep.equal([])
    expect(apps.map(({ name }) => name)).to.deep.equal([
      'a',
      'static-page-server-81',
      'static-page-server',
      'static-page-server',
    ])
    expect(apps[0]?.env).to.deep.equal({
      PM2_SERVE_PORT: '80',
      PM2_SERVE_HOST: 'h',
      PM2_SERVE_PATH: 'p',
      PM2_SERVE_SPA: 'true',
      PM2_SERVE_DIRECTORY: 'd',
      PM2_SERVE_MONITOR: 'm',
    })
    expect(apps[1]?.env).to.include({
      PM2_SERVE_BASIC_AUTH: 'true',
      PM2_SERVE_BASIC_AUTH_USERNAME: 'u',
      PM2_SERVE_BASIC_AUTH_PASSWORD: 'p',
    })
  })

  it('are a list of maps with known keys', () => {
    expect(readStatic(undefined)).to.deep.equal({ apps: [], problems: [] })
    expect(readStatic({}).problems[0]).to.include({ message: 'must be a list of servers' })
    const { apps, problems } = readStatic(['x', { prot: 80 }])
    expect(problems.map(({ path, message }) => [path.join('/'), message])).to.deep.equal([
      ['static/0', 'must be a map'],
      ['static/1/prot', 'unknown key of a static server'],
    ])
    expect(apps).to.have.length(1)
  })
})

describe('a value in a message', () => {
  it('is short, and never what a map or a list holds', () => {
    expect(['a"b', 7, true, null, undefined, [1], { a: 1 }].map(quote)).to.deep.equal([
      '"a\\"b"',
      '7',
      'true',
      'nothing',
      'nothing',
      'a list',
      'a map',
    ])
    expect(quote('x'.repeat(58))).to.have.length(60)
    expect(quote('x'.repeat(59))).to.equal(`"${'x'.repeat(56)}…`)
  })
})
