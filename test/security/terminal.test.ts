import { expect } from 'chai'
import { harmless, plainText, safeJson } from '../../src/lib/terminal.js'
import { appIs, figures, secondsAgo } from '../support/formation-log.js'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { dyno, formation, release } from '../support/records.js'
import { run } from '../support/run.js'

/**
 * What a terminal acts on: the clipboard (OSC 52), a title, C1, the cursor, a report that is typed
 * back, hidden text, text turned around.
 */
const EVIL = '\x1b]52;c;ZXZpbA==\x07\x9d0;title\x9c\x1b[2A\x1b[6n\x1b[8m\r\x85\u202e\u2066'
// eslint-disable-next-line no-control-regex
const STEERS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/

/**
 * A record with something evil after every text of it, but for what decides what is asked next:
 * ids, states, times and addresses.
 */
function hostile<T>(
  record: T,
  keep = /^(id|state|status|created_at|updated_at|web_url|git_url|attach_url|logplex_url|output_stream_url)$/,
): T {
  const poisoned = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return keep.test(key) ? value : value + EVIL
    if (Array.isArray(value)) return value.map((item) => poisoned(item, key))
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, poisoned(item, name)]),
      )
    return value
  }
  return poisoned(record, '') as T
}

const api = () => nock(API)
const young = { created_at: secondsAgo(100), updated_at: secondsAgo(90) }
const app = {
  id: 'a',
  name: 'a1',
  web_url: 'https://a1.herokuapp.com/',
  owner: { id: 'u', email: 'me@example.com' },
  region: { id: 'r', name: 'us' },
  stack: { id: 's', name: 'heroku-24' },
  maintenance: false,
  created_at: secondsAgo(9),
  updated_at: secondsAgo(9),
  released_at: null,
}

/** A command, and the platform's answers to it. */
const commands: Record<string, { argv: string[]; answers: () => void }> = {
  whoami: {
    argv: [],
    answers: () => {
      api()
        .get('/account')
        .reply(200, hostile({ id: 'u', email: 'ada@example.com', name: 'Ada' }))
    },
  },
  apps: {
    argv: [],
    answers: () => {
      api()
        .get('/apps')
        .reply(200, hostile([app]))
    },
  },
  ps: {
    argv: [],
    answers: () =>
      appIs(
        hostile([dyno('web.1', 'up', young), dyno('run.1', 'up', { ...young, command: 'bash' })]),
        [figures('web.1', 'api', 0), `${secondsAgo(2)} app[web.1]: ${EVIL}`],
      ),
  },
  releases: {
    argv: [],
    answers: () => {
      api()
        .get('/apps/a1/releases')
        .reply(200, hostile([release(2, { current: true }), release(1)]))
    },
  },
  config: {
    argv: [],
    answers: () => {
      api()
        .get('/apps/a1/config-vars')
        .reply(200, { [`NAME${EVIL}`]: `value${EVIL}` })
    },
  },
  scale: {
    argv: [],
    answers: () => {
      api()
        .get('/apps/a1/formation')
        .reply(200, hostile([formation('web', 1)]))
    },
  },
}

describe('what steers a terminal', () => {
  expectOnlyKnownRequests()

  for (const [name, text, rest] of [
    ['the clipboard', 'a\x1b]52;c;ZXZpbA==\x07b', 'ab'],
    ['a title by C1', 'a\x9d0;x\x9cb', 'a0;xb'],
    ['a title that never ends', 'a\x1b]0;x', 'a'],
    ['the cursor', 'a\x1b[2Ab', 'ab'],
    ['a report', 'a\x1b[6nb', 'ab'],
    ['hidden text', 'a\x1b[8mb', 'ab'],
    ['hidden text among colours', 'a\x1b[1;8;31mb', 'ab'],
    ['an alternate screen', '\x1b[?1049ha', 'a'],
    ['a device control string', '\x1bPq\x1b\\a', 'a'],
    ['a carriage return', 'a\rb', 'ab'],
    ['text turned around', 'a\u202eb\u2066c\u2069', 'abc'],
  ] as const) {
    it(`is left out of every line: ${name}`, () => {
      expect(harmless(text)).to.equal(rest)
      expect(plainText(text)).to.equal(rest)
    })
  }

  it("keeps shipit's own colours, and in text from elsewhere none", () => {
    const coloured = '\x1b[1m\x1b[31mError\x1b[39m\x1b[22m \x1b[0m\x1b[90mx\x1b[m'
    expect(harmless(coloured)).to.equal(coloured)
    expect(plainText(coloured)).to.equal('Error x')
  })

  it('is escaped in JSON', () => {
    expect(safeJson({ [`k${EVIL}`]: EVIL })).to.not.match(STEERS)
    expect(JSON.parse(safeJson({ [`k${EVIL}`]: EVIL }))).to.deep.equal({ [`k${EVIL}`]: EVIL })
  })

  for (const [command, { argv, answers }] of Object.entries(commands)) {
    const forApp = ['whoami', 'apps'].includes(command) ? [] : ['--app', 'a1']
    it(`does not come through ${command} from the platform's answers`, async () => {
      answers()
      const { stdout, stderr } = await run(command, [...argv, ...forApp])
      expect(stdout).to.not.equal('')
      expect(stdout + stderr).to.not.match(STEERS)
    })
    it(`does not come through ${command} --json`, async () => {
      answers()
      const { stdout, stderr } = await run(command, [...argv, ...forApp, '--json'])
      expect(stdout + stderr).to.not.match(STEERS)
      expect(JSON.parse(stdout)).to.not.equal(null)
    })
  }

  it('does not come through an error', async () => {
    for (const flags of [[], ['--json']]) {
      api()
        .get('/apps/a1/releases')
        .reply(422, {
          id: `invalid_params${EVIL}`,
          message: `No.${EVIL}`,
          url: `https://example.com/${EVIL}`,
        })
      const { stdout, stderr } = await run('releases', ['--app', 'a1', ...flags])
      expect(stdout + stderr)
        .to.include('No.')
        .and.not.match(STEERS)
    }
  })
})
