import { lineAt } from '../source-text.js'
import { allSources } from '../app-sources.js'
import { MIGRATION_TOOLS, type MigrationTool } from '../migration-tools.js'
import { packagesOf } from '../packages.js'
import { buildCommands, dynoCommands, type RunCommand } from '../run-commands.js'
import type { Facts, ProjectFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'

/**
 * Migrations belong to the release phase (devcenter.heroku.com/articles/release-phase): it runs
 * once a release, and keeps one whose migrations fail from going live.
 */
export const migrations: Check = {
  name: 'migrations',
  theme: 'App',
  asserts: 'migrations run in the release phase',
  run: (facts) => {
    const { manifest } = facts.project
    const tool = MIGRATION_TOOLS.find(
      ({ packages, files }) =>
        packages.some(
          (name) => (manifest?.dependencies[name] ?? manifest?.devDependencies[name]) !== undefined,
        ) && facts.project.files.some(({ path }) => files.test(path)),
    )
    return tool ? problemsOf(tool, facts) : []
  },
}

function problemsOf(tool: MigrationTool, facts: Facts): Problem[] {
  const { project } = facts
  const inDynos = dynoCommands(project)
  const runs = ({ text }: RunCommand) => tool.runs.test(text)
  const isReleased = inDynos.some((command) => command.type === 'release' && runs(command))
  const atStart = inDynos.find((command) => command.type !== 'release' && runs(command))
  if (atStart)
    return [
      {
        severity: 'warning',
        place: atStart.place,
        what: `${atStart.by} runs the migrations of ${tool.name} each time a dyno starts.`,
        why:
          'Several dynos start at once, after the release is live: they migrate side by side, and ' +
          'a migration that fails crashes them all. The release phase runs once, before.',
        next: isReleased
          ? `Take it out of ${atStart.place}: the release phase runs it already.`
          : `${release(tool, facts)}\nThen take it out of the line that starts the app.`,
      },
    ]
  if (isReleased) return []
  const inBuild = buildCommands(project).find(runs)
  if (inBuild)
    return [
      {
        severity: 'warning',
        place: inBuild.place,
        what: `${inBuild.by} runs the migrations of ${tool.name} in the build.`,
        why:
          'The database is changed while the old release serves, even if the build fails in the ' +
          'end; a promotion or rollback builds nothing.',
        next: `${release(tool, facts)}\nThen take it out of the scripts of the build.`,
      },
    ]
  // Another command of the release phase may run them in its own way.
  if (inDynos.some(({ type }) => type === 'release')) return []
  const inCode = tool.inCode && placeOf(tool.inCode, project)
  return [
    inCode
      ? {
          severity: 'note',
          place: inCode,
          what: `The app runs the migrations of ${tool.name} itself, in each of its instances.`,
          why: 'They run side by side, after the release is live.',
          next: release(tool, facts),
        }
      : {
          severity: 'note',
          what: `Nothing runs the migrations of ${tool.name} when a release is made.`,
          next: release(tool, facts),
        },
  ]
}

function placeOf(pattern: RegExp, project: ProjectFacts): string | undefined {
  for (const { path, text } of allSources(project)) {
    const found = pattern.exec(text)
    if (found) return `${path}:${lineAt(text, found.index)}`
  }
  return undefined
}

/** How it is put into the Procfile: by the app's own script for it, if there is one. */
function release(tool: MigrationTool, facts: Facts): string {
  const { folder, manifest } = facts.project
  const { tool: manager } = packagesOf(facts)
  const script = Object.entries(manifest?.scripts ?? {}).find(
    ([name, line]) => tool.runs.test(line) && !/^(?:pre|post)?(?:start|build|install)$/.test(name),
  )?.[0]
  const runner = { npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn run', berry: 'yarn run' }[manager]
  const line =
    script === undefined
      ? `${runner} ${tool.command}`
      : `${manager === 'berry' ? 'yarn' : manager} run ${script}`
  const procfile = folder.read('Procfile')
  if (procfile !== undefined && /^release\s*:/m.test(procfile))
    return `Add it to the release line of the Procfile: ${line}`
  return procfile === undefined || procfile === '' || procfile.endsWith('\n')
    ? `echo 'release: ${line}' >> Procfile`
    : `Add a line to the Procfile: release: ${line}`
}
