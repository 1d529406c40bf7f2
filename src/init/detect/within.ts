import path from 'node:path/posix'
import type { FolderView } from '../folder.js'
import type { Build } from './build-output.js'
import { isOutputFolder } from './builds.js'
import { readPackageJson, type PackageJson } from './package-json.js'
import { insideFolder } from './resolve-file.js'
import { allCommands } from './scripts.js'
import { broken, refused, type Project, type Target } from './target.js'
import { workspacesOf } from './workspaces.js'

const NO_PACKAGE: PackageJson = { scripts: {}, dependencies: {}, devDependencies: {}, engines: {} }

/**
 * Follows a command in another folder of the project: `cd api && …`, `npm --prefix api start`, a
 * workspace. What it leads to has that folder as its `cwd`. The build is the root's, the only one
 * that Heroku runs.
 */
export function followWithin(
  project: Project,
  dir: string,
  follow: (inner: Project) => Target,
): Target {
  const clean = insideFolder(dir)
  if (clean === undefined) return refused(`\`${dir}\` lies outside the folder`)
  if (clean === '') return follow(project)
  const isMade = !project.folder.isDirectory(clean)
  if (isMade && !(project.build && (project.build.isOpaque || isOutputFolder(clean))))
    return broken(`the folder \`${clean}\` does not exist`)
  const inner = projectWithin(project, clean)
  const target = follow(inner)
  // What the build puts there beside the file, a package.json for one, is unknown.
  if (target.kind === 'refused' && isMade) return refused(`only the build makes \`${clean}\``)
  if (target.kind === 'refused') return target
  if (target.kind === 'ecosystem') {
    return {
      ...refused(
        `\`${path.join(clean, target.file)}\` is an ecosystem file in another folder`,
        `Run shipit init there: shipit init ${clean}`,
      ),
      ...(target.pm2 ? { pm2: target.pm2 } : {}),
    }
  }
  const launch = { ...target.launch, cwd: path.join(clean, target.launch.cwd ?? '') }
  return {
    ...target,
    launch,
    before: target.before.map((command) => `cd ${clean} && ${command}`),
    how: `${target.how} in ${clean}`,
    notes: [...target.notes, ...uninstalledNotes(inner)],
  }
}

function projectWithin(project: Project, dir: string): Project {
  const folder = folderWithin(project.folder, dir)
  const pkg = folder.isFile('package.json') ? readPackageJson(folder) : NO_PACKAGE
  const depth = dir.split('/').length
  const root = project.outer?.folder ?? project.folder
  const rootPkg = project.outer?.pkg ?? project.pkg
  const whole = path.join(project.outer?.dir ?? '', dir)
  const workspace = workspacesOf(root, rootPkg).find((each) => each.dir === whole)?.name
  const outer = {
    folder: root,
    way: `${'../'.repeat(depth)}${project.outer?.way ?? ''}`,
    pkg: rootPkg,
    dir: whole,
    ...(workspace === undefined ? {} : { workspace }),
  }
  return {
    folder,
    pkg,
    build: buildWithin(project.build, dir),
    ...(project.install ? { install: project.install } : {}),
    outer,
    ...(project.onCommand ? { onCommand: project.onCommand } : {}),
  }
}

/**
 * Heroku installs what the root depends on (and its workspaces); what another package.json names
 * only a script can install.
 */
function uninstalledNotes({ pkg, outer }: Project): string[] {
  if (!outer || outer.workspace !== undefined || Object.keys(pkg.dependencies).length === 0)
    return []
  const absent = Object.keys(pkg.dependencies).filter(
    (name) => outer.pkg.dependencies[name] === undefined,
  )
  const scripts = [
    'heroku-prebuild',
    'preinstall',
    'install',
    'postinstall',
    'prepare',
    'build',
    'heroku-postbuild',
  ].map((name) => outer.pkg.scripts[name] ?? '')
  const words = scripts
    .flatMap((line) => [
      line,
      ...allCommands(line, outer.pkg).map((command) => command.words.join(' ')),
    ])
    .join('\n')
  const isInstalled =
    words.includes(outer.dir) ||
    /\b(npm|yarn|pnpm|lerna)\b.*\b(i|ci|install|bootstrap)\b/.test(words)
  if (absent.length === 0 || isInstalled) return []
  return [
    `${outer.dir}/package.json has dependencies of its own ` +
      `(${absent.slice(0, 3).join(', ')}${absent.length > 3 ? ', …' : ''}), which Heroku does ` +
      `not install: add "heroku-postbuild": "npm --prefix ${outer.dir} install" to ` +
      `package.json, or make ${outer.dir} a workspace.`,
  ]
}

function folderWithin(folder: FolderView, dir: string): FolderView {
  const at = (file: string) => (file === '' || file === '.' ? dir : path.join(dir, file))
  return {
    name: path.basename(dir),
    isFile: (file) => folder.isFile(at(file)),
    isDirectory: (file) => folder.isDirectory(at(file)),
    read: (file) => folder.read(at(file)),
    list: (file) => folder.list(at(file)),
  }
}

/**
 * What the root's build makes in this folder. A tool of workspaces (turbo, `npm run build
 * --workspaces`) builds by rules of its own.
 */
function buildWithin(build: Build | undefined, dir: string): Build | undefined {
  if (!build) return undefined
  const inner = (file: string | undefined) =>
    file?.startsWith(`${dir}/`) ? file.slice(dir.length + 1) : undefined
  return {
    ...build,
    isOpaque: true,
    outputOf: (source) => inner(build.outputOf(path.join(dir, source))),
    sourceOf: (output) => inner(build.sourceOf(path.join(dir, output))),
  }
}
