import type { StartCaller } from '../types.js'
import { simpleCommand, splitCommands } from './command-line.js'
import { readProcfile } from '../../procfile.js'
import { scriptHop } from './scripts.js'
import type { Project } from './target.js'

/** `npm start`, `yarn run start` and the like, where a command runs the start script. */
const RUNS_START = /\b(npm|yarn|pnpm)(\s+run)?(\s+-s|\s+--silent)?\s+start(?=\s|$|[;&|])/g

/**
 * Process types other than web, and scripts that they run, which run the start script themselves (`worker: npm start -- --worker`).
 * Once the start script starts the ecosystem file, each of them would start the web app by accident.
 */
export function startCallers({ folder, pkg }: Project): StartCaller[] {
  const found: StartCaller[] = []
  const seen = new Set<string>()
  const look = (place: StartCaller['place'], name: string, command: string): void => {
    if (runsStart(command, pkg.scripts)) found.push({ place, name, command })
    for (const { text } of splitCommands(command)) {
      const { words } = simpleCommand(text)
      const hop = words.length > 0 ? scriptHop(words, pkg.scripts)?.script : undefined
      const next = hop === undefined ? undefined : pkg.scripts[hop]
      if (hop === undefined || hop === 'start' || next === undefined || seen.has(hop)) continue
      seen.add(hop)
      look('package.json', hop, next)
    }
  }
  for (const { type, command } of readProcfile(folder.read('Procfile') ?? '')) if (type !== 'web') look('Procfile', type, command)
  return found
}

function runsStart(command: string, scripts: Record<string, string>): boolean {
  return splitCommands(command).some(({ text }) => {
    const { words } = simpleCommand(text)
    return words.length > 0 && scriptHop(words, scripts)?.script === 'start' && text.search(RUNS_START) !== -1
  })
}

/** The command with the start script's new name in it. */
export function callingScript(command: string, script: string): string {
  return command.replace(RUNS_START, (_match, tool: string) => `${tool} run ${script}`)
}
