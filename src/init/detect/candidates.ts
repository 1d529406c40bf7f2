import { hideSecrets } from '../../config-vars/secret.js'
import { followLine } from './follow.js'
import { entryFile } from './entry-file.js'
import { plainLaunch } from '../types.js'
import { readProcfile } from './procfile.js'
import { unitCommand } from './systemd.js'
import type { Project, Target } from './target.js'

/** A place that may say what starts the app, and where it leads. */
export interface Clue {
  /** For sentences: "the Procfile's web line". */
  place: string
  /** What stands there; empty for a usual name. */
  text: string
  target: Target
}

const STEMS = ['server', 'app', 'index', 'main']
const FOLDERS = ['', 'src/', 'bin/', 'server/', 'lib/']
const USUAL_NAMES = [
  ...FOLDERS.flatMap((folder) => STEMS.flatMap((stem) => ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((extension) => `${folder}${stem}.${extension}`))),
  'bin/www',
  'bin/server',
]

/** All that the folder says about what starts the app, the strongest word first. */
export function findClues(project: Project): Clue[] {
  const { pkg, folder } = project
  const clues: Clue[] = []
  const web = readProcfile(folder.read('Procfile') ?? '').find(({ type }) => type === 'web')
  const start = pkg.scripts['start']
  const startTarget = start === undefined ? undefined : followLine(start, project, new Set(['start']))
  const webTarget = web && followLine(web.command, project)
  if (startTarget && webTarget?.ranStart) {
    clues.push({ place: 'scripts.start, which the Procfile runs,', text: start!, target: { ...startTarget, ranStart: true } })
  } else {
    if (web) clues.push({ place: "the Procfile's web line", text: web.command, target: webTarget! })
    if (startTarget) clues.push({ place: 'scripts.start', text: start!, target: startTarget })
  }
  const unit = unitCommand(folder)
  if (unit) clues.push({ place: `ExecStart in ${unit.file}`, text: unit.command, target: followLine(unit.command, project) })
  for (const name of ['serve', 'prod', 'production', 'start:prod', 'start:production', 'server']) {
    const line = pkg.scripts[name]
    if (line !== undefined) clues.push({ place: `scripts["${name}"]`, text: line, target: followLine(line, project, new Set([name])) })
  }
  if (pkg.main) clues.push({ place: 'main in package.json', text: pkg.main, target: entryFile(project, pkg.main, plainLaunch()) })
  for (const bin of typeof pkg.bin === 'string' ? [pkg.bin] : Object.values(pkg.bin ?? {})) {
    clues.push({ place: 'bin in package.json', text: bin, target: entryFile(project, bin, plainLaunch()) })
  }
  for (const name of USUAL_NAMES) {
    if (folder.isFile(name)) clues.push({ place: 'the usual names', text: '', target: entryFile(project, name, plainLaunch()) })
  }
  return clues
}

/** Why a clue was followed, or was not, as one sentence, which repeats no secret of a command. */
export const sentence = (clue: Clue): string => hideSecrets(whole(clue))

function whole({ place, text, target }: Clue): string {
  if (target.kind === 'refused') return `${place.split(',')[0]}: ${target.reason}.`
  if (target.kind === 'ecosystem') return `${target.file} says what PM2 starts: ${place} is \`${text}\`.`
  const subject = target.how.includes(',') ? `${target.how},` : target.how
  if (text === '') return `${subject} starts the app: it has one of the usual names, and nothing else says what does.`
  return `${subject} starts the app: ${place} is \`${text}\`.`
}
