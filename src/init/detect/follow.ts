import path from 'node:path/posix'
import { isBuildLine } from './build-output.js'
import { simpleCommand, splitCommands, splitFlags, takeAssignments } from './command-line.js'
import { entryFile } from './entry-file.js'
import { frameworkTarget } from './frameworks.js'
import { LAUNCHERS } from './launchers.js'
import { plainLaunch } from '../types.js'
import { scriptHop } from './scripts.js'
import { refused, type Project, type Target } from './target.js'

/** `set A=1 && node x` (Windows) and `export A=1; node x` set a variable for the app. */
const SETS_VARIABLE = /^(set|export)\s+[A-Za-z_]\w*=/i

/** Where a shell line of the app leads: a file, an ecosystem file, or the word why neither. `seen` guards against scripts that call each other. */
export function followLine(line: string, project: Project, seen: ReadonlySet<string> = new Set()): Target {
  const parts = splitCommands(line)
  let main = parts.length - 1
  // `app | pretty` and `app || restart`: the app stands before the operator.
  while (main > 0 && /^\|/.test(parts[main - 1]!.operator)) main--
  const part = parts[main]
  if (!part) return refused('the command is empty')
  const notes: string[] = []
  if (parts.slice(main + 1).length > 0) notes.push(`What follows \`${part.text}\` in \`${line}\` is left out: PM2 starts the app itself.`)
  const together = parts.slice(0, main).filter(({ operator }) => operator === '&')
  if (together.length > 0) notes.push(`\`${together.map(({ text }) => text).join('`, `')}\` ran beside the app and is left out: give it a process type of its own in the Procfile.`)
  const earlier = parts.slice(0, main).filter(({ operator }) => operator !== '&')
  const before = earlier.filter(({ text }) => !SETS_VARIABLE.test(text))
  const env = Object.assign({}, ...earlier.filter(({ text }) => SETS_VARIABLE.test(text)).map(({ text }) => simpleCommand(text.replace(/^\w+\s+/, '')).env)) as Record<string, string>
  const moved = before.find(({ text }) => /^cd\s+\S/.test(text))
  if (moved) {
    const dir = moved.text.replace(/^cd\s+/, '').replace(/\/$/, '')
    return refused(`\`${line}\` starts the app in another folder`, `Run shipit init there (shipit init ${dir}), or name its file with --entry.`)
  }
  const target = followCommand(part.text, project, seen)
  if (target.kind === 'refused') return target
  const mustStay = before.map(({ text }) => text).filter((text) => text !== 'set -e' && !(project.build && isBuildLine(text, project.pkg)))
  const followed = target.kind === 'script' ? { ...target, launch: { ...target.launch, env: { ...env, ...target.launch.env } } } : target
  return { ...followed, before: [...mustStay, ...target.before], notes: [...notes, ...target.notes] }
}

function followCommand(text: string, project: Project, seen: ReadonlySet<string>): Target {
  const { env, words } = simpleCommand(text)
  const target = followWords(words, project, seen)
  return target.kind === 'script' ? { ...target, launch: { ...target.launch, env: { ...env, ...target.launch.env } } } : target
}

function followWords(words: string[], project: Project, seen: ReadonlySet<string>): Target {
  const unwrapped = unwrap(words)
  if (unwrapped) {
    const target = typeof unwrapped.rest === 'string' ? followLine(unwrapped.rest, project, seen) : followWords(unwrapped.rest, project, seen)
    return target.kind === 'script' ? { ...target, launch: { ...target.launch, env: { ...unwrapped.env, ...target.launch.env } } } : target
  }
  const [first, ...rest] = words
  if (first === undefined) return refused('the command is empty')
  const program = path.basename(first)
  const hop = scriptHop([program, ...rest], project.pkg.scripts)
  if (hop) return followScript(hop.script, hop.rest, project, seen)
  if (/^(npm|yarn|pnpm|bun)$/.test(program) && !LAUNCHERS[rest[0] ?? '']) return otherPackage([program, ...rest].join(' '))
  if (/^(npm|yarn|pnpm)$/.test(program)) return followWords(rest, project, seen)
  // `nodemon --exec "npx ts-node"` hands on a first word that is a line of its own.
  if (/\s/.test(first)) return followWords([...simpleCommand(first).words, ...rest], project, seen)
  const launcher = LAUNCHERS[program]
  if (launcher) return launcher(rest, project, (next) => followWords(next, project, seen))
  if (/^(concurrently|npm-run-all|run-p|run-s|foreman|nf|lerna|nx|turbo|wireit)$/.test(program)) {
    return refused(`\`${words.join(' ')}\` runs several commands`, 'Name the file that serves HTTP with --entry.')
  }
  if (/^(sh|bash|dash|zsh)$/.test(program) || /\.sh$/.test(first)) return refused(`\`${words.join(' ')}\` is a shell script`, 'Name the file that it starts with --entry.')
  return frameworkTarget(program, rest, project) ?? ownFile(first, rest, project)
}

/** A file that is run by its own name, such as ./bin/www. */
function ownFile(first: string, args: string[], project: Project): Target {
  if (first.includes('/') || project.folder.isFile(first)) return entryFile(project, first, { ...plainLaunch(), args })
  return refused(`shipit does not know what \`${first}\` starts`)
}

function otherPackage(line: string): Target {
  return refused(`\`${line}\` starts another package than this one, or a script that does not exist`)
}

function followScript(name: string, args: string[], project: Project, seen: ReadonlySet<string>): Target {
  const { scripts, main } = project.pkg
  const ranStart = name === 'start'
  if (seen.has(name)) return refused(`the scripts ${[...seen, name].join(' → ')} call each other in a circle`)
  const line = scripts[name]
  if (line === undefined) {
    // npm's own default: https://docs.npmjs.com/cli/commands/npm-start
    if (ranStart && project.folder.isFile('server.js')) return { ...entryFile(project, 'server.js', plainLaunch()), ranStart }
    return { ...refused(main && ranStart ? 'there is no start script' : `there is no script called \`${name}\``), ranStart }
  }
  const target = followLine(args.length > 0 ? `${line} ${args.join(' ')}` : line, project, new Set([...seen, name]))
  if (target.kind === 'refused') return { ...target, ranStart: ranStart || target.ranStart === true }
  const pre = ranStart ? undefined : scripts[`pre${name}`]
  const before = pre && !(project.build && isBuildLine(pre, project.pkg)) ? [`npm run pre${name}`] : []
  return { ...target, before: [...before, ...target.before], ranStart: ranStart || target.ranStart === true }
}

interface Unwrapped {
  env: Record<string, string>
  /** The wrapped command: its words, or a line for a shell. */
  rest: string[] | string
}

/** Programs that only set something and run the rest of their words. */
function unwrap(words: string[]): Unwrapped | undefined {
  const [first, ...rest] = words
  const assigned = takeAssignments(words)
  if (Object.keys(assigned.env).length > 0) return { env: assigned.env, rest: assigned.words }
  switch (path.basename(first ?? '')) {
    case 'cross-env': {
      const inner = takeAssignments(rest)
      return { env: inner.env, rest: inner.words }
    }
    case 'cross-env-shell': {
      const inner = takeAssignments(rest)
      return { env: inner.env, rest: inner.words.join(' ') }
    }
    case 'env': {
      const inner = takeAssignments(splitFlags(rest, (flag) => /^(-u|--unset|-C|--chdir)$/.test(flag)).rest)
      return { env: inner.env, rest: inner.words }
    }
    case 'dotenv':
    case 'dotenvx': {
      const own = rest[0] === 'run' ? rest.slice(1) : rest
      return { env: {}, rest: splitFlags(own, (flag) => /^(-e|-f|-c|-v|-p|--env-file)$/.test(flag)).rest }
    }
    case 'env-cmd':
      return { env: {}, rest: splitFlags(rest, (flag) => /^(-f|--file|-e|--environments|-r|--rc-file)$/.test(flag)).rest }
    case 'exec':
    case 'time':
    case 'nohup':
    case 'command':
    case 'dumb-init':
    case 'tini':
      return { env: {}, rest: splitFlags(rest, () => false).rest }
    case 'npx':
    case 'bunx':
      return { env: {}, rest: splitFlags(rest, (flag) => /^(-p|--package|-w|--workspace)$/.test(flag)).rest }
    case 'npm':
    case 'pnpm':
    case 'yarn':
      return /^(exec|dlx|x)$/.test(rest[0] ?? '') ? { env: {}, rest: splitFlags(rest.slice(1), () => false).rest } : undefined
    case 'sh':
    case 'bash': {
      const at = rest.findIndex((word) => /^-[a-z]*c$/.test(word))
      return at === -1 || rest[at + 1] === undefined ? undefined : { env: {}, rest: rest[at + 1]! }
    }
    default:
      return undefined
  }
}
