import { hideSecrets } from '../../config/secret.js'
import { plainLaunch, type Detected } from '../types.js'
import type { Clue } from './candidates.js'
import { scriptName } from './script-name.js'
import type { Project } from './target.js'

/**
 * A start command that shipit cannot follow to a file stays as the user wrote it: as a script of
 * its own, which PM2 runs through the package manager, in one process a dyno. npm is there on every
 * dyno (heroku-buildpack-nodejs); with Yarn's Plug'n'Play only yarn itself finds what is installed.
 */
export function keep(
  clue: Clue,
  reason: string,
  { pkg }: Project,
  manager: Detected['packageManager'],
  next = 'If it comes to a single file, name it with --entry.',
): Pick<Detected, 'entry' | 'chosenBecause' | 'launch' | 'before' | 'kept'> {
  const command = clue.text
  const place = clue.place.split(',')[0]!
  const script = scriptName(pkg.scripts, command)
  const tool = manager === 'yarn-berry' ? 'yarn' : 'npm'
  return {
    entry: tool,
    launch: { ...plainLaunch(), args: ['run', script] },
    before: [],
    kept: { script, command, place, reason },
    chosenBecause:
      `${place} is \`${hideSecrets(command)}\`, which is kept as it is: ${reason}. PM2 runs it as \`${tool} ` +
      `run ${script}\`, one process in each dyno. ${next}`,
  }
}
