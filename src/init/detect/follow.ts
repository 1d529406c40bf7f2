import path from 'node:path/posix'
import { isBuildLine } from './build-output.js'
import { isShellProgram, simpleCommand, splitCommands, type CommandPart } from './command-line.js'
import { isDynoWrapper } from './dyno-wrapper.js'
import { developmentServer } from './development.js'
import { withEarlier, withEnv } from './earlier.js'
import { elsewhere } from './elsewhere.js'
import { entryFile, listens } from './entry-file.js'
import { frameworkTarget } from './frameworks.js'
import { builtServerEnv } from './frameworks-built.js'
import { withoutIdle } from './idle.js'
import { LAUNCHERS } from './launchers.js'
import { plainLaunch } from '../types.js'
import { withoutAsides } from './pm2-verbs.js'
import { notInADyno } from './not-in-a-dyno.js'
import { withNpmVariables } from './npm-variables.js'
import { ownFile } from './own-file.js'
import { scriptHop } from './scripts.js'
import { severalLines } from './several-lines.js'
import { unwrap } from './unwrap.js'
import { broken, refused, type Project, type Target } from './target.js'
import { followWithin } from './within.js'

/**
 * Where a shell line of the app leads: a file, an ecosystem file, or the word why neither. `seen`
 * guards against scripts that call each other. What cannot be told in full is refused: a part of
 * the line that shipit leaves out might be the one that matters.
 */
export function followLine(
  line: string,
  project: Project,
  seen: ReadonlySet<string> = new Set(),
): Target {
  if (isShellProgram(line)) return refused(`\`${line}\` is a program for the shell`)
  const { parts: all, notes, refusal } = withoutAsides(withoutWait(splitCommands(line)))
  const { parts, refusal: idle } = withoutIdle(line, all)
  if (refusal ?? idle) return (refusal ?? idle)!
  const target = followParts(line, parts, project, seen)
  return target.kind === 'refused' ? target : { ...target, notes: [...notes, ...target.notes] }
}

function followParts(
  line: string,
  parts: CommandPart[],
  project: Project,
  seen: ReadonlySet<string>,
): Target {
  const together = parts.filter(({ operator }) => operator === '&')
  if (together.length > 0) return sideBySide(line, parts, project, seen)
  return followSequence(line, parts, project, seen)
}

/** `a & b & wait`: the shell only waits for what it has started, as PM2 does. */
function withoutWait(parts: CommandPart[]): CommandPart[] {
  return parts.at(-1)?.text === 'wait' && parts.length > 1 ? parts.slice(0, -1) : parts
}

/**
 * Commands that run at the same time are apps of one ecosystem file; the first of them is the one
 * that listens.
 */
function sideBySide(
  line: string,
  parts: CommandPart[],
  project: Project,
  seen: ReadonlySet<string>,
): Target {
  const groups: CommandPart[][] = [[]]
  for (const part of parts) {
    groups.at(-1)!.push(part)
    if (part.operator === '&') groups.push([])
  }
  const targets = groups
    .filter((group) => group.length > 0)
    .map((group) => followSequence(line, group, project, seen))
  const other = targets.find((target) => target.kind !== 'script')
  const pm2 = targets.find((target) => target.pm2 !== undefined)?.pm2
  if (other?.kind === 'refused')
    return {
      ...other,
      ...(pm2 ? { pm2 } : {}),
      reason: `\`${line}\` runs several commands at once, and of one ${other.reason}`,
    }
  const scripts = targets.filter((target) => target.kind === 'script')
  if (scripts.length < targets.length)
    return {
      ...refused(`\`${line}\` runs several commands at once, one of them by an ecosystem file`),
      ...(pm2 ? { pm2 } : {}),
    }
  const main = scripts.find((target) => listens(target, project)) ?? scripts.at(-1)
  if (main === undefined) return refused('the command is empty')
  return { ...main, beside: [...scripts.filter((each) => each !== main), ...(main.beside ?? [])] }
}

function followSequence(
  line: string,
  parts: CommandPart[],
  project: Project,
  seen: ReadonlySet<string>,
): Target {
  let main = parts.length - 1
  // `app | pretty` and `app || restart`: the app stands before the operator.
  while (main > 0 && /^\|/.test(parts[main - 1]!.operator)) main--
  const part = parts[main]
  if (!part) return refused('the command is empty')
  const notes: string[] = []
  for (const { text } of parts.filter((_part, at) => at !== main)) tell(text, project)
  if (parts.slice(main + 1).length > 0)
    notes.push(
      `What follows \`${part.text}\` in \`${line}\` is left out: PM2 starts the app itself.`,
    )
  const earlier = parts.slice(0, main)
  const moved = earlier.findIndex(({ text }) => /^cd\s+\S/.test(text))
  if (moved !== -1)
    return withEarlier(
      earlier.slice(0, moved),
      project,
      followMoved(line, parts.slice(moved), project),
    )
  const target = withEarlier(earlier, project, followCommand(part.text, project, seen))
  return target.kind === 'refused' ? target : { ...target, notes: [...notes, ...target.notes] }
}

/** What runs beside the app's own command in a line, or before it, and is not followed. */
function tell(line: string, project: Project, seen: ReadonlySet<string> = new Set()): void {
  if (!project.onCommand) return
  for (const { text } of splitCommands(line)) tellWords(simpleCommand(text).words, project, seen)
}

function tellWords(words: string[], project: Project, seen: ReadonlySet<string>): void {
  if (words.length === 0) return
  project.onCommand?.(words)
  const inner = unwrap(words)
  if (inner)
    return typeof inner.rest === 'string'
      ? tell(inner.rest, project, seen)
      : tellWords(inner.rest, project, seen)
  const hop = scriptHop(words, project.pkg.scripts)
  const next = hop && project.pkg.scripts[hop.script]
  if (hop && next !== undefined && !seen.has(hop.script))
    tell(next, project, new Set([...seen, hop.script]))
}

/** `cd server && node index.js`: the rest of the line runs there. */
function followMoved(line: string, [move, ...rest]: CommandPart[], project: Project): Target {
  const dir = simpleCommand(move!.text).words[1]
  if (dir === undefined || /[$~*]/.test(dir))
    return refused(`\`${line}\` starts the app in a folder that only the shell knows`)
  return followWithin(project, dir, (inner) => followSequence(line, rest, inner, new Set()))
}

function followCommand(text: string, project: Project, seen: ReadonlySet<string>): Target {
  const { env, words } = simpleCommand(text)
  return withEnv(followWords(words, project, seen), env)
}

function followWords(words: string[], project: Project, seen: ReadonlySet<string>): Target {
  if (words.length > 0) project.onCommand?.(words)
  const unwrapped = unwrap(words)
  if (unwrapped) {
    const target =
      typeof unwrapped.rest === 'string'
        ? followLine(unwrapped.rest, project, seen)
        : followWords(unwrapped.rest, project, seen)
    return withEnv(target, unwrapped.env)
  }
  const [first, ...rest] = words
  if (first === undefined) return refused('the command is empty')
  if (isDynoWrapper(first))
    return refused(
      `\`${first}\` starts no process of Node.js by itself`,
      'Leave such a dyno as it is, or write the command that it is to start behind it.',
    )
  const program = path.basename(first)
  const other = elsewhere([program, ...rest], project)
  if (other && 'among' in other) return followEverywhere(words.join(' '), other, project)
  if (other) {
    if (other.dir === undefined) return broken(`there is no workspace called \`${other.name}\``)
    return followWithin(project, other.dir, (inner) => followWords(other.words, inner, new Set()))
  }
  const hop = scriptHop([program, ...rest], project.pkg.scripts)
  if (hop) return followScript(hop.script, hop.rest, project, seen)
  // yarn and pnpm run a package's bin by its name if no script has that name: `yarn next start`,
  // `yarn run knex`, `pnpm fastify start`.
  const bin = program === 'yarn' && rest[0] === 'run' ? rest.slice(1) : rest
  if (/^(yarn|pnpm)$/.test(program) && /^[a-z@]/i.test(bin[0] ?? '') && bin[0] !== 'run')
    return followWords(bin, project, seen)
  const absent = notInADyno([program, ...rest], project)
  if (absent) return absent
  if (/^(npm|yarn|pnpm)$/.test(program)) return otherPackage([program, ...rest].join(' '))
  // `nodemon --exec "npx ts-node"` hands on a first word that is a line of its own.
  if (/\s/.test(first)) return followWords([...simpleCommand(first).words, ...rest], project, seen)
  const launcher = Object.hasOwn(LAUNCHERS, program) ? LAUNCHERS[program] : undefined
  if (launcher) return launcher(rest, project, (next) => followWords(next, project, seen))
  const several = severalLines(program, rest, project.pkg.scripts)
  if (several) return followLine(several, project, seen)
  const development = developmentServer(program, rest, project)
  if (development) return development
  if (/^(foreman|nf|lerna|nx|turbo|wireit)$/.test(program)) {
    return refused(
      `\`${words.join(' ')}\` runs several commands`,
      'Name the file that serves HTTP with --entry.',
    )
  }
  if (/^(sh|bash|dash|zsh)$/.test(program) || /\.sh$/.test(first))
    return refused(
      `\`${words.join(' ')}\` is a shell script`,
      'Name the file that it starts with --entry.',
    )
  const served = frameworkTarget(program, rest, project)
  if (served?.kind === 'script') return withEnv(served, builtServerEnv(served.entry, project))
  return served ?? ownFile(first, rest, project)
}

/** A script of all packages is that of the one package that has it. */
function followEverywhere(
  line: string,
  { script, among, words }: Extract<ReturnType<typeof elsewhere>, { among: unknown }>,
  project: Project,
): Target {
  const next =
    'If one of them serves HTTP, start that one: npm start --workspace NAME (or the like of your package manager).'
  if (among === undefined)
    return refused(`\`${line}\` runs \`${script}\` in packages that only it can list`, next)
  const [only, ...more] = among
  if (only === undefined)
    return refused(
      `\`${line}\` runs \`${script}\` in every workspace, and shipit sees none that has it`,
    )
  if (more.length > 0)
    return refused(
      `\`${line}\` runs \`${script}\` in several packages: ${among.map(({ name }) => name).join(', ')}`,
      next,
    )
  return followWithin(project, only.dir, (inner) => followWords(words, inner, new Set()))
}

function otherPackage(line: string): Target {
  return refused(`\`${line}\` runs no script of this package`)
}

function followScript(
  name: string,
  args: string[],
  project: Project,
  seen: ReadonlySet<string>,
): Target {
  const { scripts, main } = project.pkg
  const ranStart = name === 'start'
  if (seen.has(name))
    return broken(`the scripts ${[...seen, name].join(' → ')} call each other in a circle`)
  // npm takes an empty start script for none.
  const line = ranStart && scripts[name] === '' ? undefined : scripts[name]
  if (line === undefined) {
    // npm's own default: https://docs.npmjs.com/cli/commands/npm-start
    if (ranStart && project.folder.isFile('server.js'))
      return { ...entryFile(project, 'server.js', plainLaunch()), ranStart }
    return {
      ...broken(
        main && ranStart ? 'there is no start script' : `there is no script called \`${name}\``,
      ),
      ranStart,
    }
  }
  if (scripts[`pre${name}`] !== undefined) tell(scripts[`pre${name}`]!, project)
  const target = followLine(
    withNpmVariables(args.length > 0 ? `${line} ${args.join(' ')}` : line, project.pkg),
    project,
    new Set([...seen, name]),
  )
  if (target.kind === 'refused')
    return { ...target, ranStart: ranStart || target.ranStart === true }
  const pre = ranStart ? undefined : scripts[`pre${name}`]
  const before =
    pre && !(project.build && isBuildLine(pre, project.pkg)) ? [`npm run pre${name}`] : []
  return {
    ...target,
    before: [...before, ...target.before],
    ranStart: ranStart || target.ranStart === true,
  }
}
