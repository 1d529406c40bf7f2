/** Commands that run at each stage in an app's life on Heroku, as one looks for a tool in them. */
import { allCommands } from '../init/detect/scripts.js'
import type { ProjectFacts } from './facts.js'
import { commandOf, processesOf } from './processes.js'

export interface RunCommand {
  /** `prisma migrate deploy`; of a shell script of the app's own, its text. */
  text: string
  /** Of a script, its name; web; api. */
  by: string
  place: string
}

/** As heroku/nodejs runs them, around its own install (its lib/builders and lib/dependencies). */
const BUILD = [
  'heroku-prebuild',
  'preinstall',
  'install',
  'postinstall',
  'prepare',
  'heroku-cleanup',
] as const

/** What the build runs of package.json. An empty heroku-postbuild still goes before build. */
export function buildCommands(project: ProjectFacts): RunCommand[] {
  const scripts = project.manifest?.scripts ?? {}
  const main = scripts['heroku-postbuild'] === undefined ? 'build' : 'heroku-postbuild'
  return [...BUILD, `pre${main}`, main, `post${main}`].flatMap((name) =>
    commandsIn(scripts[name] ?? '', project, { by: name, place: 'package.json' }),
  )
}

/** What runs in a dyno of each process type, before its app or as its app. */
export function dynoCommands(project: ProjectFacts): (RunCommand & { type: string })[] {
  const apps = (project.ecosystem?.apps ?? []).flatMap((app) =>
    (commandOf(app, project)?.commands ?? []).flatMap((words) =>
      commandsIn(words.join(' '), project, {
        by: app.name,
        place: project.ecosystemFile ?? 'ecosystem file',
      }),
    ),
  )
  return [
    ...processesOf(project).flatMap(({ type, line, place, isDefault }) => {
      const isNpmStart = isDefault || /^\s*npm\s+(?:run\s+)?start\b/.test(line)
      const before = isNpmStart ? (project.manifest?.scripts['prestart'] ?? '') : ''
      return [before, line].flatMap((each) =>
        commandsIn(each, project, { by: type, place }).map((found) => ({ ...found, type })),
      )
    }),
    ...apps.map((found) => ({ ...found, type: 'web' })),
  ]
}

function commandsIn(
  line: string,
  { manifest, folder }: ProjectFacts,
  at: Omit<RunCommand, 'text'>,
): RunCommand[] {
  if (!manifest || line.trim() === '') return []
  return allCommands(line, manifest).map(({ words }) => {
    const script = words
      .map((word) => word.replace(/^\.\//, ''))
      .find((word) => /\.(?:ba)?sh$|^bin\//.test(word) && folder.isFile(word))
    return { ...at, text: (script && folder.read(script)) ?? words.join(' ') }
  })
}
