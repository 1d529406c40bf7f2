import path from 'node:path/posix'
import { readProcfile } from '../init/detect/procfile.js'
import { parsePm2CommandLine } from '../ecosystem/pm2-command-line.js'
import { allCommands } from '../init/detect/scripts.js'
import { RUNTIME } from '../init/runtime-tarball.js'
import type { Manifest, ProjectFacts } from './facts.js'

/** What Heroku runs for `web`. */
interface StartCommand {
  /** Where it is written. */
  place: 'Procfile' | 'package.json'
  /** As it is written there. */
  line: string
  /** Whether it comes to shipit-runtime, and the ecosystem file and environment that it names then. */
  runtime?: { file?: string | undefined; env?: string | undefined }
}

/** The Procfile's web line, else the start script (devcenter, nodejs-support); undefined where neither is there. */
export function startCommand({ folder, manifest }: Pick<ProjectFacts, 'folder' | 'manifest'>): StartCommand | undefined {
  const web = readProcfile(folder.read('Procfile') ?? '').find(({ type }) => type === 'web')?.command
  const line = web ?? manifest?.scripts['start']
  if (line === undefined) return undefined
  const runtime = runtimeIn(line, manifest)
  return { place: web === undefined ? 'package.json' : 'Procfile', line, ...(runtime ? { runtime } : {}) }
}

function runtimeIn(line: string, manifest: Manifest | undefined): StartCommand['runtime'] {
  const pkg = manifest ?? { scripts: {}, dependencies: {}, devDependencies: {}, engines: {} }
  const found = allCommands(line, pkg).map(({ words }) => words).find((words) => words.some((word) => path.basename(word) === RUNTIME))
  if (!found) return undefined
  const { file, env } = parsePm2CommandLine(found.slice(found.findIndex((word) => path.basename(word) === RUNTIME) + 1))
  return { file: file?.replace(/^\.\//, ''), env }
}
