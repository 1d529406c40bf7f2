import { parse } from 'shell-quote'

export interface CommandPart {
  text: string
  /** What stands between this part and the next; '' at the end. */
  operator: '' | '&&' | '||' | ';' | '|' | '&'
}

/** A shell line cut at its operators, quotes left alone: `a "x && y" && b` → [a "x && y", b]. */
export function splitCommands(line: string): CommandPart[] {
  const parts: CommandPart[] = []
  let text = ''
  let quote = ''
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!
    if (char === '\\' && quote !== "'") {
      text += char + (line[++at] ?? '')
    } else if (quote) {
      if (char === quote) quote = ''
      text += char
    } else if (char === '"' || char === "'") {
      quote = char
      text += char
    } else {
      const operator = /^(&&|\|\||;|\||&)/.exec(line.slice(at))?.[0] as
        CommandPart['operator'] | undefined
      // The & of 2>&1 and >& is a redirection.
      if (!operator || (operator === '&' && (text.endsWith('>') || line[at + 1] === '>'))) {
        text += char
        continue
      }
      parts.push({ text: text.trim(), operator })
      text = ''
      at += operator.length - 1
    }
  }
  parts.push({ text: text.trim(), operator: '' })
  return parts.filter((part) => part.text !== '')
}

/**
 * Whether a line is more than commands and operators: subshells, substitutions, conditions, loops.
 * Only a shell can tell what those run.
 */
export function isShellProgram(line: string): boolean {
  const bare = line.replace(/\\./g, '').replace(/'[^']*'/g, "''")
  const unquoted = bare.replace(/"[^"]*"/g, '""')
  return (
    /\$\(|`/.test(bare) ||
    /[()]/.test(unquoted) ||
    /(^|[;&|]\s*)(if|for|while|until|case|trap|function|source|\.)\s/.test(unquoted)
  )
}

export interface SimpleCommand {
  env: Record<string, string>
  words: string[]
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s

/**
 * One command's variables and words. `$NAME` stays as it is written; redirections and comments are
 * dropped.
 */
export function simpleCommand(text: string): SimpleCommand {
  const words: string[] = []
  let skipNext = false
  for (const token of parse(
    text,
    (name: string) => `$${/^\w+$/.test(name) ? name : `{${name}}`}`,
  )) {
    if (typeof token === 'string') {
      if (!skipNext) words.push(token)
      skipNext = false
    } else if ('comment' in token) {
      break
    } else if (token.op === 'glob') {
      words.push((token as { pattern: string }).pattern)
    } else {
      // The number of 2>file came before the operator as a word of its own.
      if (/[<>]/.test(token.op) && /^\d$/.test(words.at(-1) ?? '')) words.pop()
      skipNext = true
    }
  }
  return takeAssignments(words)
}

/** NAME=value words at the front, apart from the rest. */
export function takeAssignments(words: string[]): SimpleCommand {
  const env: Record<string, string> = {}
  let first = 0
  for (; first < words.length; first++) {
    const match = ASSIGNMENT.exec(words[first]!)
    if (!match) break
    env[match[1]!] = match[2]!
  }
  return { env, words: words.slice(first) }
}

/**
 * Flags and other words, for a launcher of which only some flags take the next word as their value.
 */
export function splitFlags(
  words: string[],
  takesValue: (flag: string) => boolean,
): { flags: string[]; rest: string[] } {
  let first = 0
  while (first < words.length && words[first]!.startsWith('-') && words[first] !== '-') {
    if (words[first] === '--') {
      return { flags: words.slice(0, first), rest: words.slice(first + 1) }
    }
    first += takesValue(words[first]!) ? 2 : 1
  }
  return { flags: words.slice(0, first), rest: words.slice(first) }
}

/** The value of `--flag value` or `--flag=value`. */
export function flagValue(words: string[], ...names: string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    if (names.includes(word)) return words[at + 1]
    const name = names.find(
      (candidate) => candidate.startsWith('--') && word.startsWith(`${candidate}=`),
    )
    if (name) return word.slice(name.length + 1)
  }
  return undefined
}
