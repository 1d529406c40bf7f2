import path from 'node:path/posix'
import { parse } from 'jsonc-parser'
import { plainLaunch } from '../types.js'
import { isObject } from './package-json.js'
import { broken, type Project, type Target } from './target.js'

/**
 * Servers that come with a package: where its bin lies (from the packages themselves), for folders
 * without node_modules.
 */
const KNOWN_BINS: Record<string, { package: string; file: string }> = {
  next: { package: 'next', file: 'dist/bin/next' },
  nuxt: { package: 'nuxt', file: 'bin/nuxt.js' },
  serve: { package: 'serve', file: 'build/main.js' },
  'http-server': { package: 'http-server', file: 'bin/http-server' },
  'remix-serve': { package: '@remix-run/serve', file: 'dist/cli.js' },
  'react-router-serve': { package: '@react-router/serve', file: 'bin.cjs' },
  fastify: { package: 'fastify-cli', file: 'cli.js' },
  strapi: { package: '@strapi/strapi', file: 'bin/strapi.js' },
}

/** fastify-cli listens on localhost alone, unless it is in Docker or is told otherwise (its start.js). */
const addressOf = (command: string, args: string[]): Record<string, string> =>
  command === 'fastify' && !args.some((word) => /^(-a|--address)(=|$)/.test(word))
    ? { FASTIFY_ADDRESS: '0.0.0.0' }
    : {}

/** Servers that take the port from their flags as well as from PORT. */
const PORT_FLAG = /^(-p|--port|-l|--listen)$/

/**
 * A command that is neither a file nor a launcher: a package's own server. undefined if it is no
 * package's that is known.
 */
export function frameworkTarget(
  command: string,
  words: string[],
  project: Project,
): Target | undefined {
  const line = [command, ...words].join(' ')
  const isNuxt3 =
    /^(nuxt|nuxi)$/.test(command) &&
    !/^[\^~]?2\b/.test(
      { ...project.pkg.devDependencies, ...project.pkg.dependencies }['nuxt'] ?? '3',
    )
  if (isNuxt3) return builtServer('Nuxt', 'nuxt build', project)
  if (command === 'vinxi' && words[0] === 'start')
    return builtServer('Vinxi', 'vinxi build', project)
  const bin = installedBin(command, project) ?? knownBin(command, project)
  if (!bin) return undefined
  const { args, dropped } = withoutPort(words)
  return {
    kind: 'script',
    entry: bin.file,
    launch: { ...plainLaunch(), args, env: addressOf(command, args), interpreter: 'node' },
    how: `the server of the package ${bin.package}, started as \`${line}\``,
    before: [],
    notes: dropped
      ? [`\`${dropped}\` is left out: ${bin.package} takes the port from PORT, which Heroku sets.`]
      : [],
  }
}

/** What Nitro makes, on which both are built. @param command that builds it */
function builtServer(name: string, command: string, { folder, build }: Project): Target {
  const file = '.output/server/index.mjs'
  if (!build && !folder.isFile(file))
    return broken(
      `${name} has not been built, and Heroku has no build script to run`,
      `Add a script called \`build\` to package.json, such as "build": "${command}".`,
    )
  return {
    kind: 'script',
    entry: file,
    launch: plainLaunch(),
    how: `${file}, the server that ${name} builds`,
    before: [],
    notes: [],
  }
}

/**
 * The package among the app's dependencies whose package.json, if installed (here, or at the root
 * of its workspace), names this bin.
 */
function installedBin(
  command: string,
  { folder, pkg, outer }: Project,
): { package: string; file: string } | undefined {
  for (const name of Object.keys({ ...pkg.dependencies, ...pkg.devDependencies })) {
    const place = [
      { view: folder, way: '' },
      ...(outer ? [{ view: outer.folder, way: outer.way }] : []),
    ].find(({ view }) => view.isFile(`node_modules/${name}/package.json`))
    if (!place) continue
    const data: unknown = parse(place.view.read(`node_modules/${name}/package.json`)!)
    if (!isObject(data)) continue
    const own = name.split('/').at(-1)!
    const file =
      typeof data['bin'] === 'string'
        ? own === command
          ? data['bin']
          : undefined
        : isObject(data['bin'])
          ? data['bin'][command]
          : undefined
    if (typeof file !== 'string') continue
    const script = path.join('node_modules', name, file)
    // A bin that is not node's (a binary, a shell script) cannot be an instance in cluster mode.
    const isNode = /\.[cm]?js$/.test(file) || /^#!.*\bnode\b/.test(place.view.read(script) ?? '')
    if (isNode) return { package: name, file: path.join(place.way, script) }
  }
  return undefined
}

/**
 * Not installed yet: npm and yarn put a workspace's packages at the root, pnpm into the workspace
 * itself.
 */
function knownBin(
  command: string,
  { pkg, outer }: Project,
): { package: string; file: string } | undefined {
  const known = Object.hasOwn(KNOWN_BINS, command) ? KNOWN_BINS[command] : undefined
  if (
    !known ||
    (pkg.dependencies[known.package] === undefined &&
      pkg.devDependencies[known.package] === undefined)
  )
    return undefined
  const way = outer && !outer.folder.isFile('pnpm-workspace.yaml') ? outer.way : ''
  return { package: known.package, file: path.join(way, 'node_modules', known.package, known.file) }
}

/**
 * `-p $PORT` and the like: PM2 gives words as they are, so that the server would see the five
 * letters.
 */
function withoutPort(words: string[]): { args: string[]; dropped?: string } {
  const at = words.findIndex(
    (word, index) =>
      /\$\{?PORT/.test(word) &&
      (PORT_FLAG.test(words[index - 1] ?? '') || /^(-p|--port=|-l|--listen=)/.test(word)),
  )
  if (at === -1) return { args: words }
  const first = PORT_FLAG.test(words[at - 1] ?? '') ? at - 1 : at
  return {
    args: [...words.slice(0, first), ...words.slice(at + 1)],
    dropped: words.slice(first, at + 1).join(' '),
  }
}
