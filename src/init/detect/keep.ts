import { plainLaunch, type Detected } from '../types.js'
import type { Clue } from './candidates.js'
import type { Project } from './target.js'

/**
 * A start command that shipit cannot follow to a file stays as the user wrote it: as a script of its own, which PM2 runs through the
 * package manager, in one process a dyno. npm is there on every dyno (heroku-buildpack-nodejs); with Yarn's Plug'n'Play only
 * yarn itself finds what is installed.
 */
export function keep(clue: Clue, reason: string, { pkg }: Project, manager: Detected['packageManager']): Pick<Detected, 'entry' | 'chosenBecause' | 'launch' | 'before' | 'kept'> {
  const command = clue.text
  const place = clue.place.split(',')[0]!
  const script = freeName(pkg.scripts, command)
  const tool = manager === 'yarn-berry' ? 'yarn' : 'npm'
  return {
    entry: tool,
    launch: { ...plainLaunch(), args: ['run', script] },
    before: [],
    kept: { script, command, place, reason },
    chosenBecause: `${place} is \`${command}\`, which is kept as it is: ${reason}. PM2 runs it as \`${tool} run ${script}\`, one process in each dyno. If it comes to a single file, name it with --entry.`,
  }
}

/** A name that no other script has; the one that an earlier run gave the same command. */
function freeName(scripts: Record<string, string>, command: string): string {
  const names = ['start:app', 'start:server', ...Array.from({ length: 9 }, (_, n) => `start:app${n + 2}`)]
  return names.find((name) => scripts[name] === undefined || scripts[name] === command) ?? 'start:original'
}
