import { shellWord } from '../../lib/shell-word.js'
import type { Facts } from '../facts.js'
import type { Check, Problem } from '../check.js'
import { absence, hasStart, processesOf, processOf, type Process } from '../processes.js'

const INIT = { by: 'init' } as const

export const packageJson: Check = {
  name: 'package-json',
  theme: 'Start',
  asserts: 'package.json is there and valid',
  run: ({ project }) => {
    if (project.manifestError !== undefined)
      return [
        {
          severity: 'error',
          what: project.manifestError,
          next: 'Fix package.json.',
          place: 'package.json',
        },
      ]
    if (project.manifest) return []
    return [
      {
        severity: 'error',
        what: 'There is no package.json.',
        why: 'Heroku knows a Node.js app by it, and builds nothing without one.',
        next: 'npm init\nshipit init',
      },
    ]
  },
}

export const repository: Check = {
  name: 'repository',
  theme: 'Start',
  asserts: 'git has a commit to deploy',
  run: ({ project: { refusal } }) =>
    refusal
      ? [
          {
            severity: 'error',
            code: 'git',
            what: refusal.message,
            ...(refusal.why === undefined ? {} : { why: refusal.why }),
            next: refusal.next ?? 'git status',
          },
        ]
      : [],
}

export const ecosystemFileThere: Check = {
  name: 'ecosystem-file',
  theme: 'Start',
  asserts: 'there is an ecosystem file',
  run: ({ project }) =>
    project.ecosystem
      ? []
      : [
          {
            severity: 'error',
            what: 'There is no ecosystem file.',
            why: 'It says what PM2 runs in a dyno.',
            next: 'shipit init',
            fix: INIT,
          },
        ],
}

/**
 * Start script and Procfile lead to the runtime, and the runtime to the ecosystem file that shipit
 * reads.
 */
export const startScript: Check = {
  name: 'start-script',
  theme: 'Start',
  asserts: 'what Heroku starts runs the ecosystem file',
  run: ({ project }) => {
    const web = processOf('web', project)
    // Whether an app of workers wants the web process that Heroku adds is another question: see
    // web-process.
    if (!project.ecosystemFile || !web || (web.isDefault && processesOf(project).length > 1))
      return []
    if (web.isDefault && !hasStart(project)) {
      return [
        {
          severity: 'error',
          what: 'package.json has no start script, and there is no Procfile.',
          why: 'Nothing says what a web dyno runs.',
          next: 'shipit init',
          place: 'package.json',
          fix: INIT,
        },
      ]
    }
    if (!web.runtime) return [withoutRuntime(web, project, project.ecosystemFile)]
    return web.target.kind === 'ecosystem' || web.target.pm2?.line.file
      ? otherFile(web.target.kind === 'ecosystem' ? web.target.file : web.runtime.file, project)
      : []
  },
}

function withoutRuntime(web: Process, project: Facts['project'], file: string): Problem {
  const { place, line, target } = web
  const shared = { next: 'shipit init', place, fix: INIT }
  const absent = target.pm2 ? undefined : absence(web, project)
  if (absent)
    return {
      ...shared,
      severity: 'error',
      what: `Heroku will run \`${line}\`, and ${absent.reason}.`,
      ...(absent.next === undefined ? {} : { next: `${absent.next}\nshipit init` }),
    }
  if (target.kind === 'refused' && !target.pm2) {
    return {
      severity: 'note',
      what: `shipit cannot tell whether \`${line}\` starts shipit-runtime: ${target.reason}.`,
      why: 'If it does not, there is no PM2, no drain, and no instances by the dyno.',
      next: 'Nothing if it does; else run `shipit init`.',
      place,
    }
  }
  return {
    ...shared,
    severity: 'warning',
    what: `Heroku will run \`${line}\`, not the apps in ${file}.`,
    why:
      place === 'Procfile'
        ? 'The web line of the Procfile decides, and it does not lead to shipit-runtime.'
        : 'The start script does not lead to shipit-runtime, so there is no PM2, no drain, and ' +
          'no instances by the dyno.',
  }
}

function otherFile(
  named: string | undefined,
  { folder, ecosystemFile, onDisk }: Facts['project'],
): Problem[] {
  if (named === undefined || named === ecosystemFile) return []
  if (!folder.isFile(named)) {
    return [
      {
        severity: 'error',
        what:
          `The app starts with ${named}, which is ` +
          `${onDisk(named) ? 'on disk and not in the commit' : 'not there'}.`,
        why: 'shipit-runtime would exit at once.',
        next: onDisk(named)
          ? `git add --force ${shellWord(named)} && git commit`
          : `Name ${ecosystemFile} in the start script.`,
      },
    ]
  }
  return [
    {
      severity: 'warning',
      what: `The app starts with ${named}, and shipit reads ${ecosystemFile}.`,
      why:
        'What is checked, and the environments of `deploy:`, are not those of the file that ' +
        'runs.',
      next: 'Keep one of the two files, and name it in the start script.',
    },
  ]
}

export const committed: Check = {
  name: 'committed',
  theme: 'Start',
  asserts: 'what the app needs to start is in the commit',
  run: ({ project }) => {
    if (!project.isRepository || project.commit === null) return []
    const needed = [
      'package.json',
      ...(project.ecosystemFile ? [project.ecosystemFile] : []),
      ...(project.manifest ? vendored(project.manifest.dependencies) : []),
    ]
    const absent = needed.filter((name) =>
      project.files.some((file) => file.path === name)
        ? project.files.some((file) => file.path === name && !file.isCommitted)
        : project.onDisk(name),
    )
    return [...(absent.length === 0 ? [] : [missing(absent)]), ...changed(project, absent)]
  },
}

/** Paths of dependencies that are files of the app itself, such as file:vendor/x.tgz. */
const vendored = (dependencies: Record<string, string>): string[] =>
  Object.values(dependencies).flatMap(
    (spec) => /^file:(?:\.\/)?([^.].*\.t(?:ar\.)?gz)$/.exec(spec)?.[1] ?? [],
  )

function missing(names: string[]): Problem {
  return {
    severity: 'error',
    code: 'git',
    what:
      `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not in the commit, so the ` +
      'app would start without.',
    next: `git add --force ${names.map(shellWord).join(' ')} && git commit -m "Run under PM2"`,
  }
}

function changed({ uncommitted, deployed }: Facts['project'], told: string[]): Problem[] {
  const files = uncommitted.filter((file) => !told.includes(file))
  if (files.length === 0) return []
  const named =
    files.slice(0, 10).join(', ') + (files.length > 10 ? ` and ${files.length - 10} more` : '')
  return [
    {
      severity: 'warning',
      what: `Not committed: ${named}.`,
      why: deployed
        ? 'These checks look at the commit, without them; so does a deploy.'
        : 'These checks look at the files as they are on disk; a deploy is of the commit.',
      next: 'git add --all && git commit',
    },
  ]
}

export const slugignore: Check = {
  name: 'slugignore',
  theme: 'Start',
  asserts: '.slugignore leaves in what the app needs',
  run: ({ project }) => {
    const files = vendored(project.manifest?.dependencies ?? {})
    const lines = (project.folder.read('.slugignore') ?? '')
      .split(/\r?\n/)
      .map((line) => line.trim().replace(/^\//, '').replace(/\/$/, ''))
    const line = lines.find((each) =>
      files.some(
        (file) =>
          each === file ||
          (file.startsWith(`${each}/`) && each !== '') ||
          (each.startsWith('*.') && file.endsWith(each.slice(1))),
      ),
    )
    if (line === undefined) return []
    return [
      {
        severity: 'error',
        what: `.slugignore leaves out \`${line}\`, and with it a dependency of the app.`,
        why: `The build would not find ${files.join(', ')}.`,
        next: 'Take that line out of .slugignore.',
        place: '.slugignore',
      },
    ]
  },
}
