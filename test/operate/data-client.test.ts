import { expect } from 'chai'
import { dataUrl, psqlClient, redisClient, runDataClient } from '../../src/operate/data-client.js'
import { failureOf, refusal } from '../support/failures.js'

describe('the client of a database', () => {
  it('is psql, told where by its environment', () => {
    expect(
      psqlClient('postgres://u%40x:p%3Aw@db.example:6543/d%20b?sslmode=disable', [
        '-c',
        'select 1',
      ]),
    ).to.deep.equal({
      programs: ['psql'],
      args: ['-c', 'select 1'],
      env: {
        PGHOST: 'db.example',
        PGPORT: '6543',
        PGUSER: 'u@x',
        PGPASSWORD: 'p:w',
        PGDATABASE: 'd b',
        PGSSLMODE: 'disable',
      },
    })
    expect(psqlClient('postgres://u:p@h/d', []).env).to.include({
      PGPORT: '5432',
      PGSSLMODE: 'require',
    })
  })

  it('is that of Redis or Valkey, whose password is in no argument', () => {
    const client = (address: string) => redisClient(address, ['ping'])
    expect(client('rediss://h:s3cret@cache.example:7000')).to.deep.equal({
      programs: ['valkey-cli', 'redis-cli'],
      args: ['-h', 'cache.example', '-p', '7000', '--tls', '--insecure', 'ping'],
      env: { REDISCLI_AUTH: 's3cret', VALKEYCLI_AUTH: 's3cret' },
    })
    expect(client('redis://a%3Ab:p%40@h/3').args).to.deep.equal([
      '-h',
      'h',
      '-p',
      '6379',
      '--user',
      'a:b',
      '-n',
      '3',
      'ping',
    ])
    expect(client('redis://:p@h/').args).to.deep.equal(['-h', 'h', '-p', '6379', 'ping'])
    expect(client('redis://:p%40@h').env.REDISCLI_AUTH).to.equal('p@')
  })

  describe('that runs on this terminal', () => {
    const sh = (script: string, env: Record<string, string> = {}) =>
      runDataClient(
        { programs: ['no-such-program', 'sh'], args: ['-c', script], env },
        'install it',
      )

    it('is the first that the machine has, and tells its exit status', async () => {
      expect(await sh('exit 3')).to.equal(3)
      expect(await sh('exit 0')).to.equal(0)
      expect(await sh('kill -TERM $$')).to.equal(143)
    })
    it('gets the password by its environment, and not the keys of the platform', async () => {
      const before = process.env.HEROKU_API_KEY
      process.env.HEROKU_API_KEY = 'HRKU-0123456789abcdef'
      try {
        expect(
          await sh('test "$PGPASSWORD" = s3cret && test -z "$HEROKU_API_KEY"', {
            PGPASSWORD: 's3cret',
          }),
        ).to.equal(0)
      } finally {
        if (before === undefined) delete process.env.HEROKU_API_KEY
        else process.env.HEROKU_API_KEY = before
      }
    })
    it('has Ctrl-C for itself', async () => {
      const before = process.listenerCount('SIGINT')
      const running = sh('sleep 0.2')
      expect(process.listenerCount('SIGINT')).to.equal(before + 1)
      await running
      expect(process.listenerCount('SIGINT')).to.equal(before)
    })
    it('is asked for where the machine has none', async () => {
      const error = await failureOf(
        runDataClient({ programs: ['no-such-a', 'no-such-b'], args: [], env: {} }, 'install it'),
      )
      expect(error).to.include({
        code: 'usage',
        message: 'This machine has no no-such-a and no no-such-b.',
        next: 'install it',
      })
    })
    it('is not passed over where it is there and cannot be run', async () => {
      const fault = await runDataClient(
        { programs: [import.meta.filename, 'sh'], args: ['-c', 'exit 0'], env: {} },
        'install it',
      ).catch((error: unknown) => error)
      expect(fault).to.have.property('code', 'EACCES')
    })
  })

  describe('whose address is in a config var', () => {
    const URLS = {
      DATABASE_URL: 'postgres://u:p@h/d',
      HEROKU_POSTGRESQL_RED_URL: 'postgres://u:p@h/e',
      REDIS_URL: 'redis://h',
      BASE_URL: 'https://example.com',
      EMPTY: '',
    }
    const of = (name: string, vars: Record<string, string> = URLS) =>
      dataUrl(vars, name, {
        app: 'a1',
        protocols: ['postgres:', 'postgresql:'],
        service: 'heroku-postgresql',
      })
    it('is that of its name, in any case, with or without _URL', () => {
      for (const name of ['DATABASE_URL', 'database_url', 'DATABASE', 'database'])
        expect(of(name), name).to.equal(URLS.DATABASE_URL)
      expect(of('heroku_postgresql_red')).to.equal(URLS.HEROKU_POSTGRESQL_RED_URL)
    })
    it('is none of another kind, or that is not there', () => {
      expect(refusal(() => of('BASE'))).to.include({
        code: 'not_found',
        message: 'a1 has no usable BASE.',
        why: 'It has DATABASE_URL, HEROKU_POSTGRESQL_RED_URL.',
        next: '',
      })
      expect(refusal(() => of('OTHER')).message).to.equal('a1 has no OTHER.')
      expect(refusal(() => of('EMPTY')).message).to.equal('a1 has no usable EMPTY.')
      expect(refusal(() => of('DATABASE', { REDIS_URL: 'redis://h' }))).to.include({
        message: 'a1 has no DATABASE.',
        why: undefined,
        next: 'shipit addons create heroku-postgresql --app a1',
      })
    })
  })
})
