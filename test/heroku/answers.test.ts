import { expect } from 'chai'
import { connectionError, misfitError, reasonOf } from '../../src/heroku/connection-errors.js'
import { answerError } from '../../src/heroku/errors.js'

const HEROKU = {
  apiUrl: 'https://api.heroku.com',
  gitUrl: 'https://git.heroku.com',
  token: 't0k3n',
  tokenSource: '~/.netrc',
  label: 'Heroku',
}
const EMBEDDED = {
  ...HEROKU,
  apiUrl: 'http://127.0.0.1:28671',
  tokenSource: 'the embedded Heroku',
  label: 'the embedded Heroku',
}

type Answer = Parameters<typeof answerError>[0]
const told = (answer: Partial<Answer> & { status: number; said?: object }, endpoint = HEROKU) => {
  const { said = {}, ...rest } = answer
  const { code, message, why, next, details } = answerError(
    { body: JSON.stringify(said), method: 'GET', path: '/apps/a1/dynos', ...rest },
    endpoint,
  )
  return { code, message, why, next, details }
}

const BILLING =
  'https://dashboard.heroku.com/account/billing shows what is open; https://help.heroku.com ' +
  'answers for a suspension.'
const LOGIN =
  'Run `shipit login`, or set HEROKU_API_KEY to a token (`heroku authorizations:create` makes one).'

describe('an answer that is an error', () => {
  it('401: by where the token came from, what to do', () => {
    const NEXT: Record<string, string> = {
      HEROKU_API_KEY:
        'Set HEROKU_API_KEY to a valid token (`heroku authorizations:create` makes one), or ' +
        'unset it and run `shipit login`.',
      'the embedded Heroku': 'shipit local stop && shipit local start',
      '~/.netrc': LOGIN,
    }
    for (const [tokenSource, next] of Object.entries(NEXT))
      expect(told({ status: 401 }, { ...HEROKU, tokenSource })).to.deep.equal({
        code: 'auth',
        message: `Heroku does not accept the token from ${tokenSource}.`,
        why: undefined,
        next,
        details: { status: 401 },
      })
  })

  it('a second factor: by its header, or by its id with 403 alone', () => {
    const asks = 'Heroku asks for a second factor.'
    const said = { id: 'two_factor', message: ' Two-factor code required. ' }
    for (const status of [401, 403])
      expect(told({ status, asksSecondFactor: true, said })).to.include({
        code: 'auth',
        message: asks,
        why: 'Two-factor code required.',
      })
    expect(told({ status: 403, said }).message).to.equal(asks)
    expect(told({ status: 422, said }).message).to.equal(
      'Heroku refused: Two-factor code required.',
    )
    expect(told({ status: 401, said }).message).not.to.equal(asks)
  })

  it('402 and a suspension: in the own words of the platform, and where to look', () => {
    expect(told({ status: 402 })).to.deep.equal({
      code: 'refused',
      message: "Heroku wants the account's billing settled first.",
      why: undefined,
      next: BILLING,
      details: { status: 402, app: 'a1' },
    })
    expect(
      told({ status: 402, path: '/account', said: { message: 'Pay.', url: 'u:1' } }),
    ).to.deep.equal({
      code: 'refused',
      message: 'Heroku refused: Pay.',
      why: undefined,
      next: 'See u:1',
      details: { status: 402 },
    })
    expect(told({ status: 403, said: { id: 'suspended', message: 'Abuse.' } })).to.deep.equal({
      code: 'refused',
      message: 'Heroku has suspended this account or app.',
      why: 'Abuse.',
      next: BILLING,
      details: { status: 403, id: 'suspended', app: 'a1' },
    })
  })

  it('403: to look at an app, no access; of anything else, a refusal', () => {
    const said = { message: 'No.' }
    expect(told({ status: 403, said, path: '/apps/my%20app?x' })).to.deep.equal({
      code: 'not_found',
      message: 'Your account has no access to my app on Heroku.',
      why: 'No.',
      next: 'Have its owner run `heroku access:add`, or check whose token it is: heroku auth:whoami',
      details: { status: 403, app: 'my app' },
    })
    expect(told({ status: 403, said, path: '/account' }).code).to.equal('refused')
    expect(told({ status: 403, said, method: 'PATCH' })).to.include({
      code: 'refused',
      message: 'Heroku refused: No.',
    })
    expect(told({ status: 400, said }).code).to.equal('refused')
  })

  it('404: of the app, or of what is asked of it', () => {
    const noApp = {
      code: 'not_found',
      message: 'There is no app called a1 on Heroku, or your account has no access to it.',
      why: undefined,
      next: 'Check the name given by --app, HEROKU_APP or the git remote `heroku`.',
    }
    const isOfApp: Parameters<typeof told>[0][] = [
      { status: 404, said: { resource: 'app' } },
      { status: 404, said: { message: "Couldn't FIND that app." } },
      { status: 404, path: '/apps/a1' },
    ]
    for (const answer of isOfApp) expect(told(answer)).to.deep.include(noApp)
    expect(
      told({ status: 404, said: { resource: 'dyno', message: 'None.', url: 'u:1' } }),
    ).to.deep.equal({
      code: 'not_found',
      message: 'Heroku does not know /apps/a1/dynos.',
      why: 'None.',
      next: 'See u:1',
      details: { status: 404, app: 'a1' },
    })
    for (const [path, message] of [
      ['/x/apps/a1', 'Heroku does not know /x/apps/a1.'],
      ['/apps/a1/x', 'Heroku does not know /apps/a1/x.'],
      ['/account', 'Heroku does not know /account.'],
    ] as const)
      expect(told({ status: 404, path }).message).to.equal(message)
    expect(
      told({ status: 404, path: '/account', said: { resource: 'app' } }).details,
    ).to.deep.equal({ status: 404 })
  })

  it('429: when to try again, as far as it is known', () => {
    expect(told({ status: 429, retryAfter: 1001, said: { message: 'Slow.' } })).to.deep.equal({
      code: 'network',
      message: 'Heroku: rate limit reached for this account.',
      why: 'Slow.',
      next: 'Try again in 2 s.',
      details: { status: 429, retry_after_seconds: 2 },
    })
    expect(told({ status: 429 })).to.deep.include({
      next: 'Try again in a few minutes.',
      details: { status: 429 },
    })
  })

  it('507: what the disk of a platform says; without a word, as any other', () => {
    expect(told({ status: 507, said: { message: 'Full.' } }, EMBEDDED)).to.deep.equal({
      code: 'refused',
      message: 'The embedded Heroku could not store the change: Full.',
      why: undefined,
      next: 'Make room or rights there, then run the command again.',
      details: { status: 507 },
    })
    expect(told({ status: 507 }).code).to.equal('network')
  })

  it('5xx: whether to try again or to look first, and where incidents are told', () => {
    const unknown = 'It is not known whether the change was made: look before you try again.'
    const rows: [Parameters<typeof told>[0], typeof HEROKU, string][] = [
      [{ status: 500 }, HEROKU, 'Try again; https://status.heroku.com shows incidents.'],
      [
        { status: 503, retryAfter: 2500 },
        HEROKU,
        'Try again in 3 s; https://status.heroku.com shows incidents.',
      ],
      [{ status: 500 }, EMBEDDED, 'Try again.'],
      [{ status: 500 }, { ...HEROKU, apiUrl: 'https://api.heroku.com.example.org' }, 'Try again.'],
      [{ status: 500 }, { ...HEROKU, apiUrl: 'https://notheroku.com' }, 'Try again.'],
      [
        { status: 500 },
        { ...HEROKU, apiUrl: 'https://heroku.com' },
        'Try again; https://status.heroku.com shows incidents.',
      ],
      [
        { status: 502, method: 'POST' },
        HEROKU,
        `${unknown} https://status.heroku.com shows incidents.`,
      ],
      [{ status: 502, method: 'POST' }, EMBEDDED, unknown],
    ]
    for (const [answer, endpoint, next] of rows)
      expect(told(answer, endpoint)).to.include({ code: 'network', next })
    expect(told({ status: 500, said: { message: 'Down.' } })).to.include({
      message: 'Heroku (api.heroku.com) answered GET /apps/a1/dynos with status 500.',
      why: 'Down.',
    })
    expect(told({ status: 503, said: { id: 'maintenance' } }).message).to.equal(
      'Heroku (api.heroku.com) is under maintenance itself.',
    )
  })

  it('any other: refused, with what the platform says of it', () => {
    const said = { id: 'invalid_params', message: 'Bad size', url: 'u:1', resource: 'x', more: 1 }
    expect(told({ status: 422, said, requestId: 'r-1' })).to.deep.equal({
      code: 'refused',
      message: 'Heroku refused: Bad size',
      why: undefined,
      next: 'See u:1',
      details: { status: 422, id: 'invalid_params', request_id: 'r-1', app: 'a1' },
    })
    expect(told({ status: 499, path: '/apps', method: 'POST' })).to.deep.equal({
      code: 'refused',
      message: 'Heroku refused POST /apps with status 499.',
      why: undefined,
      next: undefined,
      details: { status: 499 },
    })
  })

  it('a body that is not of the API says nothing: HTML, text, a message that is no text', () => {
    for (const body of ['<html>no</html>', '', 'null', '7', '{"message":7,"id":["x"],"url":null}'])
      expect(told({ status: 422, body })).to.deep.equal({
        code: 'refused',
        message: 'Heroku refused GET /apps/a1/dynos with status 422.',
        why: undefined,
        next: undefined,
        details: { status: 422, app: 'a1' },
      })
    expect(told({ status: 422, said: { message: '  ' } }).message).to.contain('with status 422')
  })
})

describe('a connection that fails', () => {
  const names = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'HEROKU_HTTP_PROXY_HOST']
  const kept = Object.fromEntries(names.map((name) => [name, process.env[name]]))
  beforeEach(() => names.forEach((name) => delete process.env[name]))
  afterEach(() => {
    for (const [name, value] of Object.entries(kept))
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  })
  const request = { method: 'GET', path: '/apps', mayHaveActed: false }
  const failed = (error: unknown, more: Partial<typeof request> = {}) =>
    connectionError(error, HEROKU, { ...request, ...more })
  const coded = (code: string, text = 'in words') => Object.assign(new Error(text), { code })

  const CHECK =
    'Check the network (and HTTPS_PROXY, HEROKU_HOST where they are set), then try again.'
  const CERTIFICATE =
    'Behind a company proxy, name its certificate by SSL_CERT_FILE or NODE_EXTRA_CA_CERTS.'
  const rows: [string, string, string][] = [
    ['ENOTFOUND', 'its name could not be found (DNS)', CHECK],
    ['EAI_AGAIN', 'its name could not be looked up (DNS)', CHECK],
    ['ECONNREFUSED', 'nothing accepts connections there', CHECK],
    ['ECONNRESET', 'the connection broke', CHECK],
    ['EPIPE', 'the connection broke', CHECK],
    ['ETIMEDOUT', 'no answer came in time', CHECK],
    ['EHOSTUNREACH', 'there is no route to it', CHECK],
    ['ENETUNREACH', 'there is no route to it', CHECK],
    ['EOTHER', 'in words', CHECK],
    ['XCERT_NO', 'in words', CHECK],
    ...[
      'CERT_UNTRUSTED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'EPROTO',
    ].map((code): [string, string, string] => [
      code,
      `its certificate or TLS was not accepted (${code})`,
      CERTIFICATE,
    ]),
  ]
  for (const [code, reason, next] of rows)
    it(`${code}: ${reason}`, () => {
      const error = failed(coded(code))
      expect(error).to.include({
        code: 'network',
        message: `Heroku at api.heroku.com could not be reached or did not answer in full: ${reason}.`,
        why: undefined,
        next,
      })
      expect(error.details).to.deep.equal({ host: 'api.heroku.com', reason: code })
      expect(reasonOf(coded(code))).to.equal(reason)
    })

  it('may have its code in its cause, or none', () => {
    expect(reasonOf(new Error('fetch failed', { cause: coded('ECONNREFUSED') }))).to.equal(
      'nothing accepts connections there',
    )
    const error = failed('thrown text')
    expect(error.message).to.contain('in full: thrown text.')
    expect(error.details).to.deep.equal({ host: 'api.heroku.com' })
  })

  it('by the dates of a certificate says what this machine takes for the time', () => {
    const time = /by this machine's clock \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)/
    for (const [code, words] of [
      ['CERT_HAS_EXPIRED', 'its TLS certificate has expired, '],
      ['CERT_NOT_YET_VALID', 'its TLS certificate is not valid yet, '],
    ] as const) {
      expect(failed(coded(code)).message)
        .to.contain(words)
        .and.match(time)
      expect(failed(coded(code)).next).to.match(/^Check the date and time of this machine/)
    }
  })

  it('of a change that was under way is no reason to send it again', () => {
    const change = { method: 'POST', mayHaveActed: true }
    expect(failed(coded('ECONNRESET'), change)).to.include({
      why:
        'POST /apps was under way, and shipit does not send a change twice: it may or may not ' +
        'have been made.',
      next: 'Look at the app before you try again (shipit releases, shipit ps).',
    })
    expect(failed(coded('SELF_SIGNED_CERT_IN_CHAIN'), change).next).to.equal(CERTIFICATE)
    for (const other of [
      { method: 'POST', mayHaveActed: false },
      { method: 'GET', mayHaveActed: true },
    ])
      expect(failed(coded('ECONNRESET'), other)).to.include({ why: undefined, next: CHECK })
  })

  it('through a proxy names it, and what it answered', () => {
    process.env['HTTPS_PROXY'] = 'http://me:s3cret@proxy.example.com:3128'
    const tunnel = (status: string) =>
      new Error(`tunneling socket could not be established, ${status}`)
    const proxy = 'Check the proxy that HTTPS_PROXY (or HEROKU_HTTP_PROXY_HOST) names; '
    const plain = failed(coded('ECONNRESET'))
    expect(plain.message).to.contain(
      'could not be reached through the proxy proxy.example.com:3128 or did not',
    )
    expect(plain.next).to.equal(`${proxy}NO_PROXY exempts hosts from it.`)
    expect(JSON.stringify(plain)).not.to.contain('s3cret')
    expect(failed(tunnel('statusCode=407'))).to.include({
      next: "Write them into the proxy's address: HTTPS_PROXY=http://user:password@host:port",
    })
    expect(failed(tunnel('statusCode=407')).message).to.contain(
      'the proxy answered 407 and wants a user and password.',
    )
    expect(failed(tunnel('statusCode=403')).message).to.contain('the proxy answered 403.')
    for (const refused of ['cause=connect ECONNREFUSED 10.0.0.1:3128', 'cause='])
      expect(failed(tunnel(refused)).message).to.contain(
        'nothing accepts connections at the proxy.',
      )
    expect(failed(tunnel('cause=getaddrinfo ENOTFOUND proxy.example.com')).message).to.contain(
      'the proxy cannot be used: getaddrinfo ENOTFOUND proxy.example.com.',
    )
    const untrusted = failed(tunnel('cause=self-signed certificate'))
    expect(untrusted.message).to.contain('the proxy cannot be used: self-signed certificate.')
    expect(untrusted.next).to.match(/^Behind a company proxy, name its certificate by SSL_CERT/)
    expect(failed(new Error('x tunneling socket could not be established')).message).to.contain(
      'x tunneling socket',
    )
  })
})

describe("an answer that is none of the Platform API's", () => {
  it('names the place, and of a change that it may have been made', () => {
    const [get, post] = ['GET', 'POST'].map((method) =>
      misfitError('`id` is missing', EMBEDDED, { method, path: '/apps' }),
    )
    expect(get).to.include({
      code: 'network',
      message:
        'The embedded Heroku (127.0.0.1:28671) answered GET /apps with something else than the ' +
        'Platform API documents: `id` is missing.',
      why: undefined,
      next:
        'Check that 127.0.0.1:28671 is the platform, and that no proxy on the way answers in its ' +
        'place.',
    })
    expect(get?.details).to.deep.equal({ host: '127.0.0.1:28671' })
    expect(post?.why).to.equal('The change may or may not have been made.')
    expect(post?.next).to.match(/^Look at the app before you try again .* Check that 127/)
  })
})
