/**
 * Looks at the folder, once, for all that the plan needs. The only reader of disk and git before
 * the plan.
 */

import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { ShipitError } from '../errors.js'
import { ECOSYSTEM_FILES } from '../ecosystem/names.js'
import type { Ecosystem } from '../ecosystem/types.js'
import type { DetectOptions } from './detect/answer.js'
import { detect } from './detect/index.js'
import type { EcosystemFiles } from './ecosystem-adapter.js'
import { folderOnDisk, type FolderView } from './folder.js'
import { WORKFLOW } from './ci/github.js'
import { REVIEW_WORKFLOW } from './ci/github-reviews.js'
import { gitIgnored, isRepositoryRoot } from './git-ignored.js'
import { fittingPnpm } from './lock/pnpm-version.js'
import { TOOL } from './lock/commands.js'
import type { Facts } from './plan/facts.js'
import { USUAL_ENTRIES } from './plan/gitignore.js'
import {
  digests,
  isRuntimeTarball,
  tarballName,
  VENDOR,
  type RuntimeTarball,
} from './runtime-tarball.js'
import type { Detected, InitOptions } from './types.js'

interface Gathered {
  detected: Detected
  facts: Facts
}

/**
 * Throws `usage` for a folder that is not there, `project` for one that cannot be used as it is.
 */
export async function gather(
  dir: string,
  options: InitOptions,
  files: EcosystemFiles,
  runtime: RuntimeTarball,
): Promise<Gathered> {
  mustBeFolder(dir)
  const folder = folderOnDisk(dir)
  const found = await files.find(dir)
  const first = detect(folder, detectOptions(dir, options, found))
  const named = first.ecosystemFile ? path.join(dir, first.ecosystemFile.file) : found
  const ecosystem = named === undefined ? undefined : await files.read(named)
  if (ecosystem && first.ecosystemFile) {
    mustBeInstalled(dir, ecosystem, first)
    mustBeValid(dir, ecosystem)
  }
  const detected = ecosystem
    ? detect(folder, { ...detectOptions(dir, options, found), ...firstApp(ecosystem) })
    : first
  if (detected.ecosystemFile) detected.warnings.push(...ecosystemWarnings(folder, ecosystem!))
  return {
    detected,
    facts: {
      ...(await factsOf(dir, folder, detected, runtime, named)),
      deploy: ecosystem?.deploy ?? {},
    },
  }
}

function mustBeFolder(dir: string): void {
  if (!existsSync(dir))
    throw new ShipitError('usage', {
      message: `There is no folder ${dir}.`,
      next: 'Name the folder of your app: shipit init DIR',
    })
  if (!statSync(dir).isDirectory())
    throw new ShipitError('usage', {
      message: `${dir} is not a folder.`,
      next: 'Name the folder of your app: shipit init DIR',
    })
}

function detectOptions(
  dir: string,
  { entry, force, workspace }: InitOptions,
  found: string | undefined,
): DetectOptions {
  return {
    ...(workspace ? { workspace } : {}),
    ...(entry === undefined || (found && !force) ? {} : { entry }),
    ...(found ? { ecosystemFile: path.relative(dir, found) } : {}),
    ignoreEcosystemFile: force,
  }
}

function firstApp({ apps }: Ecosystem): Pick<DetectOptions, 'ecosystemApp'> {
  const app = apps[0]
  if (!app) return {}
  const words = (value: string | string[] | undefined) =>
    typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : (value ?? [])
  return {
    ecosystemApp: { script: app.script, args: words(app.args), nodeArgs: words(app.node_args) },
  }
}

/** A file that requires a package is not broken because nothing is installed yet. */
function mustBeInstalled(
  dir: string,
  { file, problems }: Ecosystem,
  { packageManager, dependencies }: Detected,
): void {
  const absent = problems.flatMap(({ absentPackage }) => absentPackage ?? [])[0]
  if (absent === undefined) return
  const tool = TOOL[packageManager]
  const isListed = dependencies.includes(absent)
  throw new ShipitError('project', {
    message:
      `${path.relative(dir, file)} needs the package ${absent}, which ` +
      `${isListed ? 'is not installed yet' : 'package.json does not list'}.`,
    why: 'It is JavaScript, which must run before shipit can see what it starts.',
    next: isListed
      ? `${tool} install\nThen run shipit init again.`
      : `${tool} ${tool === 'npm' ? 'install' : 'add'} ${absent}\nThen run shipit init again.`,
  })
}

function mustBeValid(dir: string, { file, problems, apps }: Ecosystem): void {
  const name = path.relative(dir, file)
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    const lines = errors.map(
      ({ line, column, path: at, message, suggestion }) =>
        `${[name, line, column].filter((part) => part !== undefined).join(':')} ` +
        `${at ? `${at}: ` : ''}${message}${suggestion ? `; ${suggestion}` : ''}`,
    )
    throw new ShipitError('project', {
      message: `${name} cannot be used as it is.`,
      why: lines.join('\n'),
      next: 'Fix it, or write a new one with --force.',
      details: { file: name, problems: errors },
    })
  }
  if (apps.length === 0)
    throw new ShipitError('project', {
      message: `${name} names no app.`,
      next: 'Add one under `apps`, or write a new file with --force.',
    })
}

function ecosystemWarnings(folder: FolderView, { problems, apps, file }: Ecosystem): string[] {
  const name = path.basename(file)
  const doubts = problems
    .filter(({ severity }) => severity === 'warning')
    .map(
      ({ line, message, suggestion }) =>
        `${name}${line ? `:${line}` : ''}: ${message}${suggestion ? `; ${suggestion}` : ''}`,
    )
  const script = apps[0] && path.posix.join(apps[0].cwd ?? '', apps[0].script)
  const isThere =
    script === undefined ||
    path.isAbsolute(script) ||
    folder.isFile(path.posix.normalize(script)) ||
    folder.isFile(`${script}.js`)
  return isThere
    ? doubts
    : [...doubts, `${name} starts ${script}, which is not there yet: the build must make it.`]
}

async function factsOf(
  dir: string,
  folder: FolderView,
  detected: Detected,
  runtime: RuntimeTarball,
  ecosystemFile: string | undefined,
): Promise<Omit<Facts, 'deploy'>> {
  const tarball = `${VENDOR}/${tarballName(runtime.version)}`
  const [ignored, shared] = await Promise.all([
    gitIgnored(dir, [tarball], { shared: false }),
    gitIgnored(dir, USUAL_ENTRIES.map(example), { shared: true }),
  ])
  const names = [...ECOSYSTEM_FILES, ...(ecosystemFile ? [path.relative(dir, ecosystemFile)] : [])]
  const lock = detected.lockfile === undefined ? undefined : folder.read(detected.lockfile)
  return {
    dir,
    packageJson: folder.read('package.json')!,
    ...optional('procfile', folder.read('Procfile')),
    ...optional('gitignore', folder.read('.gitignore')),
    ...optional('slugignore', folder.read('.slugignore')),
    ...optional('lock', lock),
    ...optional('workflow', folder.read(WORKFLOW)),
    ...optional('reviewWorkflow', folder.read(REVIEW_WORKFLOW)),
    ...optional('appJson', folder.read('app.json')),
    ...optional('envExample', envExampleOf(folder)),
    ...optional('prismaSchema', folder.read('prisma/schema.prisma')),
    isRoot: await isRepositoryRoot(dir),
    ...(await pnpmTool(dir, detected, lock)),
    runtime,
    vendored: folder
      .list(VENDOR)
      .filter(({ name }) => isRuntimeTarball(name))
      .map(({ name }) => ({
        name,
        isSame: digests(readFileSync(path.join(dir, VENDOR, name))).sha512 === runtime.sha512,
      })),
    isTarballIgnored: (ignored ?? []).length > 0,
    unignored: USUAL_ENTRIES.filter(
      (entry) => !(shared ?? linesOf(folder.read('.gitignore'))).includes(example(entry)),
    ),
    existing: Object.fromEntries(
      names.flatMap((name) => (folder.isFile(name) ? [[name, folder.read(name)!]] : [])),
    ),
    node: process.versions.node,
  }
}

function envExampleOf(folder: FolderView): { file: string; text: string } | undefined {
  const file = ['.env.example', '.env.sample', '.env.template'].find((name) => folder.isFile(name))
  return file === undefined ? undefined : { file, text: folder.read(file)! }
}

async function pnpmTool(
  dir: string,
  { packageManager }: Detected,
  lock: string | undefined,
): Promise<Pick<Facts, 'tool'>> {
  const tool =
    packageManager === 'pnpm' && lock !== undefined ? await fittingPnpm(dir, lock) : undefined
  return tool ? { tool } : {}
}

/** A path that an entry of .gitignore covers. */
function example(entry: string): string {
  return entry.replace('*', 'npm-debug') + (entry.endsWith('/') ? '.package-lock.json' : '')
}

/** Without git: only the plain spellings are known. */
function linesOf(gitignore: string | undefined): string[] {
  const lines = (gitignore ?? '')
    .split(/\r?\n/)
    .map((line) => line.trim().replace(/^\//, '').replace(/\/$/, ''))
  return USUAL_ENTRIES.filter((entry) => lines.includes(entry.replace(/\/$/, ''))).map(example)
}

function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, Value>)
}

/** Throws `project` where the app's package manager is not installed here. */
export function mustHaveTool(
  { packageManager, lockfile }: Detected,
  searchPath: string = process.env['PATH'] ?? '',
): void {
  const tool = TOOL[packageManager]
  const names = process.platform === 'win32' ? [`${tool}.cmd`, `${tool}.exe`, tool] : [tool]
  if (
    searchPath
      .split(path.delimiter)
      .some((dir) => dir !== '' && names.some((name) => isExecutable(path.join(dir, name))))
  )
    return
  throw new ShipitError('project', {
    message: `${tool} is not installed, and this app uses it.`,
    why: lockfile
      ? `Its lockfile is ${lockfile}, which only ${tool} can bring in step.`
      : `package.json names it as the app's packageManager.`,
    next:
      tool === 'npm'
        ? 'Install npm, which comes with Node.js.'
        : `Install it with \`corepack enable\` or \`npm install --global ${tool}\`, then run ` +
          'shipit init again.',
  })
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    // Not there, or not to be run: either way the search goes on.
    return false
  }
}
