/** What the `deploy:` block of the ecosystem file says of a promotion. */
import { ShipitError } from '../../errors.js'
import type { DeployTarget } from '../../ecosystem/types.js'
import { checked } from '../source/project.js'

/**
 * The environments of a folder's ecosystem file; none without one. Of its apps nothing is asked:
 * they are not what is promoted.
 * @throws ShipitError `project` if the `deploy:` block holds an error, or the file cannot be read
 */
export async function readEnvironments(dir: string): Promise<Targets> {
  const { findEcosystemFile, readEcosystem } = await import('../../ecosystem/index.js')
  const file = await findEcosystemFile(dir)
  if (file === undefined) return {}
  const ecosystem = await readEcosystem(file)
  // An empty path is of a file that could not be read as a whole, its `deploy:` block included.
  const problems = ecosystem.problems.filter(({ path }) => /^(?:deploy(?:\/|$)|$)/.test(path))
  return checked({ ...ecosystem, problems }, '', 'promote').deploy
}

export type Targets = Readonly<Record<string, DeployTarget>>

/** Stages that something is promoted from, the nearest to production first. */
const SOURCES = ['staging', 'development', 'review'] as const

/**
 * The app that a folder promotes from: that of the named environment, else of the only one whose
 * stage is the nearest before production; undefined if no environment names its stage.
 * @throws ShipitError `usage` if it is not clear
 */
export function sourceOf(targets: Targets, wanted: string | undefined): string | undefined {
  if (wanted !== undefined) {
    const target = Object.hasOwn(targets, wanted) ? targets[wanted] : undefined
    if (target?.app !== undefined) return target.app
    throw new ShipitError('usage', {
      message: target
        ? `deploy.${wanted} of the ecosystem file names no app.`
        : `The ecosystem file has no environment ${wanted} in its deploy: block.`,
      next:
        Object.keys(targets).length > 0
          ? `It has: ${Object.keys(targets).join(', ')}.`
          : 'shipit promote --app NAME',
    })
  }
  for (const stage of SOURCES) {
    const named = Object.entries(targets).filter(([, one]) => one.stage === stage && one.app)
    const apps = [...new Set(named.map(([, { app }]) => app))]
    if (apps.length === 1) return apps[0]
    if (apps.length > 1)
      throw new ShipitError('usage', {
        message: `Promote from which app? ${named.map(([name]) => name).join(' and ')} are in ${stage}.`,
        next: `shipit promote ${named[0]![0]}`,
      })
  }
  return undefined
}

/** The environment of an app, for its health check; the first if several name it. */
export function environmentOf(
  targets: Targets,
  app: string,
): { name: string; target: DeployTarget } | undefined {
  const [found] = Object.entries(targets).filter(([, target]) => target.app === app)
  return found && { name: found[0], target: found[1] }
}
