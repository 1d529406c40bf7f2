import type { EventFields } from './event-line.js'
import { fileURLToPath } from 'node:url'
import path from 'node:path'
import { looksSecret } from '../lib/looks-secret.js'
import type { Instance } from './instances.js'

/** An error of an app: uncaught, or reported by io.notifyError of PM2's packages. */
export interface AppException {
  name: string
  message: string
  stack: string
  isUncaught: boolean
}

interface Group {
  fields: EventFields
  again: number
}

/** What one instance told in the window that is open. */
interface Window {
  groups: Map<string, Group>
  others: number
  timer: NodeJS.Timeout
}

/** ms in which an error of one kind is one line, and its repetitions another. */
const WINDOW = 20_000
const MOST_GROUPS = 20
const LONGEST = { type: 60, message: 200, at: 150 }
/** A shorter value of a config var may be a word of any sentence. */
const SHORTEST_SECRET = 6

/**
 * Turns errors of apps into event lines: the first of a kind at once, the number of its repetitions
 * once the window closes.
 */
export class Exceptions {
  readonly #windows = new Map<Instance, Window>()
  readonly #uncaught = new WeakMap<Instance, string>()

  constructor(
    private readonly say: (instance: Instance, fields: EventFields) => void,
    private readonly window = WINDOW,
  ) {}

  /** Takes `process:exception` of PM2's packages; any other message is none of its business. */
  takeMessage(instance: Instance, message: unknown): void {
    const { type, data } = (message ?? {}) as { type?: unknown; data?: Record<string, unknown> }
    if (type !== 'process:exception' || typeof data !== 'object' || data === null) return
    const { name, message: text, stack } = data
    const ofStack = /^(?:Uncaught )?([\w$.]*(?:Error|Exception))\b/.exec(String(stack ?? ''))?.[1]
    this.take(instance, {
      name: typeof name === 'string' && name !== '' ? name : (ofStack ?? 'Error'),
      message: String(text ?? ''),
      stack: String(stack ?? ''),
      isUncaught: false,
    })
  }

  take(instance: Instance, { name, message, stack, isUncaught }: AppException): void {
    // What nobody caught is also reported by PM2's packages.
    if (isUncaught) this.#uncaught.set(instance, stack)
    else if (stack !== '' && this.#uncaught.get(instance) === stack) return
    const { env, cwd } = instance.app
    const type = name.slice(0, LONGEST.type)
    const at = topFrame(stack, cwd)?.slice(-LONGEST.at)
    const window = this.#windows.get(instance) ?? this.#open(instance)
    const key = `${isUncaught} ${type} ${at ?? message}`
    const known = window.groups.get(key)
    if (known) known.again += 1
    else if (window.groups.size >= MOST_GROUPS) window.others += 1
    else {
      const fields = {
        type,
        message: withoutSecrets(message, env).slice(0, LONGEST.message),
        at,
        uncaught: isUncaught ? 'yes' : undefined,
      }
      window.groups.set(key, { fields, again: 0 })
      this.say(instance, fields)
    }
  }

  /** Says what is still to be said of an instance. */
  close(instance: Instance): void {
    const window = this.#windows.get(instance)
    if (!window) return
    clearTimeout(window.timer)
    this.#windows.delete(instance)
    for (const { fields, again } of window.groups.values())
      if (again > 0) this.say(instance, { ...fields, count: again })
    if (window.others > 0)
      this.say(instance, {
        type: 'others',
        message: 'errors of more kinds than are told apart',
        count: window.others,
      })
  }

  #open(instance: Instance): Window {
    const opened = {
      groups: new Map<string, Group>(),
      others: 0,
      timer: setTimeout(() => this.close(instance), this.window).unref(),
    }
    this.#windows.set(instance, opened)
    return opened
  }
}

/**
 * `src/db.js:12:7`: the first frame of the app's own code, from its folder; else the first of all.
 */
function topFrame(stack: string, cwd: string): string | undefined {
  const frames = stack
    .split('\n')
    .flatMap(
      (line) =>
        /^\s+at (?:async )?(?:.*?\()?((?:file:\/\/)?[^()\s].*?:\d+:\d+)\)?$/.exec(line)?.[1] ?? [],
    )
  const found = frames.find((frame) => !/node:|[/\\]node_modules[/\\]/.test(frame)) ?? frames[0]
  if (found === undefined) return undefined
  const file = found.startsWith('file://') ? asPath(found) : found
  const own = path.relative(cwd, file)
  return path.isAbsolute(file) && !own.startsWith('..') ? own : file
}

function asPath(frame: string): string {
  const [, url, place] = /^(.*?)(:\d+:\d+)$/.exec(frame)!
  return URL.canParse(url!) ? fileURLToPath(url!) + place! : frame
}

/**
 * The message without passwords in URLs, and without the values of config vars that look like
 * secrets.
 */
function withoutSecrets(message: string, env: Record<string, string>): string {
  const bounded = message.slice(0, 10 * LONGEST.message)
  const secrets = Object.entries(env).filter(
    ([name, value]) =>
      value.length >= SHORTEST_SECRET && bounded.includes(value) && looksSecret(name, value),
  )
  const masked = secrets.reduce(
    (text, [name, value]) => text.replaceAll(value, `[${name}]`),
    bounded,
  )
  return masked.replaceAll(/([a-z][a-z\d+.-]*:\/\/)[^\s/?#@]+@/gi, '$1…@')
}
