import { hideSecrets } from '../../config/secret.js'
import { followLine } from './follow.js'
import { entryFile } from './entry-file.js'
import { browserProject } from './browser.js'
import { frameworkWithoutStart } from './frameworks-built.js'
import { plainLaunch } from '../types.js'
import { withNpmVariables } from './npm-variables.js'
import { mainProcess } from './main-process.js'
import { isStartAlone } from './start-callers.js'
import { unitCommand } from './systemd.js'
import type { Project, Target } from './target.js'

/** A place that may say what starts the app, and where it leads. */
export interface Clue {
  /** For sentences: "the Procfile's web line". */
  place: string
  /** What stands there; empty for a usual name. */
  text: string
  target: Target
  /**
   * The user's own word on what starts the app: it is followed or asked about, never passed over
   * for a guess.
   */
  isStated?: boolean
}

const STEMS = ['server', 'app', 'index', 'main']
const FOLDERS = ['', 'src/', 'bin/', 'server/', 'lib/']
const USUAL_NAMES = [
  ...FOLDERS.flatMap((folder) =>
    STEMS.flatMap((stem) =>
      ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((extension) => `${folder}${stem}.${extension}`),
    ),
  ),
  'bin/www',
  'bin/server',
]

/** All that the folder says about what starts the app, the strongest word first. */
export function findClues(project: Project): Clue[] {
  const stated = statedClues(project)
  const isStarted = stated.some((clue) => clue.isStated)
  return [
    ...stated,
    ...(isStarted ? [] : frameworkClues(project)),
    ...namedClues(project),
    ...usualClues(project, isStarted),
  ]
}

/** What the user wrote down for Heroku to run. */
function statedClues(project: Project): Clue[] {
  const { pkg } = project
  const web = mainProcess(project)
  // npm takes an empty start script for none.
  const start = pkg.scripts['start'] || undefined
  const startTarget =
    start === undefined
      ? undefined
      : followLine(withNpmVariables(start, pkg), project, new Set(['start']))
  const webTarget = web && followLine(web.command, project)
  if (web && startTarget && webTarget?.ranStart) {
    // A line that ends in `npm start` stays; with words after it, they are the app's.
    const target = isStartAlone(web.command) ? startTarget : webTarget
    return [
      {
        place: 'scripts.start, which the Procfile runs,',
        text: start!,
        target: { ...target, ranStart: true },
        isStated: true,
      },
    ]
  }
  // Our own runtime, whose ecosystem file is gone, says nothing of the app.
  const isOurs = (line: string, target: Target) =>
    target.kind === 'refused' && /(^|\s)shipit-runtime\s/.test(line)
  return [
    ...(web
      ? [
          {
            place: `the Procfile's ${web.type} line`,
            text: web.command,
            target: webTarget!,
            isStated: !isOurs(web.command, webTarget!),
          },
        ]
      : []),
    ...(startTarget
      ? [
          {
            place: 'scripts.start',
            text: start!,
            target: startTarget,
            isStated: !isOurs(start!, startTarget),
          },
        ]
      : []),
  ]
}

/**
 * A framework that cannot be served as it stands ends the search: what else lies there is a part of
 * it.
 */
function frameworkClues(project: Project): Clue[] {
  const found = frameworkWithoutStart(project)
  return found
    ? [
        {
          place: `the framework ${found.name}`,
          text: '',
          target: found.target,
          isStated: found.target.kind === 'refused',
        },
      ]
    : []
}

/** Other commands and files that the project names. */
function namedClues(project: Project): Clue[] {
  const { pkg, folder } = project
  const clues: Clue[] = []
  const unit = unitCommand(folder)
  if (unit)
    clues.push({
      place: `ExecStart in ${unit.file}`,
      text: unit.command,
      target: followLine(unit.command, project),
    })
  for (const name of ['serve', 'prod', 'production', 'start:prod', 'start:production', 'server']) {
    const line = pkg.scripts[name]
    if (line !== undefined)
      clues.push({
        place: `scripts["${name}"]`,
        text: line,
        target: followLine(line, project, new Set([name])),
      })
  }
  if (pkg.main)
    clues.push({
      place: 'main in package.json',
      text: pkg.main,
      target: entryFile(project, pkg.main, plainLaunch()),
    })
  for (const bin of typeof pkg.bin === 'string' ? [pkg.bin] : Object.values(pkg.bin ?? {})) {
    clues.push({
      place: 'bin in package.json',
      text: bin,
      target: entryFile(project, bin, plainLaunch()),
    })
  }
  return clues
}

/**
 * Files with a usual name. The sources of a page for the browser have such names, too: they are no
 * server.
 */
function usualClues(project: Project, isStarted: boolean): Clue[] {
  const page = browserProject(project)
  const names = USUAL_NAMES.filter(
    (name) => project.folder.isFile(name) && !(page && name.startsWith('src/')),
  )
  const clues = names.map((name): Clue => ({
    place: 'the usual names',
    text: '',
    target: entryFile(project, name, plainLaunch()),
  }))
  const hasServer = clues.some(({ target }) => target.kind === 'script')
  return page
    ? [
        ...clues,
        { place: 'package.json', text: '', target: page, isStated: !hasServer && !isStarted },
      ]
    : clues
}

/** Why a clue was followed, or was not, as one sentence, which repeats no secret of a command. */
export const sentence = (clue: Clue): string => hideSecrets(whole(clue))

function whole({ place, text, target }: Clue): string {
  if (target.kind === 'refused') return `${place.split(',')[0]}: ${target.reason}.`
  if (target.kind === 'ecosystem')
    return `${target.file} says what PM2 starts: ${place} is \`${text}\`.`
  const subject = target.how.includes(',') ? `${target.how},` : target.how
  if (place.startsWith('the framework'))
    return (
      `${subject} starts the app: there is no start script, and ` +
      `${place.replace('the framework ', '')} is served so.`
    )
  if (place.startsWith('the workspace')) return `${subject} starts ${place.slice(0, -1)}.`
  if (text === '')
    return (
      `${subject} starts the app: it has one of the usual names, and nothing else says what ` +
      'does.'
    )
  return `${subject} starts the app: ${place} is \`${text}\`.`
}
