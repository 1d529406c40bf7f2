import { expect } from 'chai'
import { dynoSize } from '../../../src/lib/dyno-sizes.js'
import { concurrency, dynoEnvironment } from '../../../src/embedded/dynos/environment.js'
import { lineSplitter } from '../../../src/embedded/dynos/lines.js'

describe('the environment of a dyno', () => {
  const of = {
    dyno: 'web.1',
    home: '/d/app',
    tmp: '/d/tmp',
    port: 20001,
    memory: 512,
    profileEnv: {},
    configVars: {},
    host: {},
    execPath: '/opt/node/bin/node',
  }

  it('decides WEB_CONCURRENCY from the size as heroku/nodejs does', () => {
    const decided = (size: string) => concurrency(dynoSize(size)!.memory, {}).WEB_CONCURRENCY
    expect(
      [
        'Eco',
        'Standard-1X',
        'Standard-2X',
        'Performance-M',
        'Performance-L',
        'Performance-L-RAM',
      ].map(decided),
    ).to.deep.equal(['1', '1', '2', '5', '28', '15'])
    expect(concurrency(30_720, {})).to.deep.equal({
      MEMORY_AVAILABLE: '30720',
      WEB_MEMORY: '2048',
      WEB_CONCURRENCY: '15',
      WEB_CONCURRENCY_SET_BY: 'heroku/nodejs',
    })
  })

  it('keeps what the user set', () => {
    expect(concurrency(1024, { WEB_MEMORY: '256' })).to.include({
      WEB_MEMORY: '256',
      WEB_CONCURRENCY: '4',
    })
    const env = dynoEnvironment({
      ...of,
      configVars: { WEB_CONCURRENCY: '3', PORT: '80', DYNO: 'x', NODE_ENV: 'test' },
    })
    expect(env).to.include({ WEB_CONCURRENCY: '3', PORT: '20001', DYNO: 'web.1', NODE_ENV: 'test' })
    expect(env).not.to.have.property('WEB_CONCURRENCY_SET_BY')
  })

  it("takes nothing of the daemon's but its certificates and its node", () => {
    const env = dynoEnvironment({
      ...of,
      host: {
        NODE_EXTRA_CA_CERTS: '/ca.pem',
        HEROKU_API_KEY: 'secret',
        PATH: '/weird',
        NODE_OPTIONS: '--inspect',
      },
    })
    expect(Object.keys(env).sort()).to.deep.equal([
      'DYNO',
      'HOME',
      'LANG',
      'MEMORY_AVAILABLE',
      'NODE_ENV',
      'NODE_EXTRA_CA_CERTS',
      'PATH',
      'PORT',
      'TMPDIR',
      'WEB_CONCURRENCY',
      'WEB_CONCURRENCY_SET_BY',
      'WEB_MEMORY',
    ])
    expect(env.PATH).to.equal(
      '/d/app/.heroku/node/bin:/opt/node/bin:/usr/local/bin:/usr/bin:/bin:/d/app/node_modules/.bin',
    )
  })
})

describe('lines of output', () => {
  it('come whole from any chunks, and a line without end in pieces', () => {
    const lines: string[] = []
    const splitter = lineSplitter((line) => lines.push(line))
    for (const byte of Buffer.from('a\r\nü\n\nrest')) splitter.write(Buffer.from([byte]))
    expect(lines).to.deep.equal(['a', 'ü', ''])
    splitter.end()
    splitter.end()
    expect(lines.slice(3)).to.deep.equal(['rest'])
    splitter.write(Buffer.from('x'.repeat(25_000)))
    splitter.end()
    expect(lines.slice(4).map(({ length }) => length)).to.deep.equal([10_000, 10_000, 5_000])
  })
})
