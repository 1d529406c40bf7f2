const NPM_BANNER = /^> \S+ \S+$/
const NPM_WORD = /^npm (notice|warn|error|info)\b/
/** The runtime's measurements and events. */
const RUNTIME_FIGURES = /^shipit source=\S+ app=/
/** The runtime's sentences: one line that begins so, and the indented lines that follow it. */
const RUNTIME_SENTENCE = /^shipit: /

export interface DynoOutput {
  /** What the app itself printed. */
  app: string[]
  /** Why the runtime ended the dyno, where it says so. */
  reason: string[]
}

/** What a dyno printed, without npm's banner and notices and without the runtime's figures; empty lines at either end are left out. */
export function readDynoOutput(messages: readonly string[]): DynoOutput {
  const output: DynoOutput = { app: [], reason: [] }
  let isSentence = false
  for (const [i, message] of messages.entries()) {
    isSentence = RUNTIME_SENTENCE.test(message) || (isSentence && message.startsWith('  '))
    const isBanner = NPM_BANNER.test(message) || (message.startsWith('> ') && NPM_BANNER.test(messages[i - 1] ?? ''))
    if (isBanner || NPM_WORD.test(message) || RUNTIME_FIGURES.test(message)) continue
    if (!isSentence) output.app.push(message)
    else if (!/^shipit: \S+ × \d/.test(message)) output.reason.push(message)
  }
  return { ...output, app: trimmed(output.app) }
}

function trimmed(lines: string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '')
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1)
}
