import path from 'node:path/posix'
import type { EcosystemApp } from '../../ecosystem/types.js'
import { RUNTIME } from '../../init/runtime-tarball.js'
import { appSources } from '../app-sources.js'
import type { Facts, ProjectFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'
import { packagesOf, type Packages } from '../packages.js'
import { commandOf, processesOf } from '../processes.js'
import { sourceNeeds, type Need, packageName } from './source-needs.js'

/**
 * Heroku takes devDependencies out after the build: what a dyno runs or loads must be a dependency.
 * Only what is certain counts: a command that a process type or an app runs, a module that node is
 * told to load, and what the app's own files load at their top level.
 */
export const devDependencies: Check = {
  name: 'dev-dependencies',
  theme: 'Dependencies',
  asserts: 'what a dyno runs is not among the devDependencies',
  run: (facts) => {
    if (!facts.project.manifest) return []
    const packages = packagesOf(facts)
    const told = new Set<string>()
    return needsOf(facts, packages)
      .flatMap((need) => problemOf(need, packages))
      .filter(({ what }) => !told.has(what) && told.add(what))
  },
}

function needsOf({ project }: Facts, packages: Packages): Need[] {
  const types = processesOf(project).flatMap(({ type, commands, place }) =>
    commandNeeds(commands, packages, { by: `The process type ${type}`, place }),
  )
  const apps = (project.ecosystem?.apps ?? []).flatMap((app) => [
    ...appNeeds(app, project, packages),
    ...sourceNeeds(app, project),
  ])
  return [...types, ...apps, ...configNeeds(project)]
}

type Place = Pick<Need, 'by' | 'place'>

function commandNeeds(commands: string[][], packages: Packages, place: Place): Need[] {
  return commands.flatMap((words, at): Need[] => {
    const before = commands[at - 1]
    // npx, and dlx, fetch what is not there.
    const isFetched =
      before !== undefined &&
      (/^(npx|bunx)$/.test(before[0]!) ||
        (/^(npm|pnpm|yarn)$/.test(before[0]!) &&
          /^(exec|x|dlx)$/.test(before[1] ?? '') &&
          !(before[0] === 'pnpm' && before[1] === 'exec')))
    const mild = isFetched
      ? { mild: 'npx would fetch it from the registry each time a dyno starts' }
      : {}
    const program = path.basename(words[0]!)
    // Of the runtime itself, runtime-dependency tells it.
    const names = program === RUNTIME ? [] : (packageIn(words[0]!) ?? packages.providers(program))
    const own = names.length === 0 ? [] : [{ ...place, ...mild, word: program, names }]
    // ts-node does not bring the compiler that it runs (its peerDependencies).
    const compiler = /^ts-node(-dev|-esm|-script|-transpile-only)?$|^tsnd$/.test(program)
      ? [{ ...place, word: program, names: ['typescript'] }]
      : []
    return [
      ...own,
      ...compiler,
      ...loadedBy(words.slice(1)).map((specifier) => ({
        ...place,
        word: specifier,
        names: [packageName(specifier)!],
      })),
    ]
  })
}

/** `node_modules/next/dist/bin/next`; a file of node_modules/.bin is a program. */
function packageIn(word: string): string[] | undefined {
  const [, name] = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(word) ?? []
  return name === undefined || name === '.bin' ? undefined : [name]
}

/** What -r, --require, --import and --loader name. */
function loadedBy(words: string[]): string[] {
  return words.flatMap((word, at) => {
    const [, inline] =
      /^(?:--require|--import|--loader|--experimental-loader)=(.+)$/.exec(word) ?? []
    const named =
      inline ??
      (/^(-r|--require|--import|--loader|--experimental-loader)$/.test(words[at - 1] ?? '')
        ? word
        : undefined)
    return named !== undefined && packageName(named) !== undefined ? [named] : []
  })
}

function appNeeds(app: EcosystemApp, project: ProjectFacts, packages: Packages): Need[] {
  const place = { by: app.name, place: project.ecosystemFile ?? 'ecosystem file' }
  const nodeArgs = Array.isArray(app.node_args) ? app.node_args : (app.node_args ?? '').split(/\s+/)
  const interpreter =
    typeof app.interpreter === 'string' && !/^(node|none)$/.test(app.interpreter)
      ? [[app.interpreter]]
      : []
  const script = packageIn(app.script) ? [[app.script]] : []
  const commands = [
    ...(commandOf(app, project)?.commands ?? []),
    ...interpreter,
    ...script,
    ...(nodeArgs.length > 0 ? [['node', ...nodeArgs]] : []),
  ]
  return [...commandNeeds(commands, packages, place), ...loaderNeeds(app, packages, place)]
}

/**
 * A TypeScript source is run by the app's tsx or ts-node (the runtime chooses in this order), or by
 * Node itself.
 */
function loaderNeeds(
  { script, interpreter, node_args: nodeArgs }: EcosystemApp,
  packages: Packages,
  place: Place,
): Need[] {
  if (
    !/\.[cm]?tsx?$/.test(script) ||
    (interpreter !== undefined && interpreter !== 'node') ||
    String(nodeArgs ?? '') !== ''
  )
    return []
  const standings = ['tsx', 'ts-node'].map((name) => ({ name, standing: packages.standing(name) }))
  const used = standings.some(({ standing }) => standing === 'kept')
    ? undefined
    : standings.find(({ standing }) => standing === 'pruned')
  return used ? [{ ...place, word: used.name, names: [used.name] }] : []
}

/**
 * `next start` reads next.config.ts with the app's TypeScript (vercel/next.js#81798), which it
 * tries to install if it is not there. A standalone server reads none.
 */
function configNeeds(project: ProjectFacts): Need[] {
  const { folder } = project
  const file = ['next.config.ts', 'next.config.mts'].find((name) => folder.isFile(name))
  if (file === undefined) return []
  const words = [
    ...processesOf(project),
    ...(project.ecosystem?.apps ?? []).flatMap((app) => commandOf(app, project) ?? []),
  ].flatMap(({ commands }) => commands)
  const scripts = (project.ecosystem?.apps ?? []).filter(
    ({ script, args }) =>
      /(^|\/)(\.bin|bin)\/next$/.test(script) && /\bstart\b/.test(String(args ?? '')),
  )
  const own = (project.ecosystem?.apps ?? [])
    .flatMap((app) => appSources(app, project))
    .some(({ text }) => /\bfrom\s*['"]next['"]|\brequire\(\s*['"]next['"]\s*\)/.test(text))
  if (
    !words.some(([program, verb]) => path.basename(program!) === 'next' && verb === 'start') &&
    scripts.length === 0 &&
    !own
  )
    return []
  return [
    {
      by: 'Next.js',
      word: file,
      names: ['typescript'],
      place: file,
      mild: 'Next.js reads the file with it at each start, and tries to install it in the dyno',
    },
  ]
}

function problemOf({ by, word, names, place, mild }: Need, packages: Packages): Problem[] {
  const standings = names.map((name) => packages.standing(name))
  if (standings.some((standing) => standing === 'kept' || standing === 'unknown')) return []
  const at = standings.indexOf('pruned')
  // What a source loads may come from anywhere (an alias, a bundle): only what is known to be taken
  // away counts.
  if (at === -1 && place.includes(':')) return []
  const name = names[Math.max(at, 0)]!
  const keep =
    at === -1
      ? []
      : ['Or keep all devDependencies in the slug:', `shipit config set ${packages.keepDev}`]
  const subject = mild === undefined ? `${by} needs ${name}` : `${by} needs ${name} for ${word}`
  const needed =
    word === name
      ? `${by} needs ${name}`
      : mild === undefined
        ? `${by} needs ${name} (${word})`
        : subject
  const standing =
    at === -1
      ? 'not among the dependencies'
      : packages.rangeOf(name) === undefined
        ? 'there for devDependencies alone'
        : 'a devDependency'
  return [
    {
      severity: mild === undefined ? 'error' : 'warning',
      place,
      what: `${needed}, which is ` + `${standing}.`,
      why:
        (at === -1
          ? 'It may be installed on your machine; a dyno does not have it'
          : 'Heroku removes devDependencies after the build') +
        (mild === undefined ? '.' : `: ${mild}.`),
      next: [packages.promote(name), ...keep].join('\n'),
    },
  ]
}
