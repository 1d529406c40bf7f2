import { ShipitError } from '../../errors.js'

/**
 * The config vars of PM2's dashboard: https://doc.pm2.io/en/plus/guide/installation/. The agent
 * starts when both keys are set.
 */
export const KEY_NAMES = ['PM2_PUBLIC_KEY', 'PM2_SECRET_KEY', 'PM2_MACHINE_NAME'] as const

export type KeyName = (typeof KEY_NAMES)[number]
export type Keys = Partial<Record<KeyName, string>>

const isKeyName = (name: string): name is KeyName => (KEY_NAMES as readonly string[]).includes(name)

/** A machine's name is for reading; the keys are not. */
export const isSecret = (name: KeyName) => name !== 'PM2_MACHINE_NAME'

/** Below this, four characters would give away too much of the value. */
const SHORTEST_SHOWN = 12

/**
 * `****wxyz`: the last four characters of a long secret, none of a short one, and never its length.
 */
export function maskSecret(value: string): string {
  return value.length < SHORTEST_SHOWN ? '********' : `****${value.slice(-4)}`
}

/** A key's value as it may be shown. */
export const shown = (name: KeyName, value: string) => (isSecret(name) ? maskSecret(value) : value)

const fault = (line: number, why: string) =>
  new ShipitError('usage', {
    message: `Line ${line} of the input cannot be used: ${why}.`,
    next: `Give one KEY=value a line, with the keys ${KEY_NAMES.join(', ')}.`,
  })

/**
 * The value after `=`: quoted as in a shell or .env file, or bare up to ` #`. Undefined if a
 * quote stays open.
 */
function valueOf(text: string): string | undefined {
  const quote = text[0]
  if (quote === '"' || quote === "'") return /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(text)?.[2]
  return text.replace(/(^|\s+)#.*$/, '').trimEnd()
}

/**
 * KEY=value lines as people keep them: quotes, `export `, blank lines, comments, CRLF and a byte
 * order mark are understood.
 * Throws ShipitError `usage` that names the line and never its content.
 */
export function parseKeyLines(text: string): Keys {
  const keys: Keys = {}
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, name, rest] = /^(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(line) ?? []
    if (name === undefined || rest === undefined) throw fault(index + 1, 'it is not KEY=value')
    // The name is not repeated: if a line is mangled it may be part of a secret.
    if (!isKeyName(name)) throw fault(index + 1, 'its key is none that PM2 knows')
    if (keys[name] !== undefined) throw fault(index + 1, `${name} is given a second time`)
    const value = valueOf(rest)
    if (value === undefined) throw fault(index + 1, `the quotes around ${name} do not close`)
    keys[name] = value
  }
  return keys
}

/** What one PATCH must hold: keys whose value differs from the app's. */
export function planSet(current: Record<string, string>, wanted: Keys): Keys {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => current[name] !== value),
  )
}

/** What one PATCH must hold to remove keys: null for each that the app has. */
export function planUnset(
  current: Record<string, string>,
  names: readonly KeyName[],
): Partial<Record<KeyName, null>> {
  return Object.fromEntries(
    names.filter((name) => current[name] !== undefined).map((name) => [name, null]),
  )
}

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
