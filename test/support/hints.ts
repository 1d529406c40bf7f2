import { parse } from 'shell-quote'
import { COMMAND_IDS, parsed } from './command-line.js'

/**
 * The lines after an arrow, each joined where the terminal's width has broken it; a line that
 * begins with the command is another one.
 */
const hintsIn = (text: string): string[] =>
  [...text.matchAll(/^ *→ (shipit .*(?:\n {4,}\S.*)*)/gm)].flatMap(([, hint]) =>
    hint!.split(/\n\s*(?=shipit )/).map((line) => line.replace(/\s*\n\s*/g, ' ')),
  )

const checked = new Map<string, Promise<void>>()

/**
 * Rejects if a hint of an error (`→ shipit …`) names a command or a flag that there is not: oclif
 * itself parses it, as far as its last flag at least. What follows may be prose.
 */
export async function checkHints(output: string): Promise<void> {
  for (const hint of hintsIn(output)) {
    const done = checked.get(hint) ?? check(hint)
    checked.set(hint, done)
    await done
  }
}

async function check(hint: string): Promise<void> {
  const words = parse(hint)
    .map((word) => (typeof word === 'string' ? word : 'op' in word ? word.op : ''))
    .slice(1)
    .map((word) => word.replace(/[.,;:]$/, ''))
  const isHelp = words.indexOf('--help')
  if (isHelp !== -1) {
    const topic = words.slice(0, isHelp).join(':')
    if (topic === '' || COMMAND_IDS.some((id) => id === topic || id.startsWith(`${topic}:`))) return
    throw new Error(`There is no \`${topic}\` to ask help of, in the hint:\n${hint}`)
  }
  const lastFlag = words.findLastIndex((word) => /^--?[a-z]/.test(word))
  let fault: unknown
  for (let length = words.length; length > Math.max(0, lastFlag); length -= 1) {
    try {
      await parsed(words.slice(0, length))
      return
    } catch (error) {
      fault = error
    }
  }
  throw new Error(`No command line that oclif can parse is in the hint:\n${hint}`, { cause: fault })
}
