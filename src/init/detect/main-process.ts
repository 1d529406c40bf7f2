import path from 'node:path/posix'
import { followLine } from './follow.js'
import { listens } from './entry-file.js'
import { readProcfile, type ProcfileEntry } from '../../project/procfile.js'
import { withNpmVariables } from './npm-variables.js'
import { isStartAlone } from './start-callers.js'
import type { Project, Target } from './target.js'

/**
 * The process type that the ecosystem file is for: the Procfile's `web`, or, of a project that has
 * only workers, the worker. Undefined if the Procfile does not say: Heroku then runs `web: npm
 * start`, which heroku-buildpack-nodejs (bin/release) adds to every app.
 */
export function mainProcess(project: Project): ProcfileEntry | undefined {
  const all = readProcfile(project.folder.read('Procfile') ?? '')
  const web = all.find(({ type }) => type === 'web')
  if (web) return web
  const workers = all.filter(({ type }) => type !== 'release')
  const start = project.pkg.scripts['start'] || undefined
  // `npm start` runs server.js if there is no start script:
  // https://docs.npmjs.com/cli/commands/npm-start
  if (start === undefined && project.folder.isFile('server.js')) return undefined
  const target =
    start === undefined
      ? undefined
      : followLine(withNpmVariables(start, project.pkg), project, new Set(['start']))
  if (target === undefined || (target.kind === 'refused' && target.isIdle))
    return workers.find(({ type }) => type === 'worker') ?? workers[0]
  if (target.kind === 'script' && listens(target, project)) return undefined
  return (
    workers.find(({ command }) => /^\S+( run)? start$/.test(command) && isStartAlone(command)) ??
    workers.find(({ command }) => isAlike(followLine(command, project), target))
  )
}

/** Whether two commands come to the same file with the same words. */
function isAlike(one: Target, other: Target): boolean {
  if (one.kind !== 'script' || other.kind !== 'script') return false
  const whole = ({ entry, launch }: typeof one) =>
    JSON.stringify([path.join(launch.cwd ?? '', entry), launch.args])
  return whole(one) === whole(other)
}
