import type { EcosystemApp } from '../../ecosystem/types.js'
import { appSources, type Source } from '../app-sources.js'
import { propertyOf, valueOf, type Scope, type Value } from '../expressions.js'
import type { Facts, ProjectFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'
import { processesOf, processOf } from '../processes.js'
import { argumentsAt, lineAt } from '../source-text.js'

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

/**
 * The router reaches a dyno on PORT and from outside it. Only what is written out counts: a number,
 * or a loopback address, given to the call that listens or held by a constant or a module of the
 * app's own configuration. One server on PORT is enough: what else the app listens on is its own
 * affair.
 */
export const listen: Check = {
  name: 'listen',
  theme: 'App',
  asserts: 'the app listens on process.env.PORT, on all interfaces',
  run: (facts) => {
    const { project } = facts
    if (givesPort(project)) return []
    const all = webApps(project).map((app) => ({
      app,
      calls: appSources(app, project).flatMap((source) => calls(source, project)),
    }))
    const isOnPort = all.some(({ calls: found }) =>
      found.some(({ port }) => isPort(port) || port.kind === 'unknown'),
    )
    const told = new Set<string>()
    const astro = astroHost(facts)
    if (astro.length > 0) return astro
    return all
      .flatMap(({ app, calls: found }) => {
        const bound = loopbacks(found, app, facts)
        const first = isOnPort ? undefined : found.find(({ port }) => isNumber(port))
        return first ? [wrongPort(first, hostOf(first, app, facts))] : bound
      })
      .filter(({ place }) => !told.has(place!) && told.add(place!))
  },
}

const isPort = (port: Value): boolean => port.kind === 'env' && port.names.includes('PORT')
const isNumber = (port: Value): boolean =>
  port.kind === 'fixed'
    ? /^\d{2,5}$/.test(port.text)
    : port.kind === 'env' && /^\d{2,5}$/.test(port.otherwise ?? '')

/**
 * @astrojs/node in standalone mode binds the loopback address unless HOST or `server.host` says
 * otherwise (withastro/astro, packages/integrations/node).
 */
function astroHost({ project, platform }: Facts): Problem[] {
  const { folder, manifest } = project
  const config = ['mjs', 'ts', 'js', 'mts', 'cjs']
    .map((ending) => `astro.config.${ending}`)
    .find((file) => folder.isFile(file))
  const text = config === undefined ? '' : (folder.read(config) ?? '')
  if (
    manifest?.dependencies['@astrojs/node'] === undefined ||
    !/['"]standalone['"]/.test(text) ||
    /\bhost\s*:/.test(text) ||
    platform?.configVars['HOST'] !== undefined
  )
    return []
  const served = webApps(project).find(({ script }) => /(^|\/)server\/entry\.mjs$/.test(script))
  if (!served || sets(served, 'HOST')) return []
  return [
    {
      severity: 'warning',
      what: "Astro's server listens on localhost alone, unless HOST is set.",
      why: 'The router comes from outside the dyno, so every request would fail.',
      next: `shipit config set HOST=0.0.0.0${platform ? ` --app ${platform.app}` : ''}`,
      place: config!,
    },
  ]
}

/** A command that hands PORT over by another name: `API_PORT=$PORT`, `--port $PORT`. */
const givesPort = (project: ProjectFacts): boolean =>
  [
    ...processesOf(project).map(({ line }) => line),
    ...Object.values(project.manifest?.scripts ?? {}),
    project.ecosystemText,
  ].some((text) => /\$\{?PORT\b|\bprocess\.env\.PORT\b/.test(text))

/** The apps that the web process runs; all if it does not say. */
function webApps(project: ProjectFacts): EcosystemApp[] {
  const apps = project.ecosystem?.apps ?? []
  const only = processOf('web', project)?.runtime?.only?.split(/[, ]+/)
  const chosen = only ? apps.filter(({ name }) => only.includes(name)) : apps
  return chosen.length > 0 ? chosen : apps
}

function wrongPort({ port, place, isBoundByDefault }: Call, host: string | undefined): Problem {
  const number = port.kind === 'fixed' ? port.text : port.kind === 'env' ? port.otherwise! : ''
  const where = host === undefined ? number : `${host}:${number}`
  const unless = port.kind === 'env' ? `, unless ${port.names.join(' or ')} is set` : ''
  const hostAdvice =
    host === undefined
      ? ''
      : isBoundByDefault
        ? ", and on host '0.0.0.0'"
        : ', and leave the host out'
  return {
    severity: 'warning',
    what: `The app listens on ${where}${unless}, and not on PORT.`,
    place,
    why:
      'Heroku routes requests to process.env.PORT alone, and stops a web dyno that has not ' +
      'bound it within 60 s ' +
      `(R10).${host === undefined ? '' : ` The router comes from outside the dyno: ${host} does not answer it.`}`,
    next: 'Listen on process.env.PORT || ' + `${number}${hostAdvice}.`,
  }
}

function loopbacks(found: Call[], app: EcosystemApp, facts: Facts): Problem[] {
  return found.flatMap((call) => {
    const host = hostOf(call, app, facts)
    // A server on a port of its own, for metrics say, may well stay inside.
    if (
      host === undefined ||
      !(isPort(call.port) || (call.port.kind === 'unknown' && /port/i.test(call.words)))
    )
      return []
    const unless = call.host.kind === 'env' ? `, unless ${call.host.names.join(' or ')} is set` : ''
    return [
      {
        severity: 'warning' as const,
        what: `The app listens on ${host} alone${unless}.`,
        why: 'The router comes from outside the dyno, so every request would fail.',
        next: call.isBoundByDefault
          ? "Name the host: { port, host: '0.0.0.0' }. Without one Fastify takes localhost."
          : 'Leave the host out, or listen on 0.0.0.0.',
        place: call.place,
      },
    ]
  })
}

/** The loopback address that a call binds, if nothing in the dyno's environment says otherwise. */
function hostOf({ host }: Call, app: EcosystemApp, { platform }: Facts): string | undefined {
  const isSet = (name: string) => platform?.configVars[name] !== undefined || sets(app, name)
  const address =
    host.kind === 'fixed'
      ? host.text
      : host.kind === 'env' && !host.names.some(isSet)
        ? host.otherwise
        : undefined
  return address !== undefined && LOOPBACK.test(address) ? address : undefined
}

/** Whether an app's `env`, or one of its env_NAME, has a variable. */
const sets = (app: EcosystemApp, name: string): boolean =>
  Object.entries(app).some(
    ([key, value]) =>
      /^env(_|$)/.test(key) && (value as Record<string, unknown> | null)?.[name] !== undefined,
  )

interface Call {
  place: string
  /** The port as it is written. */
  words: string
  port: Value
  host: Value
  /** No host is named, and the server's own default is the loopback address. */
  isBoundByDefault: boolean
}

/**
 * Ways to open a server: what the text must load for it, the call, and which of its arguments say
 * where.
 */
const OPENERS: { loads?: RegExp; call: RegExp; at?: number; within?: string; usual?: string }[] = [
  { call: /\.listen\(/g },
  { loads: /['"]@?hapi(\/hapi)?['"]/, call: /\b[hH]api\.[sS]erver\(/g },
  { loads: /['"]@hono\/node-server['"]/, call: /\bserve\(/g, usual: '3000' },
  {
    loads: /['"]@apollo\/server\/standalone['"]/,
    call: /\bstartStandaloneServer\(/g,
    at: 1,
    within: 'listen',
    usual: '4000',
  },
  { loads: /['"]@slack\/bolt['"]/, call: /\bapp\.start\(/g },
  { loads: /['"]socket\.io['"]/, call: /\bnew\s+Server\((?=\s*\d)/g },
  {
    loads: /['"]ws['"]/,
    call: /\bnew\s+(?:WebSocketServer|WebSocket\.Server|ws\.Server)\((?=\s*\{[^}]*\bport\b)/g,
  },
]

function calls({ path: file, text }: Source, { folder }: ProjectFacts): Call[] {
  const scope: Scope = { file, text, folder }
  return OPENERS.filter(({ loads }) => loads === undefined || loads.test(text)).flatMap(
    ({ call, at = 0, within, usual }) =>
      [...text.matchAll(call)].map((match): Call => {
        const given = argumentsAt(text, match.index + match[0].length).slice(at)
        const first = given[0] ?? (within === undefined ? undefined : '{}')
        const options =
          within !== undefined && first?.startsWith('{')
            ? (propertyOf(first, within) ?? '{}')
            : first
        const isMap = options?.startsWith('{') === true
        const port = isMap ? (propertyOf(options, 'port') ?? usual) : options
        const host = isMap
          ? (propertyOf(options, 'host') ?? propertyOf(options, 'hostname'))
          : isHost(given[1])
            ? given[1]
            : undefined
        const isBoundByDefault = host === undefined && isFastify(text, match.index)
        return {
          place: `${file}:${lineAt(text, match.index)}`,
          words: port ?? '',
          port: port === undefined ? { kind: 'unknown' } : valueOf(port, scope),
          host: isBoundByDefault
            ? { kind: 'fixed', text: 'localhost' }
            : host === undefined
              ? { kind: 'unknown' }
              : valueOf(host, scope),
          isBoundByDefault,
        }
      }),
  )
}

/**
 * Whether what stands before `.listen(` is a server of Fastify, which listens on localhost unless it
 * is told otherwise (fastify/fastify, docs/Reference/Server.md: listen); so does NestJS over it.
 */
function isFastify(text: string, offset: number): boolean {
  const [, name] = /([\w$]+)$/.exec(text.slice(0, offset)) ?? []
  if (name === undefined) return false
  const made = new RegExp(
    [
      String.raw`\b${name.replaceAll('$', '\\$')}\s*(?::[^=;\n]+)?=\s*(?:await\s+)?`,
      String.raw`(?:require\(\s*['"]fastify['"]\s*\)|[fF]astify)\s*(?:<[^>]*>)?\(`,
    ].join(''),
  )
  return (
    (made.test(text) && /['"]fastify['"]/.test(text)) ||
    (/\bnew\s+FastifyAdapter\(/.test(text) && /\bNestFactory\.create\b/.test(text))
  )
}

/** The second argument is a host, or a callback, or how many may wait. */
const isHost = (word: string | undefined): boolean =>
  word !== undefined && !/=>|^(async\s+)?function\b|^\d+$/.test(word)
