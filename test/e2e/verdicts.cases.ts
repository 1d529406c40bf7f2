import type { Fault } from './support/fault-proxy.js'
import { isSoak } from '../support/soak.js'

/** ms for which the platform takes no requests, or breaks connections: 12 s where time is given. */
const OUTAGE = isSoak ? 12_000 : 3000

const server = (
  answer: string,
): string => `require('node:http').createServer((request, response) => {
  ${answer}
}).listen(process.env.PORT)
`
export const APPS = {
  good: (word: string) => server(`response.end('${word}')`),
  bad: () => server("response.statusCode = 500\n  response.end('oops')"),
  guarded: (word: string) =>
    server(
      `if (request.headers.authorization !== 'Basic YTpi') response.statusCode = 401\n  response.end('${word}')`,
    ),
  lost: (word: string) =>
    server(`if (request.url === '/') response.statusCode = 404\n  response.end('${word}')`),
}

/** `deploy:` of the ecosystem file: how long each may take to be healthy, and what it changes. */
export const ENVIRONMENTS = {
  production: '{ app: verdict, health: { timeout: 4s } }',
  staged: '{ app: verdict, env: staged, health: { timeout: 4s } }',
  scaled: '{ app: verdict, formation: { web: 2 }, health: { timeout: 4s } }',
}

export interface Case {
  name: string
  app: keyof typeof APPS
  /** Of the ecosystem file's environments; production where absent. */
  target?: keyof typeof ENVIRONMENTS
  argv?: string[]
  env?: NodeJS.ProcessEnv
  /** Of the API, on the way to the CLI. */
  faults?: () => Fault[]
  /** Whether others ask the app meanwhile. */
  hasTraffic?: boolean
  exit: number
  says: RegExp
  /** Whether the new commit answers afterwards; else what answered before. */
  isServed: boolean
  /** 1, or 2 with a rollback. */
  releases: number
  /** Gone through where time is given: what it adds to the others is not worth it each time. */
  isExtra?: boolean
}

const limited = { status: 429, id: 'rate_limit', message: 'Your account reached the API limit.' }
const during =
  (on: RegExp, harm: Fault['harm']): (() => Fault[]) =>
  () => [{ on, harm, lasts: OUTAGE, isAfterPush: true }]
const DYNOS = /^GET \/apps\/verdict\/dynos/
const AFTER_PUSH = /^GET \/apps\/verdict\/(builds|releases)/
const ROLLBACK = /^POST \/apps\/verdict\/releases/

const PLAN = /^GET \/apps\/verdict/
const CONFIG = /^PATCH \/apps\/verdict\/config-vars/
const FORMATION = /^PATCH \/apps\/verdict\/formation/
const REFS = /^GET \/git\/verdict\.git\/info\/refs/
const PACK = /^POST \/git\/verdict\.git\/git-receive-pack/
const SOURCE = /^POST \/sources/
const BLOB = /^PUT \/sources\//
const BUILD = /^POST \/apps\/verdict\/builds/
const RESULT = /^GET \/apps\/verdict\/builds/
const OUTPUT = /^GET \/streams\/builds/

const lasting =
  (on: RegExp, harm: Fault['harm']): (() => Fault[]) =>
  () => [{ on, harm, lasts: OUTAGE }]
const once =
  (on: RegExp, harm: Fault['harm']): (() => Fault[]) =>
  () => [{ on, harm, times: 1 }]
const served = {
  app: 'good',
  exit: 0,
  says: /serves as v\d+/,
  isServed: true,
  releases: 1,
  isExtra: true,
} as const
const unchanged = {
  app: 'good',
  exit: 8,
  says: /v\d+ serves, as before/,
  isServed: false,
  releases: 0,
  isExtra: true,
} as const
const FILES = ['--source']

/** 429 and broken connections at each step before the release, and at the push itself. */
const BEFORE: Case[] = [
  {
    ...served,
    name: '429 while it is planned',
    faults: lasting(PLAN, limited),
    says: /rate limit reached for this account\. Trying on.*serves as v\d+/s,
  },
  {
    ...unchanged,
    name: 'connections cut while it is planned',
    faults: lasting(PLAN, 'refuse'),
    says: /the connection broke/,
  },
  {
    ...served,
    name: '429 to the config vars',
    target: 'staged',
    faults: lasting(CONFIG, limited),
    releases: 2,
  },
  {
    ...unchanged,
    name: 'connections cut at the config vars',
    target: 'staged',
    faults: lasting(CONFIG, 'refuse'),
    says: /the connection broke.*v\d+ serves, as before.*may or may not/s,
  },
  {
    ...unchanged,
    name: 'the answer to the config vars lost',
    target: 'staged',
    faults: once(CONFIG, 'lose the answer'),
    says: /the connection broke/,
    releases: 1,
  },
  {
    ...served,
    name: '429 from git',
    faults: lasting(REFS, limited),
    says: /Rate limit reached for git requests to this app\. Trying on.*serves as v\d+/s,
    isExtra: true,
  },
  {
    ...served,
    name: '429 to the push',
    faults: lasting(PACK, limited),
    says: /Rate limit reached for git requests to this app\. Trying on.*serves as v\d+/s,
  },
  {
    ...unchanged,
    name: '429 from git without end',
    argv: ['--wait-timeout', '5s'],
    faults: () => [{ on: REFS, harm: limited }],
    exit: 7,
    says: /git requests to this app.*v\d+ serves, as before/s,
  },
  { ...unchanged, name: 'connections cut before the push', faults: lasting(REFS, 'refuse') },
  { ...unchanged, name: 'connections cut at the push', faults: lasting(PACK, 'refuse') },
  {
    ...unchanged,
    name: 'the push cut in its middle',
    faults: once(PACK, { cutRequestAfter: 150 }),
  },
  {
    ...served,
    name: 'the push cut while it is built, and 429 then',
    faults: () => [
      { on: PACK, harm: { cutAnswerAfter: 150 } },
      { on: AFTER_PUSH, harm: limited, lasts: OUTAGE, isFromPush: true },
    ],
    says: /The connection broke off.*serves as v\d+/s,
  },
  {
    ...served,
    name: 'the push and all connections cut while it is built',
    faults: () => [
      { on: PACK, harm: { cutAnswerAfter: 150 } },
      { on: AFTER_PUSH, harm: 'refuse', lasts: OUTAGE, isFromPush: true },
    ],
    says: /The connection broke off.*serves as v\d+/s,
  },
  {
    ...served,
    name: 'the answer to the push lost',
    faults: once(PACK, 'lose the answer'),
    says: /The connection broke off.*serves as v\d+/s,
  },
  {
    ...served,
    name: '429 to an upload',
    argv: FILES,
    faults: lasting(SOURCE, limited),
    says: /Trying on.*serves as v\d+/s,
  },
  {
    ...unchanged,
    name: 'connections cut before an upload',
    argv: FILES,
    faults: lasting(SOURCE, 'refuse'),
  },
  {
    ...unchanged,
    name: 'connections cut in an upload',
    argv: FILES,
    faults: lasting(BLOB, { cutRequestAfter: 150 }),
  },
  {
    ...served,
    name: '429 to the build',
    argv: FILES,
    faults: lasting(BUILD, limited),
    says: /Trying on.*serves as v\d+/s,
  },
  {
    ...unchanged,
    name: 'connections cut at the build',
    argv: FILES,
    faults: lasting(BUILD, 'refuse'),
  },
  {
    ...served,
    name: 'the answer to the build lost',
    argv: FILES,
    faults: once(BUILD, 'lose the answer'),
    says: /The connection broke off.*serves as v\d+/s,
  },
  {
    ...served,
    name: "429 to the build's result",
    argv: FILES,
    faults: () => [{ on: RESULT, harm: limited, lasts: OUTAGE, isAfterPush: true }],
  },
  {
    ...served,
    name: "connections cut at the build's result",
    argv: FILES,
    faults: () => [
      { on: RESULT, harm: 'refuse', lasts: OUTAGE, isAfterPush: true },
      { on: OUTPUT, harm: { cutAnswerAfter: 20 } },
    ],
  },
  {
    ...served,
    name: '429 to the formation',
    target: 'scaled',
    faults: lasting(FORMATION, limited),
  },
  {
    ...served,
    name: 'connections cut at the formation',
    target: 'scaled',
    faults: lasting(FORMATION, 'refuse'),
    exit: 15,
    says: /stands and is unverified: nothing was rolled back/,
  },
]

/**
 * What a deploy makes of a bad or a good release, of an app that it cannot ask, and of a platform
 * that it cannot ask.
 */
export function cases(routerPort: () => number, proxy: () => string): Case[] {
  const urlIs =
    (url: () => string): (() => Fault[]) =>
    () => [{ on: /./, harm: { replace: [`http://verdict.localhost:${routerPort()}/`, url()] } }]
  return [
    {
      name: 'Basic auth at /',
      app: 'guarded',
      exit: 0,
      says: /\/ answers 401 Unauthorized, which proves only that the app serves.*--health/s,
      isServed: true,
      releases: 1,
    },
    {
      name: 'Basic auth at a named path, and its header',
      app: 'guarded',
      argv: ['--health', '/', '--health-header', 'Authorization:$HEALTH_AUTH'],
      env: { HEALTH_AUTH: 'Basic YTpi' },
      exit: 0,
      says: /Done in .*200 in/,
      isServed: true,
      releases: 1,
      isExtra: true,
    },
    {
      name: '404 at /',
      app: 'lost',
      exit: 0,
      says: /\/ answers 404 Not Found, which proves only/,
      isServed: true,
      releases: 1,
      isExtra: true,
    },
    {
      name: '404 at a named path',
      app: 'lost',
      argv: ['--health', '/'],
      exit: 13,
      says: /does not answer as it should: 404 Not Found.*serves again/s,
      isServed: false,
      releases: 2,
      isExtra: true,
    },
    {
      name: 'internal routing, with requests from inside',
      app: 'good',
      faults: urlIs(() => 'http://verdict.invalid/'),
      hasTraffic: true,
      exit: 0,
      says: /could not be asked from here: .*DNS.*judged by the router's lines in the log/s,
      isServed: true,
      releases: 1,
    },
    {
      name: 'internal routing of a release that answers 500',
      app: 'bad',
      faults: urlIs(() => 'http://verdict.invalid/'),
      hasTraffic: true,
      exit: 13,
      says: /the router's lines in the log tell of .* answered with 5xx.*serves again/s,
      isServed: false,
      releases: 2,
      isExtra: true,
    },
    {
      name: 'internal routing, and nobody asks',
      app: 'good',
      faults: urlIs(() => 'http://verdict.invalid/'),
      exit: 15,
      says: /stands and is unverified: nothing was rolled back.*--health none/s,
      isServed: true,
      releases: 1,
      isExtra: true,
    },
    {
      name: 'a list of addresses that are let in',
      app: 'good',
      faults: urlIs(() => 'http://127.0.0.1:9/'),
      hasTraffic: true,
      exit: 0,
      says: /could not be asked from here: nothing accepts connections there/,
      isServed: true,
      releases: 1,
      isExtra: true,
    },
    {
      name: 'a proxy',
      app: 'good',
      faults: urlIs(() => 'http://verdict.example.test/'),
      env: { HTTP_PROXY: proxy() },
      exit: 0,
      says: /Asking http:\/\/verdict\.example\.test\/\n.*200 in/s,
      isServed: true,
      releases: 1,
      isExtra: true,
    },
    {
      name: '429 after the push',
      app: 'good',
      faults: during(AFTER_PUSH, limited),
      exit: 0,
      says: /serves as v\d+/,
      isServed: true,
      releases: 1,
      isExtra: true,
    },
    {
      name: '429 while the dynos boot',
      app: 'good',
      faults: during(DYNOS, limited),
      exit: 0,
      says: /rate limit reached for this account\. Trying on.*serves as v\d+/s,
      isServed: true,
      releases: 1,
    },
    {
      name: '429 in the rollback',
      app: 'bad',
      faults: during(ROLLBACK, limited),
      exit: 13,
      says: /500.*serves again/s,
      isServed: false,
      releases: 2,
      isExtra: true,
    },
    {
      name: 'connections cut after the push',
      app: 'good',
      faults: during(AFTER_PUSH, 'refuse'),
      exit: 0,
      says: /serves as v\d+/,
      isServed: true,
      releases: 1,
      isExtra: true,
    },
    {
      name: 'connections cut while the dynos boot',
      app: 'good',
      faults: during(
        /^(GET \/apps\/verdict\/(dynos|formation)|POST \/apps\/verdict\/log-sessions)/,
        'refuse',
      ),
      exit: 0,
      says: /Trying on.*serves as v\d+/s,
      isServed: true,
      releases: 1,
      isExtra: true,
    },
    {
      name: 'the answer to the rollback lost',
      app: 'bad',
      faults: () => [{ on: ROLLBACK, harm: 'lose the answer', times: 1 }],
      exit: 13,
      says: /500.*serves again/s,
      isServed: false,
      releases: 2,
      isExtra: true,
    },
    {
      name: 'connections cut in the rollback',
      app: 'bad',
      faults: during(ROLLBACK, 'refuse'),
      exit: 13,
      says: /500.*Trying on.*serves again/s,
      isServed: false,
      releases: 2,
      isExtra: true,
    },
    {
      name: 'a token that expires while the dynos boot',
      app: 'good',
      argv: ['--wait-timeout', '8s'],
      faults: () => [
        {
          on: DYNOS,
          harm: { status: 401, id: 'unauthorized', message: 'Invalid credentials provided.' },
          isAfterPush: true,
        },
      ],
      exit: 15,
      says: /does not accept the token.*stands and is unverified/s,
      isServed: true,
      releases: 1,
      isExtra: true,
    },
    ...BEFORE,
  ]
}
