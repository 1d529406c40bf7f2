import { expect } from 'chai'
import { appIs, figures, secondsAgo } from '../support/formation-log.js'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { dyno, formation, release } from '../support/records.js'
import { run } from '../support/run.js'
import { isSoak } from '../support/soak.js'

const api = () => nock(API)
const app = {
  id: 'a',
  name: 'a1',
  web_url: 'https://a1.herokuapp.com/',
  owner: { id: 'u', email: 'me@example.com' },
  region: { id: 'r', name: 'us' },
  stack: { id: 's', name: 'heroku-24' },
}
const young = { created_at: secondsAgo(100), updated_at: secondsAgo(90) }

/** A command, the call whose answer is not to be trusted, and a good answer to it. */
const commands: {
  argv: string[]
  method: 'get' | 'post'
  path: string
  good: unknown
  before?: () => void
}[] = [
  {
    argv: ['whoami'],
    method: 'get',
    path: '/account',
    good: { id: 'u', email: 'ada@example.com', name: 'Ada' },
  },
  { argv: ['apps'], method: 'get', path: '/apps', good: [app] },
  { argv: ['apps', 'create', 'a1'], method: 'post', path: '/apps', good: app },
  {
    argv: ['releases', '--app', 'a1'],
    method: 'get',
    path: '/apps/a1/releases',
    good: [release(2, { current: true }), release(1)],
  },
  {
    argv: ['config', '--app', 'a1'],
    method: 'get',
    path: '/apps/a1/config-vars',
    good: { NAME: 'value' },
  },
  {
    argv: ['scale', '--app', 'a1'],
    method: 'get',
    path: '/apps/a1/formation',
    good: [formation('web', 1)],
  },
  { argv: ['open', '--app', 'a1'], method: 'get', path: '/apps/a1', good: app },
  {
    argv: ['ps', '--app', 'a1'],
    method: 'get',
    path: '/apps/a1/dynos',
    good: [dyno('web.1', 'up', young)],
  },
]
const WHOLE: unknown[] = [null, 'text', [], {}, [42]]
const WRONG: unknown[] = [42, null, ['x'], {}, true]

/** The good answer with one field after the other of another kind. */
function* spoilt(good: unknown): Generator<[string, unknown]> {
  for (const value of WHOLE) yield [`${JSON.stringify(value)} as a whole`, value]
  const record = (Array.isArray(good) ? good[0] : good) as Record<string, unknown>
  for (const [at, name] of Object.keys(record).entries()) {
    for (const value of isSoak ? WRONG : [WRONG[at % WRONG.length]]) {
      const bad = { ...record, [name]: value }
      yield [`${name}: ${JSON.stringify(value)}`, Array.isArray(good) ? [bad] : bad]
    }
  }
}

describe('an answer that is not what the platform documents', function () {
  this.timeout(60_000)
  expectOnlyKnownRequests()

  for (const { argv, method, path, good } of commands) {
    it(`is told by ${argv.filter((word) => !word.startsWith('-')).join(' ')}, and nothing made of it, whatever it is`, async () => {
      const known = new Set<number>()
      for (const [what, answer] of spoilt(good)) {
        nock.cleanAll()
        const asked = api()[method](path)
        asked
          .optionally()
          .times(9)
          .reply(200, JSON.stringify(answer), { 'content-type': 'application/json' })
        if (argv[0] === 'ps') {
          api()
            .get('/apps/a1/formation')
            .optionally()
            .times(9)
            .reply(200, [formation('web', 1)])
          api()
            .post('/apps/a1/log-sessions')
            .optionally()
            .times(9)
            .reply(201, { id: 's', logplex_url: 'https://logs.example/s' })
          nock('https://logs.example')
            .get('/s')
            .optionally()
            .times(9)
            .reply(200, '', { 'content-type': 'text/event-stream' })
        }
        const words = argv.filter(
          (word, at) => !word.startsWith('-') && (at === 0 || argv[0] === 'apps') && word !== 'a1',
        )
        // `run` throws what no error printer has met.
        const ran = await run(words.join(' '), argv.slice(words.length)).catch((error: unknown) => {
          throw new Error(`${what}: ${String(error)}`)
        })
        known.add(ran.exitCode)
        expect(ran.stdout, what).to.not.match(/undefined|\[object|NaN/)
        if (ran.exitCode !== 0)
          expect(ran.stderr, what).to.match(/Error: .*(documents|no process types|no web address)/s)
      }
      expect([...known].sort().join()).to.match(/^(0,)?(6,)?8$/)
    })
  }

  for (const [what, body] of Object.entries({
    'a message that is no text': { id: 'x', message: { text: 'no' } },
    'an id that is a list': { id: ['x'], message: 'no' },
    'a number': 42,
    nothing: null,
    'a list': [],
    'a URL that is no text': { message: 'no', url: 7 },
    'a deep one': { message: [[[['no']]]] },
  })) {
    it(`is told as an error of the platform: ${what}`, async () => {
      for (const status of [401, 404, 422]) {
        api()
          .get('/apps/a1/releases')
          .optionally()
          .times(9)
          .reply(status, JSON.stringify(body), { 'content-type': 'application/json' })
        const ran = await run('releases', ['--app', 'a1', '--json'], { SHIPIT_HTTP_RETRIES: '0' })
        expect(ran.exitCode, String(status)).to.be.greaterThan(2)
        expect(ran.json<{ error: { message: string } }>().error.message, String(status))
          .to.be.a('string')
          .and.not.match(/undefined|\[object/)
        nock.cleanAll()
      }
    })
  }

  for (const address of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/html,x',
    '//evil.example/',
    'not an address',
  ]) {
    it(`opens, shows and reads no address of another kind: ${address}`, async () => {
      api()
        .get('/apps/a1')
        .reply(200, { ...app, web_url: address })
      const opened = await run('open', ['--app', 'a1'])
      expect(opened.exitCode).to.equal(8)
      expect(opened.stdout).to.equal('')
      api()
        .get('/apps/a1/dynos')
        .optionally()
        .reply(200, [dyno('web.1', 'up', young)])
      api()
        .post('/apps/a1/log-sessions')
        .optionally()
        .times(9)
        .reply(201, { id: 's', logplex_url: address })
      const read = await run('logs', ['--app', 'a1'])
      expect(read.exitCode).to.equal(8)
    })
  }

  it('leaves a good one alone', async () => {
    appIs([dyno('web.1', 'up', young)], [figures('web.1', 'api', 0)])
    expect((await run('ps', ['--app', 'a1'])).stdout).to.include('web.1: up')
  })
})
