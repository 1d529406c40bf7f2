import path from 'node:path/posix'
import { SERVE } from '../../ecosystem/static.js'
import type { EcosystemApp } from '../../ecosystem/types.js'
import { findBuild, type Build } from '../../init/detect/build-output.js'
import { insideFolder, resolveFile } from '../../init/detect/resolve-file.js'
import { shellWord } from '../../lib/shell-word.js'
import type { ProjectFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'
import { absence, commandOf } from '../processes.js'

/** Folders that builds write to: what lies there need not be in a commit. */
const BUILT = /^\.?(dist|build|built|lib|out|output|public|server-build|bundle|next|nuxt)\//

/** Every app's script is in the commit, or a build on Heroku makes it. */
export const entry: Check = {
  name: 'entry',
  theme: 'App',
  asserts: 'the script of every app is in the commit, or is built',
  run: ({ project }) => {
    const { manifest, ecosystem, folder } = project
    if (!manifest || !ecosystem) return []
    const build = findBuild(folder, manifest)
    return ecosystem.apps.flatMap(
      (app) =>
        commandAbsent(app, project) ??
        servedAbsent(app, project, build) ??
        problemOf(app, project, build),
    )
  },
}

/** `script: npm, args: run x` without a script x, or one that starts a file which is not there. */
function commandAbsent(app: EcosystemApp, project: ProjectFacts): Problem[] | undefined {
  const command = commandOf(app, project)
  const found = command && absence(command, project)
  if (!found) return undefined
  return [
    {
      severity: 'error',
      what: `${app.name} runs \`${command.line}\`, and ${found.reason}.`,
      why: 'It would not start.',
      next:
        found.next ??
        `Correct \`script\` and \`args\` of ${app.name} in ` +
          `${project.ecosystemFile ?? 'the ecosystem file'}.`,
    },
  ]
}

/** The folder that PM2's own server serves; undefined for any other app. */
function servedAbsent(
  app: EcosystemApp,
  { folder, ecosystemFile }: ProjectFacts,
  build: Build | undefined,
): Problem[] | undefined {
  if (app.script !== SERVE) return undefined
  const served = app.env?.['PM2_SERVE_PATH'] ?? '.'
  const dir = insideFolder(path.join(app.cwd ?? '', served))
  if (dir === undefined || dir === '' || build || folder.isDirectory(dir)) return []
  return [
    {
      severity: 'error',
      what: `${dir}, which ${app.name} serves, is not in the commit, and no build script makes it.`,
      why: 'Every request would be answered with 404.',
      next:
        'Add "build" to the scripts of package.json, or correct PM2_SERVE_PATH in ' +
        `${ecosystemFile ?? 'the ecosystem file'}.`,
    },
  ]
}

/** The app's script from the app's folder; undefined if it is not one of its files. */
export function scriptOf(
  app: EcosystemApp,
  { ecosystem }: Pick<ProjectFacts, 'ecosystem'>,
): string | undefined {
  const own = ecosystem ? path.dirname(ecosystem.file.replaceAll('\\', '/')) : ''
  const inApp = (file: string) => (path.isAbsolute(file) ? path.relative(own, file) : file)
  // With spaces, and no file of that name, it is a shell's command line.
  if (app.script === '' || app.script.includes(' ')) return undefined
  if (path.isAbsolute(app.script)) return insideFolder(inApp(app.script))
  return insideFolder(path.join(inApp(app.cwd ?? ''), app.script))
}

function problemOf(app: EcosystemApp, project: ProjectFacts, build: Build | undefined): Problem[] {
  const script = scriptOf(app, project)
  // A word without a folder and an ending is a program that PM2 looks for on the PATH.
  if (
    script === undefined ||
    /(^|\/)node_modules\//.test(script) ||
    isElsewhere(script, project) ||
    (!app.script.includes('/') && path.extname(app.script) === '')
  )
    return []
  const near = resolveFile(project.folder, script, true)
  // Node runs a folder by its main file.
  const file = near !== undefined && project.folder.isDirectory(script) ? near : script
  if (project.folder.isFile(file)) return uncommitted(file, project)
  if (near !== undefined)
    return [
      {
        severity: 'error',
        what: `${script || './'}, which ${app.name} starts, is not a file.`,
        why: 'PM2 wants the name of the file itself.',
        next: `Write script: ${near} in ${project.ecosystemFile ?? 'the ecosystem file'}.`,
      },
    ]
  return absent(app.name, script, project, build)
}

/** Behind a link or in a submodule, whose files are no part of this list. */
const isElsewhere = (script: string, { files }: ProjectFacts) =>
  files.some(
    ({ path: file, mode }) =>
      (mode === '120000' || mode === '160000') && script.startsWith(`${file}/`),
  )

function absent(
  name: string,
  script: string,
  { onDisk, ecosystemFile }: ProjectFacts,
  build: Build | undefined,
): Problem[] {
  if (build && (build.sourceOf(script) !== undefined || build.isOpaque || BUILT.test(script)))
    return []
  if (!build && BUILT.test(script)) {
    return [
      {
        severity: 'error',
        what: `${script} is not in the commit, and no build script makes it.`,
        why:
          `Heroku runs \`npm run build\` where package.json has ` +
          `it${onDisk(script) ? '; here the file was built by hand' : ''}.`,
        next: 'Add "build" to the scripts of package.json, such as "build": "tsc".',
      },
    ]
  }
  if (onDisk(script))
    return [
      {
        severity: 'error',
        code: 'git',
        what: `${script} is on disk, and not in the commit.`,
        why: `${name} would not start.`,
        next: `git add --force ${shellWord(script)} && git commit`,
      },
    ]
  return [
    {
      severity: 'error',
      what: `${script}, which ${name} starts, does not exist.`,
      next: `Correct \`script\` of ${name} in ${ecosystemFile ?? 'the ecosystem file'}.`,
    },
  ]
}

function uncommitted(found: string, { commit, files }: ProjectFacts): Problem[] {
  if (commit === null || files.some((file) => file.path === found && file.isCommitted)) return []
  return [
    {
      severity: 'error',
      code: 'git',
      what: `${found} is on disk, and not in the commit.`,
      next: `git add ${shellWord(found)} && git commit`,
    },
  ]
}
