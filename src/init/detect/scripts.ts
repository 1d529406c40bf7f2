import { simpleCommand, splitCommands, type SimpleCommand } from './command-line.js'
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
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words
  if (own.some((word) => /^(--prefix|--cwd|-C|-w|--workspace|--filter|-F)(=|$)/.test(word)))
    return undefined
  const rest = words
    .slice(1)
    .filter(
      (word, at, all) =>
        !/^(-s|--silent|-q|--quiet|--if-present|--no-.+)$/.test(word) ||
        all.slice(0, at).includes('--'),
    )
  const isRun = rest[0] === 'run' || rest[0] === 'run-script'
  const name = isRun ? rest[1] : rest[0]
  if (name === undefined || name.startsWith('-')) return undefined
  // `bun run FILE` runs a file, `yarn run NAME` a package's program.
  if (isRun && /^(bun|yarn)$/.test(runner) && scripts[name] === undefined) return undefined
  // npm does nothing then.
  if (words.includes('--if-present') && scripts[name] === undefined) return undefined
  if (!isRun && runner === 'npm' && !['start', 'test', 'stop', 'restart'].includes(name))
    return undefined
  if (!isRun && (OWN_COMMANDS.has(name) || scripts[name] === undefined) && name !== 'start')
    return undefined
  const after = rest.slice(isRun ? 2 : 1)
  return { script: name, rest: runner === 'npm' ? withoutOwnFlags(after) : afterDashes(after) }
}

/** npm keeps flags before `--` for itself: `npm start --production` hands on none. */
function withoutOwnFlags(words: string[]): string[] {
  const at = words.indexOf('--')
  const own = at === -1 ? words : words.slice(0, at)
  return [...own.filter((word) => !word.startsWith('-')), ...(at === -1 ? [] : words.slice(at + 1))]
}

function afterDashes(words: string[]): string[] {
  return words[0] === '--' ? words.slice(1) : words
}

/** All commands that a line comes to, with the hops to other scripts followed. */
export function allCommands(
  line: string,
  pkg: PackageJson,
  seen: ReadonlySet<string> = new Set(),
): SimpleCommand[] {
  return splitCommands(line).flatMap(({ text }) => {
    const command = withoutWrappers(simpleCommand(text))
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
