import { ShipitError } from '../../errors.js'
import { isKeyName, isSecret, KEY_NAMES, type KeyName, type Keys } from './names.js'
import { parseKeyLines } from './parse.js'

/** Where keys may come from; argv is none of them. */
export interface KeySources {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean }
  env: NodeJS.ProcessEnv
  /** Asks one question on the terminal; hidden: what is typed is not shown. */
  ask(name: KeyName, options: { isHidden: boolean }): Promise<string>
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

const pick = (keys: Keys, names: readonly KeyName[]): Keys =>
  Object.fromEntries(
    names.flatMap((name) => (keys[name] === undefined ? [] : [[name, keys[name]]])),
  )

/**
 * The keys to set: typed on a terminal; otherwise the KEY=value lines of stdin; where stdin holds
 * none, the environment.
 * `names` narrows it down; on a terminal an empty machine name, and an empty answer to a key that
 * was not named, leaves it as it is.
 */
export async function readKeys(sources: KeySources, names: readonly KeyName[] = []): Promise<Keys> {
  const wanted = names.length > 0 ? names : KEY_NAMES
  if (sources.stdin.isTTY) {
    const typed: Keys = {}
    for (const name of wanted) {
      const value = (await sources.ask(name, { isHidden: isSecret(name) })).trim()
      if (value !== '' || names.includes(name)) typed[name] = value
    }
    return typed
  }
  const given = parseKeyLines(await readAll(sources.stdin))
  const surplus = KEY_NAMES.filter((name) => given[name] !== undefined && !wanted.includes(name))
  if (surplus.length > 0)
    throw new ShipitError('usage', {
      message: `The input holds ${surplus.join(', ')}, which you did not name. Nothing was changed.`,
      next: 'shipit keys set, without names, sets all that the input holds',
    })
  return Object.keys(given).length > 0 ? given : pick(sources.env as Keys, wanted)
}

/**
 * The names among a command's arguments. Throws ShipitError `usage` for anything else, without
 * repeating it: it may be a secret, and it is in the shell's history by now.
 */
export function namesFrom(args: readonly string[]): KeyName[] {
  if (args.some((arg) => arg.includes('='))) {
    throw new ShipitError('usage', {
      message: 'Keys are not taken from the command line. Nothing was changed.',
      why:
        'Arguments are seen by every user of the machine (ps) and kept in the shell’s history. ' +
        'If that was a real key, issue a new one.',
      next:
        'Run `shipit keys set` and type them, or pipe KEY=value lines into it: shipit keys set ' +
        '< keys.env',
    })
  }
  return [...new Set(args)].map((arg) => {
    if (isKeyName(arg)) return arg
    throw new ShipitError('usage', {
      message: 'An argument is not the name of a key. Nothing was changed.',
      next: `The names are ${KEY_NAMES.join(', ')}.`,
    })
  })
}
