import { Parser } from '@oclif/core'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../../src/paths.js'
import type { BaseCommand } from '../../src/ui/base-command.js'

const folder = path.join(packageRoot, 'src/commands')

/** `deploy`, `keys:set`: every command's id, from the files. */
export const COMMAND_IDS: readonly string[] = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length).split(path.sep).join(':'))

const ALIASES: Record<string, string> = { list: 'ps', ls: 'ps', status: 'ps', describe: 'show' }

export async function commandClass(id: string): Promise<typeof BaseCommand> {
  const file = path.join(folder, `${id.replaceAll(':', '/')}.ts`)
  return ((await import(file)) as { default: typeof BaseCommand }).default
}

/** The command that words name, the longest that there is, and the words behind it. */
export function commandOf(words: readonly string[]): { id: string; rest: string[] } | undefined {
  const [first = '', second = ''] = words
  const both = `${first}:${second}`
  if (COMMAND_IDS.includes(both)) return { id: both, rest: words.slice(2) }
  const id = ALIASES[first] ?? first
  return COMMAND_IDS.includes(id) ? { id, rest: words.slice(1) } : undefined
}

/**
 * Parses words, without `shipit`, by oclif as the command itself does; rejects with oclif's error,
 * or if there is no such command. Returns the command's id.
 */
export async function parsed(words: readonly string[]): Promise<string> {
  const found = commandOf(words)
  if (found === undefined) throw new Error(`There is no command ${words.slice(0, 2).join(' ')}`)
  const command = await commandClass(found.id)
  await Parser.parse(found.rest, {
    args: command.args,
    flags: {
      ...command.baseFlags,
      ...command.flags,
    },
    strict: command.strict,
    '--': true,
  })
  return found.id
}
