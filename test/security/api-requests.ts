import type { Chance } from '../support/mutate.js'

/** Requests of the Platform API and of git as no client means them: known paths and fields, with values that nobody expects. */

/** Each with the fields that its body may have. */
const PATHS = [
  '/apps name region stack',
  '/apps/* name maintenance build_stack',
  '/teams/apps name team space personal region stack internal_routing',
  '/teams/apps/*',
  '/teams/*/apps',
  '/users/*/apps',
  '/apps/*/config-vars A_VAR B_VAR __proto__ constructor',
  '/apps/*/releases release slug oci_image description',
  '/apps/*/releases/*',
  '/apps/*/releases/*/config-vars',
  '/apps/*/slugs/*',
  '/apps/*/oci-images/*',
  '/apps/*/formation updates',
  '/apps/*/formation/* quantity size dyno_size type',
  '/apps/*/dynos command env size type attach time_to_live force_no_tty',
  '/apps/*/dynos/*',
  '/apps/*/dynos/*/actions/stop',
  '/apps/*/formations/*/actions/stop',
  '/shipit/apps/*/dynos/*/actions/cycle',
  '/apps/*/features',
  '/apps/*/features/* enabled',
  '/apps/*/domains hostname sni_endpoint',
  '/apps/*/domains/*',
  '/apps/*/builds source_blob buildpacks',
  '/apps/*/builds/*',
  '/apps/*/sources',
  '/sources',
  '/sources/*/*',
  '/apps/*/log-sessions lines tail source dyno dyno_name type',
  '/streams/logs/*',
  '/streams/builds/*/*/*',
  '/streams/releases/*/*/*',
  '/apps/*/log-drains url',
  '/apps/*/log-drains/* url',
  '/apps/*/webhooks include level url secret authorization',
  '/apps/*/webhooks/* include level url',
  '/apps/*/webhook-deliveries',
  '/apps/*/webhook-events/*',
  '/apps/*/buildpack-installations updates',
  '/apps/*/pipeline-couplings',
  '/apps/*/addons',
  '/apps/*/collaborators',
  '/account',
  '/account/features',
  '/account/rate-limits',
  '/oauth/authorizations description scope expires_in',
  '/oauth/authorizations/* description',
  '/oauth/authorizations/*/actions/regenerate-tokens',
  '/spaces name team region shield generation',
  '/spaces/* name',
  '/spaces/*/nat',
  '/teams name',
  '/teams/*',
  '/regions',
  '/regions/*',
  '/stacks',
  '/stacks/*',
  '/dyno-sizes',
  '/dyno-sizes/*',
  '/buildpacks/*',
  '/schema',
  '/shipit/status',
  '/shipit/generation generation',
  '/shipit/certificate',
  '/*',
  '/*/*',
].map((line) => line.split(' '))
const CHANGED = PATHS.filter(({ length }) => length > 1)
const GIT_PATHS = [
  '/git/*.git/info/refs?service=git-receive-pack',
  '/git/*.git/info/refs?service=git-upload-pack',
  '/git/*.git/info/refs?service=*',
  '/git/*.git/git-receive-pack',
  '/git/*.git/git-upload-pack',
  '/git/*.git/internal/build',
  '/git/*.git/HEAD',
  '/git/*',
  '/git',
]
const METHODS = [
  'GET',
  'POST',
  'PATCH',
  'PUT',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'CONNECT',
  'NONE',
]

/** Of paths: apps, parts of them, and names that JavaScript or the file system has a meaning for. */
const WORDS = [
  'shop',
  'web',
  'web.1',
  'v1',
  '1',
  'preboot',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '..',
  '%2e%2e%2f%2e%2e%2fsettings.json',
  '%00',
  '%ff',
  '%',
  '%F0%9F%9A%A2',
  '-1',
  '1e400',
  'x'.repeat(5_000),
]

/** Of what a value is made of. */
const FIELDS = [
  'name',
  'type',
  'quantity',
  'size',
  'url',
  'version',
  'checksum',
  'buildpack',
  'A',
  '__proto__',
  'constructor',
  'toString',
  'then',
  'length',
]
const VALUES: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  1e308,
  9_007_199_254_740_992,
  '',
  ' ',
  'shop',
  'web',
  '+1',
  '-1',
  'constructor',
  '__proto__',
  'Basic',
  '/etc/passwd',
  'file:///dev/zero',
  'http://127.0.0.1:1/',
  'https://',
  'a\0b',
  '\ud800',
  '\u202e',
  'x'.repeat(70_000),
  '2026-13-45',
  [],
  [null],
  [[]],
  ['web'],
  {},
  { toString: 1, valueOf: 1 },
  { toJSON: 1 },
  { constructor: { prototype: 1 } },
  { name: { toString: null } },
  JSON.parse('{"__proto__":{"type":"web"}}'),
]
const HEADERS = [
  'Range: version ..; order=desc,max=2',
  'Range: id ]..; max=0',
  'Range: __proto__ ..',
  'Range: constructor a..b',
  'Range: ',
  `Range: name ${'.'.repeat(300)}`,
  'Range: version ]x..y[; max=9999999999999999999999',
  'Accept: text/event-stream',
  'Accept: application/vnd.heroku+json; version=3.sdk',
  'Last-Event-Id: 99999999999999999999',
  'Last-Event-Id: -1',
  'Last-Event-Id: x',
  'Content-Type: text/plain',
  'Content-Type: application/json; charset=utf-7',
  'Content-Type: multipart/form-data; boundary=',
  'Content-Encoding: gzip',
  'Content-Encoding: br',
  'Content-Encoding: x',
  'Expect: 100-continue',
  'Expect: x',
  'Request-Id: \xff\xfe',
  'Git-Protocol: version=2',
  'Git-Protocol: version=\xff',
  'Connection: Upgrade\r\nUpgrade: websocket',
  'Transfer-Encoding: chunked',
  'Content-Length: 10',
  'Content-Length: -1',
  'Host: localhost',
  'If-None-Match: *',
  'If-Match: "x"',
]
/** Of git: pkt-lines (gitprotocol-pack(5)) and the head of a pack. */
const PKTS = [
  '0000',
  '0001',
  '0002',
  'ffff',
  '0003',
  '00000000',
  '0032want 0000000000000000000000000000000000000000\n00000009done\n',
  '0014command=ls-refs\n0001000bpeel\n0000',
  '0000000000000000000000000000000000000000 1111111111111111111111111111111111111111 refs/heads/main\0 report-status',
  'PACK\0\0\0\x02\0\0\0\x01\x9f\x0f',
  'PACK\0\0\0\x02\xff\xff\xff\xff',
  '\x1f\x8b\x08\0\0\0\0\0',
]

const one = <T>(from: readonly T[], chance: Chance): T => from[chance(from.length)]!
/** The first name is mostly that of an app which is there. */
const filled = (path: string, chance: Chance): string =>
  path
    .replace('*', () => (chance(5) > 0 ? 'shop' : one(WORDS, chance)))
    .replace(/\*/g, () => one(WORDS, chance))

/** What most slips through a check of types. */
const SLY: unknown[] = [{ toString: 1, valueOf: 1 }, 1e300, null, [null], 'a\0b', '__proto__']

const value = (depth: number, chance: Chance): unknown => {
  if (chance(2) === 0) return one(SLY, chance)
  if (depth === 0 || chance(4) > 0) return one(VALUES, chance)
  const inner = Object.fromEntries(
    Array.from({ length: 1 + chance(4) }, () => [one(FIELDS, chance), value(depth - 1, chance)]),
  )
  return chance(2) === 0 ? inner : [inner]
}

function body(fields: readonly string[], chance: Chance): string {
  const given = chance(8) === 0 ? [...fields, one(FIELDS, chance)] : fields
  // As text: what `__proto__` names in an object of JavaScript is not what it names in JSON.
  const object = `{${given
    .filter(() => chance(4) > 0)
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(value(2, chance))}`)
    .join(',')}}`
  const text = chance(12) === 0 ? JSON.stringify(one(VALUES, chance)) : object
  return chance(16) === 0 ? text.slice(0, chance(text.length)) : text
}

function pkts(chance: Chance): string {
  return Array.from({ length: 1 + chance(3) }, () => {
    const text = one(PKTS, chance)
    return chance(2) === 0 ? text : (text.length + 4).toString(16).padStart(4, '0') + text
  }).join('')
}

/** A whole request as bytes (latin1), well framed: a caller spoils that. */
export function oddRequest(
  chance: Chance,
  { token, isGit }: { token: string; isGit: boolean },
): string {
  const [place = '', ...fields] = isGit
    ? [one(GIT_PATHS, chance)]
    : one(chance(2) === 0 ? PATHS : CHANGED, chance)
  const path = filled(place, chance)
  const usual = isGit
    ? ['GET', 'POST']
    : fields.length > 0
      ? ['POST', 'PATCH', 'PUT']
      : METHODS.slice(0, 5)
  const method = one(!isGit && chance(6) === 0 ? METHODS : usual, chance)
  const credentials =
    chance(12) === 0
      ? one(
          ['Basic', 'Basic Og==', 'Bearer x', 'Basic \xff', `Bearer ${'x'.repeat(7_000)}`],
          chance,
        )
      : `Basic ${Buffer.from(`git:${token}`).toString('base64')}`
  const extra = Array.from({ length: chance(3) }, () => one(HEADERS, chance))
  const sent =
    method === 'GET' || method === 'HEAD'
      ? ''
      : isGit
        ? pkts(chance)
        : Buffer.from(body(fields, chance)).toString('latin1')
  const isFramed = extra.some((line) => /^(Transfer-Encoding|Content-Length)/.test(line))
  const framing = sent === '' || isFramed ? [] : [`Content-Length: ${sent.length}`]
  const type = isGit
    ? [
        `Content-Type: application/x-${one(['git-receive-pack-request', 'git-upload-pack-request', 'nothing'], chance)}`,
      ]
    : []
  return `${[`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', `Authorization: ${credentials}`, 'Connection: close', ...type, ...extra, ...framing].join('\r\n')}\r\n\r\n${sent}`
}
