import type { StartCaller } from '../types.js'
import { simpleCommand, splitCommands } from './command-line.js'
import { readProcfile } from '../../project/procfile.js'
import { scriptHop } from './scripts.js'
import type { Project } from './target.js'

const END = String.raw`(?=$|[\s;&|"')])`
/** Words of a package manager that do not change which script it runs. */
const QUIET = String.raw`(?:\s+(?:run|run-script|-s|--silent|-q|--quiet|--if-present))*`
/** Another folder or package is meant. */
const ELSEWHERE =
  /(^|\s)(-w|--workspace|--workspaces|-ws|--prefix|-C|--cwd|--dir|--filter|-F|-r|--recursive)([\s=]|$)/

/**
 * All ways in which a command runs the start script of this package, and what runs another script
 * in the same way.
 */
const CALLS: { call: RegExp; instead: (script: string, groups: string[]) => string }[] = [
  {
    call: new RegExp(String.raw`\b(npm|yarn|pnpm|bun)${QUIET}\s+start${END}`, 'g'),
    instead: (script, [tool]) => `${tool} run ${script}`,
  },
  // PM2 hands words after -- to npm: `pm2-runtime npm --name jobs -- start`.
  {
    call: new RegExp(
      String.raw`\b(npm|yarn|pnpm)\b((?:\s+--?[a-z][\w-]*(?:[ =][^-\s]\S*)?)*)\s+--\s+(?:run\s+)?start${END}`,
      'g',
    ),
    instead: (script, [tool, flags]) => `${tool}${flags} -- run ${script}`,
  },
  {
    call: new RegExp(String.raw`\bnode\s+--run[ =]start${END}`, 'g'),
    instead: (script) => `node --run ${script}`,
  },
  {
    call: new RegExp(String.raw`\b(npm|yarn|pnpm):start${END}`, 'g'),
    instead: (script, [tool]) => `${tool}:${script}`,
  },
  {
    call: new RegExp(
      String.raw`\b(run-s|run-p|npm-run-all2?)((?:\s+[^\s;&|]+)*?)\s+start${END}`,
      'g',
    ),
    instead: (script, [tool, before]) => `${tool}${before} ${script}`,
  },
]

/**
 * Process types other than the main one, and scripts that they run, which run the start script
 * themselves (`worker: npm start -- --worker`).
 * Once the start script starts the ecosystem file, each of them would start the main app by
 * accident.
 * @param main the process type that the ecosystem file is for
 */
export function startCallers(
  { folder, pkg }: Pick<Project, 'folder' | 'pkg'>,
  main: string,
): StartCaller[] {
  const found: StartCaller[] = []
  const seen = new Set<string>()
  const look = (place: StartCaller['place'], name: string, command: string): void => {
    if (callingScript(command, 'other') !== command) found.push({ place, name, command })
    for (const { text } of splitCommands(command)) {
      const { words } = simpleCommand(text)
      const hop = words.length > 0 ? scriptHop(words, pkg.scripts)?.script : undefined
      const next = hop === undefined ? undefined : pkg.scripts[hop]
      if (hop === undefined || hop === 'start' || next === undefined || seen.has(hop)) continue
      seen.add(hop)
      look('package.json', hop, next)
    }
  }
  for (const { type, command } of readProcfile(folder.read('Procfile') ?? ''))
    if (type !== main) look('Procfile', type, command)
  return found
}

/**
 * The command with another script in place of the start script; a start script of another folder or
 * package stays.
 */
export function callingScript(command: string, script: string): string {
  let isMoved = false
  let rest = command
  return (
    splitCommands(command)
      .map(({ text }) => {
        const at = rest.indexOf(text)
        const between = rest.slice(0, at)
        rest = rest.slice(at + text.length)
        isMoved ||= /^cd\s+(?!\.\/?$)\S/.test(text)
        const own = text.split(/\s--(\s|$)/)[0]!
        return between + (isMoved || ELSEWHERE.test(own) ? text : renamed(text, script))
      })
      .join('') + rest
  )
}

function renamed(text: string, script: string): string {
  return CALLS.reduce(
    (changed, { call, instead }) =>
      changed.replace(call, (_whole, ...groups: string[]) => instead(script, groups)),
    text,
  )
}

/** `npm start` and nothing after it: words for the app would go to the runtime. */
export function isStartAlone(command: string): boolean {
  return /(^|[\s&;])(npm|yarn|pnpm)(\s+run)?\s+start\s*$/.test(command)
}
