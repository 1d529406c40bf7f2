import path from 'node:path/posix'
import { simpleCommand, splitCommands, type SimpleCommand } from './command-line.js'
import { isRecursive, managerWords, plainWords } from './manager-words.js'
import type { PackageJson } from './package-json.js'

const RUNNERS = new Set(['npm', 'yarn', 'pnpm', 'bun'])
const OWN_COMMANDS = new Set([
  'install',
  'ci',
  'add',
  'i',
  'exec',
  'dlx',
  'x',
  'init',
  'publish',
  'workspace',
  'workspaces',
])

/** Flags by which a command is for another folder or package. */
const ELSEWHERE =
  /^(--prefix|--cwd|--dir|-C|-w|--workspace|--workspaces|-ws|--filter|--filter-prod|-F)(=|$)/

/**
 * The script of this package that `npm run x`, `npm start`, `yarn x`, `pnpm x` or `node --run x`
 * names, and the words that follow it.
 */
export function scriptHop(
  words: string[],
  scripts: Record<string, string>,
): { script: string; rest: string[] } | undefined {
  const runner = words[0]!
  if (runner === 'node') {
    const at = words.findIndex((word) => word === '--run' || word.startsWith('--run='))
    if (at === -1) return undefined
    const name = words[at]!.slice('--run='.length) || words[at + 1]
    return name ? { script: name, rest: afterDashes(words.slice(at + 2)) } : undefined
  }
  if (!RUNNERS.has(runner)) return undefined
  const { own, after } = managerWords(runner, words.slice(1))
  if (own.some((word) => ELSEWHERE.test(word)) || isRecursive(runner, own)) return undefined
  const rest = plainWords(runner, own)
  const isRun = rest[0] === 'run' || rest[0] === 'run-script'
  const name = isRun ? rest[1] : rest[0]
  if (name === undefined) return undefined
  // `bun run FILE` runs a file, `yarn run NAME` a package's program.
  if (isRun && /^(bun|yarn)$/.test(runner) && scripts[name] === undefined) return undefined
  // npm does nothing then.
  if (words.includes('--if-present') && scripts[name] === undefined) return undefined
  if (!isRun && runner === 'npm' && !['start', 'test', 'stop', 'restart'].includes(name))
    return undefined
  if (!isRun && (OWN_COMMANDS.has(name) || scripts[name] === undefined) && name !== 'start')
    return undefined
  const beforeDashes = rest.slice(isRun ? 2 : 1)
  return {
    script: name,
    rest:
      runner === 'npm'
        ? [...beforeDashes, ...after]
        : runner === 'pnpm'
          ? after
          : afterDashes(after),
  }
}

/** Yarn 1 takes a `--` away; pnpm and npm's part behind it are handed on as they are. */
function afterDashes(words: string[]): string[] {
  return words[0] === '--' ? words.slice(1) : words
}

/** A command, and the folder that a `cd` of its line has gone to, if it is not the package's own. */
export interface BuildCommand extends SimpleCommand {
  dir?: string
}

/** All commands that a line comes to, with the hops to other scripts followed. */
export function allCommands(
  line: string,
  pkg: PackageJson,
  seen: ReadonlySet<string> = new Set(),
): BuildCommand[] {
  let dir = ''
  return splitCommands(line).flatMap(({ text }): BuildCommand[] => {
    const command = withoutWrappers(simpleCommand(text))
    if (command.words[0] === 'cd') dir = path.join(dir, command.words[1] ?? '').replace(/\/$/, '')
    // What runs in another folder has the scripts and the settings of that one.
    if (dir !== '' && dir !== '.') return [{ ...command, dir }]
    const hop = command.words.length > 0 ? scriptHop(command.words, pkg.scripts) : undefined
    if (!hop) return [command]
    const next = pkg.scripts[hop.script]
    return next === undefined || seen.has(hop.script)
      ? []
      : allCommands(next, pkg, new Set([...seen, hop.script]))
  })
}

/**
 * `npx tsc` and `cross-env A=1 tsc` as `tsc`. Used where only the tool counts, not its variables.
 */
function withoutWrappers(command: SimpleCommand): SimpleCommand {
  let { words } = command
  while (
    words.length > 1 &&
    (/^(npx|cross-env|env)$/.test(words[0]!) || /^[A-Za-z_]\w*=/.test(words[0]!))
  )
    words = words.slice(1)
  return { env: command.env, words }
}
