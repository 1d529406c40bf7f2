import { plainLaunch, type Launch } from '../types.js'
import { anyOf } from '../../lib/any-of.js'

/** Flags of node that take the next word as their value (node --help). */
const WITH_VALUE = anyOf([
  /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--title)$/,
  /^(?:--env-file|--env-file-if-exists|--watch-path|--inspect-port|--input-type)$/,
  /^(?:--icu-data-dir|--openssl-config|--disable-warning|--redirect-warnings)$/,
  /^(?:--tls-min-v1\.\d|--max-old-space-size|--stack-trace-limit|--diagnostic-dir)$/,
  /^(?:--cpu-prof-dir|--heap-prof-dir|--unhandled-rejections|--dns-result-order)$/,
  /^(?:--secure-heap|--trace-event-categories)$/,
])

interface NodeCommand {
  /** undefined if node would read no file (-e, -p, or nothing at all). */
  script?: string
  launch: Launch
  /** Typed sources run through a loader among the flags. */
  isTyped: boolean
  notes: string[]
}

/**
 * The words after `node`: flags that must be kept, flags that have no place in a dyno, the script
 * and its arguments.
 */
export function parseNodeWords(words: string[]): NodeCommand {
  const launch = plainLaunch()
  const notes: string[] = []
  let isTyped = false
  let at = 0
  for (; at < words.length && words[at]!.startsWith('-') && words[at] !== '-'; at++) {
    const word = words[at]!
    if (word === '--') {
      at++
      break
    }
    if (/^(-e|--eval|-p|--print|-pe)$/.test(word)) return { launch, isTyped, notes }
    const group =
      WITH_VALUE.test(word) && words[at + 1] !== undefined ? [word, words[++at]!] : [word]
    const dropped = whyDropped(word)
    if (dropped) notes.push(dropped)
    else launch.nodeArgs.push(...group)
    if (isLoader(group.join(' '))) isTyped = true
  }
  const script = words[at]
  launch.args = words.slice(at + 1)
  return { ...(script === undefined ? {} : { script }), launch, isTyped, notes }
}

const isLoader = (flag: string) =>
  /(^|[^\w-])(ts-node|tsx|@swc-node|esbuild-register|@babel\/register|babel-register)\b/.test(flag)

/** Node's flags without those that load a compiler at run time: a built file needs none. */
export function withoutLoaders(nodeArgs: string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < nodeArgs.length; at++) {
    const group =
      WITH_VALUE.test(nodeArgs[at]!) && nodeArgs[at + 1] !== undefined
        ? [nodeArgs[at]!, nodeArgs[++at]!]
        : [nodeArgs[at]!]
    if (!isLoader(group.join(' ')) && group[0] !== '--experimental-strip-types') kept.push(...group)
  }
  return kept
}

function whyDropped(flag: string): string | undefined {
  if (/^--inspect(-brk|-wait|-port)?(=|$)/.test(flag))
    return `${flag} is left out: a debugger's port has no place in a dyno.`
  if (/^--watch(-path|-preserve-output)?(=|$)/.test(flag))
    return `${flag} is left out: files do not change in a dyno.`
  if (/^--env-file(=|$)/.test(flag))
    return (
      '--env-file is left out: config vars take its place on Heroku, where the file does not ' +
      'exist.'
    )
  return undefined
}
