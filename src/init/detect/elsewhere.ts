import path from 'node:path/posix'
import { parse } from 'jsonc-parser'
import { isRecursive, managerWords, plainWords } from './manager-words.js'
import { isObject } from './package-json.js'
import type { Project } from './target.js'
import { workspaceDir, workspacesOf, type Workspace } from './workspaces.js'

/** A package manager's command that runs in another folder of the project. */
interface Elsewhere {
  /** From the root; undefined if no workspace has that name. */
  dir: string | undefined
  /** As it was written, for sentences. */
  name: string
  /** The same command as it is given in that folder. */
  words: string[]
}

/** One that runs a script wherever there is one of that name, or in packages that only the tool can list. */
interface Everywhere {
  script: string
  /** The workspaces that have the script; undefined if a pattern chooses among them. */
  among: Workspace[] | undefined
  words: string[]
}

/** How each tool names a folder, and how it names a workspace. */
const FOLDER_FLAG = new Map([
  ['npm', /^(--prefix|-C)$/],
  ['yarn', /^--cwd$/],
  ['pnpm', /^(-C|--dir)$/],
  ['bun', /^--cwd$/],
])
const WORKSPACE_FLAG = new Map([
  ['npm', /^(-w|--workspace)$/],
  ['pnpm', /^(-F|--filter|--filter-prod)$/],
  ['bun', /^(-F|--filter)$/],
  ['turbo', /^(-F|--filter)$/],
  ['lerna', /^--scope$/],
])
/** What chooses among packages: `./packages/*`, `api...`, `!docs`, `[main]`. */
const isPattern = (name: string) => /[*![\]^]|\.\.\./.test(name)

/**
 * `npm --prefix api start`, `npm start -w api`, `yarn --cwd api start`, `yarn workspace api start`,
 * `pnpm --filter api start`, `turbo run start --filter=api`, `lerna run start --scope api`; and those
 * for all packages, such as `pnpm -r start`. Undefined for a command that runs here.
 */
export function elsewhere(
  [tool, ...rest]: string[],
  project: Project,
): Elsewhere | Everywhere | undefined {
  const program = tool ?? ''
  const find = (name: string) => workspaceDir(project.folder, project.pkg, name)
  if (program === 'yarn' && rest[0] === 'workspace' && rest[1] !== undefined) {
    return { dir: find(rest[1]), name: rest[1], words: ['yarn', ...rest.slice(2)] }
  }
  if (program === 'yarn' && rest[0] === 'workspaces') return ofYarn(rest, project)
  const { own, after } = managerWords(program, rest)
  const behind = /^(npm|turbo|lerna)$/.test(program) && after.length > 0 ? ['--', ...after] : after
  for (const [flags, resolve] of [
    [FOLDER_FLAG.get(program), path.normalize],
    [WORKSPACE_FLAG.get(program), find],
  ] as const) {
    const named = own.flatMap((word, index) => (flags?.test(word.split('=')[0]!) ? [index] : []))
    const at = named[0]
    if (at === undefined) continue
    const [, inline] = /^[^=]+=(.*)$/.exec(own[at]!) ?? []
    const name = inline ?? own[at + 1]
    if (name === undefined) return undefined
    const others = [...own.slice(0, at), ...own.slice(at + (inline === undefined ? 2 : 1))]
    const words = inFolder(program, [...others, ...behind])
    if (named.length > 1 || (resolve === find && isPattern(name)))
      return { script: scriptIn(words), among: undefined, words }
    return { dir: resolve(name), name, words }
  }
  const words = inFolder(program, [
    ...own.filter(
      (word) => !/^(-r|-ws|--(recursive|workspaces)(=true)?|recursive|multi|m)$/.test(word),
    ),
    ...behind,
  ])
  return isRecursive(program, own) && scriptIn(words) !== ''
    ? { script: scriptIn(words), among: having(scriptIn(words), project), words }
    : undefined
}

/** Yarn 1 has `workspaces run X`, the later ones `workspaces foreach -A run X`. */
function ofYarn(rest: string[], project: Project): Everywhere | undefined {
  const at = rest.indexOf('run')
  const script = rest[at + 1]
  if (at === -1 || script === undefined) return undefined
  const isChosen = rest
    .slice(0, at)
    .some((word) => /^(--include|--exclude|--from|--since)\b/.test(word))
  return {
    script,
    among: isChosen ? undefined : having(script, project),
    words: ['yarn', ...rest.slice(at)],
  }
}

const scriptIn = ([program, ...rest]: string[]) => {
  const [first, second] = plainWords(program!, rest)
  return (first === 'run' || first === 'run-script' ? second : first) ?? ''
}

/** The workspaces whose package.json has the script. */
function having(script: string, { folder, pkg }: Project): Workspace[] {
  return workspacesOf(folder, pkg).filter(({ dir }) => {
    const data: unknown = parse(folder.read(`${dir}/package.json`) ?? '')
    const scripts = isObject(data) ? data['scripts'] : undefined
    return isObject(scripts) && typeof scripts[script] === 'string'
  })
}

/**
 * turbo and lerna run a script of the package: `turbo run start` and `turbo start` alike. What
 * follows `lerna exec --` is a command.
 */
function inFolder(program: string, words: string[]): string[] {
  if (program !== 'turbo' && program !== 'lerna') return [program, ...words]
  const { own, after } = managerWords(program, words)
  const named = plainWords(program, own)
  if (program === 'lerna' && named[0] === 'exec') return after.length > 0 ? after : named.slice(1)
  const script = named[0] === 'run' ? named[1] : named[0]
  return [
    'npm',
    'run',
    ...(script === undefined ? [] : [script]),
    ...(after.length > 0 ? ['--', ...after] : []),
  ]
}
