import { isBuildLine, isCleanLine } from './build-output.js'
import { simpleCommand, type CommandPart } from './command-line.js'
import { isIdle } from './idle.js'
import type { Project, Target } from './target.js'

/** `set A=1 && node x` (Windows) and `export A=1; node x` set a variable for the app. */
const SETS_VARIABLE = /^(set|export)\s+[A-Za-z_]\w*=/i

/** What Heroku has done already, of the folder's own package.json. */
const INSTALLS =
  /^(npm (install|i|ci)|yarn( install)?|pnpm (install|i))(\s+(-[a-z]|--(?!prefix|dir|cwd|global)[\w-]+(=\S+)?))*$/

/**
 * Variables set before the app and commands that must run before it: all but the build, which
 * Heroku runs itself.
 */
export function withEarlier(earlier: CommandPart[], project: Project, target: Target): Target {
  if (target.kind === 'refused') return withBuildAdvice(earlier, project, target)
  const set = earlier
    .filter(({ text }) => SETS_VARIABLE.test(text))
    .map(({ text }) => simpleCommand(text.replace(/^\w+\s+/, '')).env)
  const lines = joined(earlier)
  const built = project.build ? lines.findLastIndex((text) => isBuildLine(text, project.pkg)) : -1
  const mustStay = lines.filter(
    (text, at) =>
      !SETS_VARIABLE.test(text) &&
      text !== 'set -e' &&
      !INSTALLS.test(text) &&
      !isIdle(text) &&
      // What is taken away for a build that Heroku runs would take that one's output away.
      !(at <= built && (isBuildLine(text, project.pkg) || isCleanLine(text, project.pkg))),
  )
  return {
    ...withEnv(target, Object.assign({}, ...set) as Record<string, string>),
    before: [...mustStay, ...target.before],
  }
}

/** `tsc && node dist/main.js` builds what is not there at every start, where Heroku has a script for it. */
function withBuildAdvice(earlier: CommandPart[], { build, pkg }: Project, target: Target): Target {
  const builds = earlier.map(({ text }) => text).filter((text) => isBuildLine(text, pkg))
  if (target.kind !== 'refused' || !target.isFinal || build || builds.length === 0) return target
  return {
    ...target,
    next:
      `Let Heroku build it once: add "build": "${builds.join(' && ')}" to the scripts of ` +
      'package.json, and take it out of the start script.',
  }
}

/** Commands, those that a pipe or `||` makes one of in one piece. */
function joined(parts: readonly CommandPart[]): string[] {
  const commands: string[] = []
  let isOpen = false
  for (const { text, operator } of parts) {
    if (isOpen) commands.push(`${commands.pop()} ${text}`)
    else commands.push(text)
    isOpen = operator.startsWith('|')
    if (isOpen) commands.push(`${commands.pop()} ${operator}`)
  }
  return commands
}

/** What the app sets itself wins over what is set around it. */
export function withEnv<T extends Target>(target: T, env: Record<string, string>): T {
  return target.kind === 'script'
    ? { ...target, launch: { ...target.launch, env: { ...env, ...target.launch.env } } }
    : target
}
