import path from 'node:path/posix'
import { workspaceDir } from './workspaces.js'
import type { Project } from './target.js'

/** A package manager's command that runs in another folder of the project. */
interface Elsewhere {
  /** From the root; undefined if no workspace has that name. */
  dir: string | undefined
  /** As it was written, for sentences. */
  name: string
  /** The same command as it is given in that folder. */
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
  ['pnpm', /^(-F|--filter)$/],
  ['bun', /^(-F|--filter)$/],
  ['turbo', /^(-F|--filter)$/],
  ['lerna', /^--scope$/],
])

/**
 * `npm --prefix api start`, `npm start -w api`, `yarn --cwd api start`, `yarn workspace api start`,
 * `pnpm --filter api start`,
 * `turbo run start --filter=api`, `lerna run start --scope api`. Undefined for a command that runs
 * here.
 */
export function elsewhere([tool, ...rest]: string[], project: Project): Elsewhere | undefined {
  const program = tool ?? ''
  const find = (name: string) => workspaceDir(project.folder, project.pkg, name)
  if (program === 'yarn' && rest[0] === 'workspace' && rest[1] !== undefined) {
    return { dir: find(rest[1]), name: rest[1], words: ['yarn', ...rest.slice(2)] }
  }
  const end = rest.includes('--') ? rest.indexOf('--') : rest.length
  for (const [flags, resolve] of [
    [FOLDER_FLAG.get(program), path.normalize],
    [WORKSPACE_FLAG.get(program), find],
  ] as const) {
    const at = rest.findIndex((word, index) => index < end && flags?.test(word.split('=')[0]!))
    if (at === -1) continue
    const [, inline] = /^[^=]+=(.*)$/.exec(rest[at]!) ?? []
    const name = inline ?? rest[at + 1]
    if (name === undefined) return undefined
    const others = [...rest.slice(0, at), ...rest.slice(at + (inline === undefined ? 2 : 1))]
    return { dir: resolve(name), name, words: inFolder(program, others) }
  }
  return undefined
}

/** turbo and lerna run a script of the package: `turbo run start` and `turbo start` alike. */
function inFolder(program: string, words: string[]): string[] {
  if (program !== 'turbo' && program !== 'lerna') return [program, ...words]
  const named = words.filter((word) => !word.startsWith('-'))
  const script = named[0] === 'run' ? named[1] : named[0]
  return ['npm', 'run', ...(script === undefined ? [] : [script])]
}
