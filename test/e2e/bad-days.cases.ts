import type { Fault, Harm } from './support/fault-proxy.js'

/** What a case may name in its environment and arguments. */
export interface Surroundings {
  /** Nothing listens there. */
  closed: string
  /** A folder whose disk is full; absent if none can be made. */
  fullDisk: string | undefined
  /** Servers by what is wrong with their certificates, and the file that has them all trusted. */
  tls: { expired: string; early: string; untrusted: string; authority: string }
  /**
   * HTTP proxies: one that leads api.heroku.com to the embedded Heroku, one that wants a password.
   */
  proxies: { working: string; refusing: string }
  /** A module that has the resolver know no name. */
  noDns: string
}

export interface Case {
  name: string
  /** For the soak alone. */
  isExtra?: boolean
  argv: string[]
  faults?: Fault[]
  env?: (around: Surroundings) => NodeJS.ProcessEnv
  input?: string
  /** A new commit is there to be deployed; files that it changes. */
  commit?: Record<string, string>
  /** It changes what runs though it releases nothing: no other case runs beside it. */
  isAlone?: true
  /** Where it runs, if not in the app's repository. */
  cwd?: (around: Surroundings) => string | undefined
  expect: {
    exit: number
    /** In `error.message`; in all output where the exit status is 0. */
    message: RegExp
    why?: RegExp
    next?: RegExp
    /** Releases that the case made; 0 where absent. */
    releases?: number
    /** Whether its commit serves afterwards. */
    serves?: 'before' | 'commit'
  }
}

const answer = (
  status: number,
  id?: string,
  message?: string,
  headers?: Record<string, string>,
): Harm => ({
  status,
  ...(id ? { id } : {}),
  ...(message ? { message } : {}),
  ...(headers ? { headers } : {}),
})
const always = (on: RegExp, harm: Harm): Fault[] => [{ on, harm }]
const once = (on: RegExp, harm: Harm, after = 0): Fault[] => [{ on, harm, times: 1, after }]

const DYNOS = /^GET \/apps\/bad\/dynos/
const RELEASES = /^GET \/apps\/bad\/releases/
const CONFIG = /^PATCH \/apps\/bad\/config-vars/
const FORMATION = /^PATCH \/apps\/bad\/formation/
const REFS = /^GET \/git\/bad\.git\/info\/refs/
const PACK = /^POST \/git\/bad\.git\/git-receive-pack/
const LOG_SESSION = /^POST \/apps\/bad\/log-sessions/
const LOG = /^GET \/streams\/logs\//
const BUILD_OUTPUT = /^GET \/streams\/builds\//
/** NUMBER is another one each time, so that there is something to set. */
const KEYS =
  'PM2_PUBLIC_KEY=publicpublic123\nPM2_SECRET_KEY=secretsecret987\nPM2_MACHINE_NAME=machine-NUMBER\n'
const READ = ['releases']
const DEPLOY = ['deploy', '--wait-timeout', '30s']
const heroku = { HEROKU_HOST: 'heroku.com', HEROKU_GIT_HOST: 'git.heroku.com' }

const credentials: Case[] = [
  {
    name: 'a wrong token',
    argv: READ,
    env: () => ({ HEROKU_API_KEY: 'wrong' }),
    expect: {
      exit: 5,
      message: /does not accept the token from HEROKU_API_KEY/,
      why: /Invalid credentials/,
      next: /heroku authorizations:create/,
    },
  },
  {
    name: 'no token',
    argv: READ,
    env: () => ({ HEROKU_API_KEY: '' }),
    expect: { exit: 5, message: /You are not logged in to 127\.0\.0\.1/, next: /shipit login/ },
  },
  {
    name: 'a token that has expired',
    argv: DEPLOY,
    commit: {},
    faults: always(/./, answer(401, 'unauthorized', 'The access token expired')),
    expect: { exit: 5, message: /does not accept the token/, why: /expired/ },
  },
  {
    isExtra: true,
    name: 'a token that expires before the push',
    argv: DEPLOY,
    commit: {},
    faults: always(REFS, answer(401)),
    expect: {
      exit: 5,
      message: /does not accept these credentials.*v\d+ serves, as before/s,
      next: /token is valid/,
    },
  },
  {
    isExtra: true,
    name: 'a second factor, by its id',
    argv: READ,
    faults: always(RELEASES, answer(403, 'two_factor', 'A second authentication factor is needed')),
    expect: { exit: 5, message: /asks for a second factor/, next: /shipit login/ },
  },
  {
    isExtra: true,
    name: 'a second factor, by its header',
    argv: ['ps'],
    faults: always(
      DYNOS,
      answer(401, 'unauthorized', 'Needs a code', { 'Heroku-Two-Factor-Required': 'true' }),
    ),
    expect: { exit: 5, message: /asks for a second factor/, next: /needs none/ },
  },
]

const access: Case[] = [
  {
    name: 'no access',
    argv: READ,
    faults: always(RELEASES, answer(403, 'forbidden', 'You do not have access to the app bad.')),
    expect: { exit: 6, message: /has no access to bad/, next: /heroku access:add/ },
  },
  {
    isExtra: true,
    name: 'no right to change',
    argv: ['scale', 'web=2'],
    faults: always(FORMATION, answer(403, 'forbidden', 'You do not have the operate permission.')),
    expect: { exit: 7, message: /operate permission/ },
  },
  {
    isExtra: true,
    name: 'no access to the repository',
    argv: DEPLOY,
    commit: {},
    faults: always(REFS, answer(403)),
    expect: { exit: 5, message: /v\d+ serves, as before/, next: /access to the app/ },
  },
  {
    name: 'an app that is not there',
    argv: ['ps', '--app', 'nosuch'],
    expect: { exit: 6, message: /no app called nosuch/, next: /--app/ },
  },
  {
    isExtra: true,
    name: 'a suspended account',
    argv: ['scale', 'web=2'],
    faults: always(
      FORMATION,
      answer(403, 'suspended', 'This account was suspended for a breach of terms.'),
    ),
    expect: { exit: 7, message: /has suspended/, why: /breach/, next: /help\.heroku\.com/ },
  },
  {
    isExtra: true,
    name: 'an unpaid bill',
    argv: ['keys', 'set'],
    input: KEYS,
    faults: always(CONFIG, answer(402, 'delinquency', 'Settle your account.')),
    expect: { exit: 7, message: /Settle your account/, next: /billing/ },
  },
]

const limits: Case[] = [
  {
    name: 'the rate limit',
    argv: READ,
    faults: always(
      RELEASES,
      answer(429, 'rate_limit', 'Your account reached the API limit.', {
        'RateLimit-Remaining': '0',
      }),
    ),
    expect: {
      exit: 8,
      message: /rate limit reached for this account/,
      why: /reached the API limit/,
      next: /few minutes/,
    },
  },
  {
    name: 'the rate limit, lifted in a second',
    argv: ['restart', 'web.1'],
    isAlone: true,
    faults: once(/^DELETE/, answer(429, 'rate_limit', 'Wait.', { 'Retry-After': '1' })),
    expect: { exit: 0, message: /web\.1/ },
  },
  {
    isExtra: true,
    name: 'the rate limit of git',
    argv: ['deploy', '--wait-timeout', '1s'],
    commit: {},
    faults: always(REFS, answer(429)),
    expect: {
      exit: 7,
      message: /git requests to this app.*v\d+ serves, as before/s,
      next: /75 an hour/,
    },
  },
  {
    name: 'a platform under maintenance',
    argv: READ,
    faults: always(RELEASES, answer(503, 'maintenance', 'API is under maintenance.')),
    expect: { exit: 8, message: /under maintenance itself/, next: /^Try again\.$/ },
  },
]

const faulty: Case[] = [
  {
    isExtra: true,
    name: 'a 500 to a read',
    argv: READ,
    faults: always(RELEASES, answer(500, 'internal', 'Oops')),
    expect: { exit: 8, message: /answered GET .* with status 500/, next: /^Try again\.$/ },
  },
  {
    isExtra: true,
    name: 'a 502 page that goes away',
    argv: READ,
    faults: once(RELEASES, { status: 502, body: '<html>Bad Gateway</html>' }),
    expect: { exit: 0, message: /current/ },
  },
  {
    name: 'a 503 to a change',
    argv: ['keys', 'set'],
    input: KEYS,
    faults: always(CONFIG, answer(503)),
    expect: { exit: 8, message: /status 503/, next: /not known whether the change was made/ },
  },
  {
    isExtra: true,
    name: 'a 500 to a restart',
    argv: ['reload'],
    faults: always(/^(DELETE|POST|PATCH)/, answer(500)),
    expect: { exit: 8, message: /status 500/, next: /look before you try again/ },
  },
  {
    isExtra: true,
    name: 'a 500 before the push',
    argv: DEPLOY,
    commit: {},
    faults: always(/^GET \/apps\/bad\/builds/, answer(500)),
    expect: { exit: 8, message: /builds.* with status 500/ },
  },
  {
    name: 'a 500 from git',
    argv: DEPLOY,
    commit: {},
    faults: always(REFS, answer(500)),
    expect: { exit: 8, message: /connection .* failed during the push.*v\d+ serves, as before/s },
  },
  {
    name: 'a captive portal',
    argv: ['ps'],
    faults: always(DYNOS, { status: 200, body: '<html>Please log in to the WiFi</html>' }),
    expect: { exit: 8, message: /not JSON/, next: /Check the network/ },
  },
  {
    name: 'words that would steer the terminal',
    argv: READ,
    faults: always(RELEASES, answer(422, 'invalid', 'no\x1b[2J\x1b]0;title\x07thing')),
    expect: { exit: 7, message: /no.*thing/ },
  },
]

const connections: Case[] = [
  {
    isExtra: true,
    name: 'a silent platform',
    argv: READ,
    env: () => ({ SHIPIT_HTTP_TIMEOUT: '1s' }),
    faults: always(RELEASES, 'never answer'),
    expect: { exit: 8, message: /no answer came in time/, next: /Check the network/ },
  },
  {
    isExtra: true,
    name: 'a slow platform',
    argv: READ,
    faults: always(RELEASES, { delay: 700 }),
    expect: { exit: 0, message: /current/ },
  },
  {
    name: 'a connection that breaks once',
    argv: READ,
    faults: once(RELEASES, 'refuse'),
    expect: { exit: 0, message: /current/ },
  },
  {
    isExtra: true,
    name: 'an answer that is cut off once',
    argv: READ,
    faults: once(RELEASES, { cutAnswerAfter: 40 }),
    expect: { exit: 0, message: /current/ },
  },
  {
    isExtra: true,
    name: 'answers that are cut off',
    argv: READ,
    faults: always(RELEASES, { cutAnswerAfter: 40 }),
    expect: { exit: 8, message: /the connection broke/ },
  },
  {
    name: 'a change that does not arrive',
    argv: ['keys', 'set'],
    input: KEYS,
    faults: always(CONFIG, 'refuse'),
    expect: {
      exit: 8,
      message: /the connection broke/,
      why: /may or may not/,
      next: /Look at the app/,
    },
  },
  {
    name: 'a change whose answer is lost',
    argv: ['keys', 'set'],
    input: KEYS,
    faults: always(CONFIG, 'lose the answer'),
    expect: { exit: 8, message: /the connection broke/, why: /may or may not/, releases: 1 },
  },
  {
    name: 'a rollback whose answer is lost',
    argv: ['rollback'],
    faults: always(/^POST \/apps\/bad\/releases/, 'refuse'),
    expect: { exit: 8, message: /the connection broke/, why: /may or may not/ },
  },
  {
    isExtra: true,
    name: 'a push that is cut in its middle',
    argv: DEPLOY,
    commit: {},
    faults: always(PACK, { cutRequestAfter: 150 }),
    expect: {
      exit: 8,
      message: /failed during the push.*v\d+ serves, as before/s,
      next: /Check the connection.*deploy again/,
    },
  },
  {
    name: 'a push that is cut while it is built',
    argv: DEPLOY,
    commit: {},
    faults: always(PACK, { cutAnswerAfter: 150 }),
    expect: {
      exit: 0,
      message:
        /The connection broke off, (and the build goes on|but all had arrived).*\w{7} serves as v\d+ of bad/s,
      releases: 1,
      serves: 'commit',
    },
  },
  {
    isExtra: true,
    name: 'a slow push, and a log that is cut',
    argv: DEPLOY,
    commit: {},
    faults: [...always(PACK, { delay: 700 }), ...always(LOG, { cutAnswerAfter: 300 })],
    expect: { exit: 0, message: /\w{7} serves as v\d+ of bad/, releases: 1, serves: 'commit' },
  },
  {
    isExtra: true,
    name: 'a build output that is cut',
    argv: [...DEPLOY, '--source'],
    commit: {},
    faults: always(BUILD_OUTPUT, { cutAnswerAfter: 20 }),
    expect: { exit: 0, message: /output of the build broke off/, releases: 1, serves: 'commit' },
  },
  {
    isExtra: true,
    name: 'a slow log',
    argv: ['logs', '-n', '200'],
    faults: always(LOG, { delay: 700 }),
    expect: { exit: 0, message: /\[web\.1\]/ },
  },
  {
    name: 'a log session that cannot be had',
    argv: ['logs'],
    faults: always(LOG_SESSION, answer(500)),
    expect: { exit: 8, message: /status 500/ },
  },
  {
    isExtra: true,
    name: 'a log that is cut three times',
    argv: ['logs', '-n', '200'],
    env: () => ({ SHIPIT_HTTP_RETRIES: '3' }),
    faults: [{ on: LOG, harm: { cutAnswerAfter: 300 }, times: 3 }],
    expect: { exit: 0, message: /\[web\.1\]/ },
  },
  {
    isExtra: true,
    name: 'a log that cannot be read',
    argv: ['logs'],
    faults: always(LOG, answer(500)),
    expect: { exit: 8, message: /log stream at 127\.0\.0\.1/i },
  },
]

const machine: Case[] = [
  {
    name: 'no such name',
    argv: READ,
    env: ({ noDns }) => ({ ...heroku, NODE_OPTIONS: `--require=${noDns}` }),
    expect: {
      exit: 8,
      message: /api\.heroku\.com could not be reached.*DNS/,
      next: /Check the network/,
    },
  },
  {
    name: 'nobody listens',
    argv: READ,
    env: ({ closed }) => ({ HEROKU_HOST: closed }),
    expect: { exit: 8, message: /nothing accepts connections/, next: /HEROKU_HOST/ },
  },
  {
    name: 'HEROKU_HOST of somebody else',
    argv: DEPLOY,
    commit: {},
    env: () => ({ HEROKU_HOST: 'example.com' }),
    expect: {
      exit: 2,
      message: /sends no token to: https:\/\/api\.example\.com/,
      next: /unset HEROKU_HOST/,
    },
  },
  {
    isExtra: true,
    name: 'HEROKU_HOST that is no host',
    argv: READ,
    env: () => ({ HEROKU_HOST: 'http://' }),
    expect: { exit: 2, message: /neither a host name nor a URL/ },
  },
  {
    name: 'a proxy that is not there',
    argv: READ,
    env: ({ closed }) => ({ ...heroku, HTTPS_PROXY: closed }),
    expect: {
      exit: 8,
      message: /through the proxy 127\.0\.0\.1:\d+.*nothing accepts/,
      next: /HTTPS_PROXY/,
    },
  },
  {
    name: 'a proxy that wants a password',
    argv: READ,
    env: ({ proxies }) => ({ ...heroku, HTTPS_PROXY: proxies.refusing }),
    expect: { exit: 8, message: /the proxy answered 407/, next: /user:password@host/ },
  },
  {
    name: 'a proxy that works',
    argv: READ,
    env: ({ proxies, tls }) => ({
      ...heroku,
      HTTPS_PROXY: proxies.working,
      NODE_EXTRA_CA_CERTS: tls.authority,
    }),
    expect: { exit: 0, message: /current/ },
  },
  {
    isExtra: true,
    name: 'a proxy that NO_PROXY exempts from',
    argv: READ,
    env: ({ closed, noDns }) => ({
      ...heroku,
      HTTPS_PROXY: closed,
      NO_PROXY: '.heroku.com',
      NODE_OPTIONS: `--require=${noDns}`,
    }),
    expect: { exit: 8, message: /api\.heroku\.com could not be reached or.*DNS/ },
  },
  {
    isExtra: true,
    name: 'a dead proxy beside the loopback',
    argv: READ,
    env: ({ closed }) => ({ HTTPS_PROXY: closed, HTTP_PROXY: closed }),
    expect: { exit: 0, message: /current/ },
  },
  {
    name: 'a clock that is ahead',
    argv: READ,
    env: ({ tls }) => ({ HEROKU_HOST: tls.expired, NODE_EXTRA_CA_CERTS: tls.authority }),
    expect: {
      exit: 8,
      message: /certificate has expired, by this machine's clock/,
      next: /date and time/,
    },
  },
  {
    isExtra: true,
    name: 'a clock that is behind',
    argv: READ,
    env: ({ tls }) => ({ HEROKU_HOST: tls.early, NODE_EXTRA_CA_CERTS: tls.authority }),
    expect: {
      exit: 8,
      message: /certificate is not valid yet, by this machine's clock/,
      next: /date and time/,
    },
  },
  {
    name: 'a certificate of nobody',
    argv: READ,
    env: ({ tls }) => ({ HEROKU_HOST: tls.untrusted }),
    expect: { exit: 8, message: /certificate or TLS was not accepted/, next: /SSL_CERT_FILE/ },
  },
  {
    isExtra: true,
    name: 'SSL_CERT_FILE that is not there',
    argv: READ,
    env: () => ({ SSL_CERT_FILE: '/nowhere/ca.pem' }),
    expect: {
      exit: 2,
      message: /SSL_CERT_FILE names what cannot be read/,
      next: /unset SSL_CERT_FILE/,
    },
  },
  {
    name: 'a full disk',
    argv: ['config', 'pull'],
    cwd: ({ fullDisk }) => fullDisk,
    expect: { exit: 3, message: /the disk is full/, next: /Make room/ },
  },
]

const deploys: Case[] = [
  {
    name: 'a build that fails',
    argv: DEPLOY,
    commit: {
      'package.json': JSON.stringify({
        name: 'sample',
        version: '1.0.0',
        private: true,
        scripts: { start: 'node server.js', build: 'node -e "process.exit(3)"' },
      }),
      Procfile: 'web: npm start\n',
    },
    expect: { exit: 10, message: /build failed/i },
  },
  {
    name: 'a release phase that fails',
    argv: DEPLOY,
    commit: { Procfile: 'web: npm start\nrelease: echo no migration; exit 4\n' },
    expect: {
      exit: 11,
      message: /release phase of v\d+ failed.*serves/s,
      why: /no migration/,
      releases: 1,
    },
  },
]

/**
 * Bad days of a network, a platform, an account and a machine: what is said, with which exit
 * status, and what serves afterwards.
 */
export const cases: Case[] = [
  ...credentials,
  ...access,
  ...limits,
  ...faulty,
  ...connections,
  ...machine,
  ...deploys,
]
