import path from 'node:path/posix'
import { packagesOf } from '../packages.js'
import { prismaMajor, prismaSchema } from '../prisma.js'
import { buildCommands, dynoCommands } from '../run-commands.js'
import type { Facts, ProjectFacts } from '../facts.js'
import type { Check } from '../check.js'

/** Tools that run scripts of their own, or generate the client themselves: what they do is unknown. */
const UNKNOWN =
  /^(?:\S*\/)?(?:turbo|nx|lerna|moon|wireit|make|just|task|keystone|rw|redwood|zenstack|blitz)\b/

/**
 * A client that nothing generates in the build. @prisma/client does so as it is installed, up to
 * version 6 (prisma/prisma#28464) and where its script may run: not under pnpm 10 and npm 12, which
 * run those of allowed packages alone (pnpm.io/supply-chain-security, npm/cli#9424).
 */
export const prismaClient: Check = {
  name: 'prisma-client',
  theme: 'Dependencies',
  asserts: "the build generates Prisma's client",
  run: (facts) => {
    const { project } = facts
    const { manifest, folder } = project
    const schema = prismaSchema(project)
    if (manifest?.dependencies['@prisma/client'] === undefined || !schema) return []
    const output = /\boutput\s*=\s*"([^"]+)"/.exec(schema.text)?.[1]
    const isCommitted =
      output !== undefined &&
      folder.isDirectory(path.join(path.dirname(schema.path), output).replace(/\/$/, ''))
    const runs = [...buildCommands(project), ...dynoCommands(project)]
    const isGenerated = runs.some(
      ({ text }) => /\bprisma\b[^\n]*\bgenerate\b/.test(text) || UNKNOWN.test(text),
    )
    const runsFile = runs.some(({ text, place, by }) => {
      const file = /^(?:node|tsx|ts-node)\s+(?:\S+\s+)*?\.?\/?([\w./-]+\.[cm]?[jt]s)\b/.exec(text)
      return (
        place === 'package.json' &&
        by !== 'web' &&
        /prisma[^\n]*generate/.test(folder.read(file?.[1] ?? '') ?? '')
      )
    })
    if (isCommitted || isGenerated || runsFile) return []
    const why = whyNot(facts)
    if (why === undefined) return []
    const script = manifest.scripts['heroku-postbuild'] === undefined ? 'build' : 'heroku-postbuild'
    return [
      {
        severity: 'warning',
        place: 'package.json',
        what: 'Nothing in the build generates the client of Prisma.',
        why: `${why} The app would fail as it loads @prisma/client.`,
        next: setScript(script, manifest.scripts[script]),
      },
    ]
  },
}

/** Why installing @prisma/client does not generate it; undefined if it does, or may. */
function whyNot(facts: Facts): string | undefined {
  const major = prismaMajor(facts.project)
  if (major === undefined) return undefined
  if (major >= 7) return 'From Prisma 7 on, installing @prisma/client does not.'
  return blocksScripts(facts)
}

/** Where a package manager does not run the script of @prisma/client. */
function blocksScripts(facts: Facts): string | undefined {
  const { manifest, folder } = facts.project
  const { tool } = packagesOf(facts)
  const npmrc = folder.read('.npmrc') ?? ''
  if (/^\s*ignore-scripts\s*=\s*true/m.test(npmrc))
    return 'ignore-scripts in .npmrc keeps @prisma/client from it.'
  const range = manifest?.engines[tool]
  const major = Number(/\d+/.exec(range ?? versionOf(facts.project, tool) ?? '')?.[0])
  const first = { npm: 12, pnpm: 10 }[tool as string]
  if (first === undefined || Number.isNaN(major) || major < first || allows(facts.project))
    return undefined
  return `${tool} ${major} runs no script of @prisma/client unless you allow it.`
}

/** What packageManager names. */
const versionOf = ({ folder }: ProjectFacts, tool: string): string | undefined =>
  new RegExp(`"packageManager"\\s*:\\s*"${tool}@(\\d+)`).exec(
    folder.read('package.json') ?? '',
  )?.[1]

/** allowScripts of npm, onlyBuiltDependencies and the like of pnpm. */
const allows = ({ folder }: ProjectFacts): boolean =>
  /allowScripts|onlyBuiltDependencies|allowBuilds|dangerouslyAllowAllBuilds/.test(
    `${folder.read('package.json') ?? ''}${folder.read('pnpm-workspace.yaml') ?? ''}`,
  )

/** A script of its own can be written by a command; what is there already is kept. */
const setScript = (name: string, before: string | undefined): string =>
  before === undefined || before.trim() === ''
    ? `npm pkg set 'scripts.${name}=prisma generate'`
    : `Write into the scripts of package.json: "${name}": ` +
      JSON.stringify(`prisma generate && ${before}`)
