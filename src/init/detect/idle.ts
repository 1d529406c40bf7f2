import { simpleCommand, type CommandPart } from './command-line.js'
import { broken, type Target } from './target.js'

/** The shell's own words that print, or end the shell, and start nothing. */
const IDLE = /^(echo|printf|exit|true|false|:)$/

/** Whether a command of a line starts nothing and changes nothing. */
export function isIdle(text: string): boolean {
  const bare = text.replace(/\\./g, '').replace(/'[^']*'|"[^"]*"/g, '')
  return IDLE.test(simpleCommand(text).words[0] ?? '') && !/[<>]/.test(bare)
}

/**
 * A line without what it only says after the app has ended; refused if nothing else is in it.
 */
export function withoutIdle(
  line: string,
  parts: readonly CommandPart[],
): { parts: CommandPart[]; refusal?: Target } {
  const last = parts.findLastIndex(
    ({ text }, at) => !isIdle(text) || parts[at - 1]?.operator === '|',
  )
  if (parts.length > 0 && last === -1)
    return {
      parts: [...parts],
      refusal: {
        ...broken(
          `\`${line}\` only prints or ends: it starts nothing`,
          'Write what starts the app there, such as `node server.js`, or name its file: ' +
            'shipit init --entry FILE',
        ),
        isIdle: true,
      },
    }
  const kept = parts.slice(0, last + 1)
  return {
    parts:
      kept.length === parts.length
        ? kept
        : kept.map((part, at) => (at === last ? { ...part, operator: '' } : part)),
  }
}
