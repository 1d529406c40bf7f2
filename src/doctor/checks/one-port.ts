import path from 'node:path/posix'
import type { EcosystemApp } from '../../ecosystem/types.js'
import { appSources } from '../app-sources.js'
import type { ProjectFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'
import { absence, commandOf } from '../processes.js'
import { anyOf } from '../../lib/any-of.js'

const isSeveral = ({ instances }: EcosystemApp): boolean =>
  instances !== undefined && instances !== 1
const LISTENS = /\.listen\(|\bPORT\b/
/** Servers that come with a package, by their programs or files. */
const SERVER = anyOf([
  /(^|[/\\])(next|nuxt|serve|http-server|remix-serve|react-router-serve)(\.js)?$/,
  /(^|[/\\])(fastify|strapi|vite)(\.js)?$/,
  /node_modules\/(?:next|nuxt|serve|http-server|@remix-run\/serve|@react-router\/serve)\//,
  /node_modules\/(?:fastify-cli|@strapi\/strapi)\//,
])

/**
 * Instances share PORT in cluster mode alone, and only a script of Node can be in it: each copy of
 * `npm start`, and each instance in fork mode, opens the port for itself, and all but the first
 * fail with EADDRINUSE.
 */
export const onePort: Check = {
  name: 'one-port',
  theme: 'App',
  asserts: 'several instances can share the port',
  run: ({ project }) =>
    (project.ecosystem?.apps ?? []).filter(isSeveral).flatMap((app) => {
      const problem = wrapped(app, project) ?? forked(app, project)
      return problem ? [{ ...problem, place: project.ecosystemFile ?? 'ecosystem file' }] : []
    }),
}

/** A package manager or another program between PM2 and the server. */
function wrapped(app: EcosystemApp, project: ProjectFacts): Problem | undefined {
  const followed = commandOf(app, project)
  // What is not there is told by the check of the entry.
  if (!followed || absence(followed, project)) return undefined
  const { target, commands, line } = followed
  const isServer = commands.some(([program]) => SERVER.test(program!))
  const file =
    target.kind === 'script' ? path.join(target.launch.cwd ?? '', target.entry) : undefined
  const text = file === undefined ? undefined : project.folder.read(file)
  const listens =
    isServer ||
    (file !== undefined && SERVER.test(file)) ||
    (text !== undefined && LISTENS.test(text))
  // Whether an unknown program serves anything is unknown; a file that opens no port may run as
  // often as it likes.
  if (!listens && (text !== undefined || target.kind === 'ecosystem')) return undefined
  const instead =
    target.kind === 'script'
      ? `Write \`script: ` +
        `${target.entry}\`${target.launch.args.length > 0 ? ` and \`args: ${target.launch.args.join(' ')}\`` : ''} ` +
        `in place of ${app.script}, or \`instances: 1\`.`
      : 'Name the file that serves as `script`, or write `instances: 1`.'
  return {
    severity: listens ? 'warning' : 'note',
    what:
      `${app.name} runs \`${line}\` in several ` +
      `instances${listens ? '' : ', which cannot share a port if it serves'}.`,
    why:
      'Each instance is a program of its own that opens PORT itself: all but the first fail ' +
      'with EADDRINUSE, and the dyno crashes.',
    next: instead,
  }
}

/** Node in fork mode, where PM2 shares nothing. */
function forked(app: EcosystemApp, project: ProjectFacts): Problem | undefined {
  const isShared = app.exec_mode !== 'fork' && app.interpreter !== 'none'
  if (isShared || app['increment_var'] !== undefined) return undefined
  const sources = appSources(app, project)
  const listens =
    sources.some(({ text }) => /\.listen\(/.test(text)) &&
    sources.some(({ text }) => /\bPORT\b/.test(text)) &&
    !sources.some(({ text }) => /\breusePort\s*:\s*true|['"](node:)?cluster['"]/.test(text))
  if (!listens) return undefined
  return {
    severity: 'warning',
    what: `${app.name} has several instances in fork mode, and listens on PORT.`,
    why:
      'Each opens the port itself: all but the first fail with EADDRINUSE, and the dyno ' +
      'crashes.',
    next: 'Write `exec_mode: cluster`, which shares the port, or `instances: 1`.',
  }
}
