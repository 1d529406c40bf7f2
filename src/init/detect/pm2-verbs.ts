import { simpleCommand, type CommandPart } from './command-line.js'
import { WATCHER } from './builds.js'
import { broken, type Target } from './target.js'
import { anyOf } from '../../lib/any-of.js'

/** What PM2's command does besides starting an app (its lib/binaries/CLI.js), and why a dyno has no use for it. */
const ASIDE: { verbs: RegExp; why: string }[] = [
  {
    verbs: anyOf([
      /^(?:logs|log|attach|monit|imonit|dash|dashboard|list|ls|l|ps|status|jlist|prettylist)$/,
      /^(?:show|describe|info|env|ping|report|sysmonit)$/,
    ]),
    why: "the lines of the apps go to the app's log by themselves",
  },
  {
    verbs:
      /^(delete|del|kill|stop|flush|reset|save|dump|resurrect|cleardump|update|startup|unstartup|reloadLogs)$/,
    why: 'a dyno begins with no apps of PM2, and ends with them',
  },
  {
    verbs: /^scale$/,
    why: 'the number of instances is an option of the ecosystem file',
  },
  {
    verbs: /^(install|module:install|uninstall|set|conf|config|get|unset|multiset)$/,
    why: 'the runtime runs no modules of PM2',
  },
]
const KEYS = /^(link|plus|register|login|connect)$/

/**
 * The commands of a line without those that start nothing: PM2's own housekeeping, and what only
 * keeps a container alive.
 */
export function withoutAsides(parts: readonly CommandPart[]): {
  parts: CommandPart[]
  notes: string[]
  refusal?: Target
} {
  const asides = parts.map(asideOf)
  const kept = parts.filter((_part, at) => asides[at] === undefined)
  if (kept.length === 0) return { parts: [...parts], notes: [] }
  const found = asides.filter((aside) => aside !== undefined)
  const keys = found.find(({ isKeys }) => isKeys)
  if (keys)
    return {
      parts: [...parts],
      notes: [],
      refusal: broken(
        `\`${keys.text}\` hands PM2's keys over on a command line, which every process of the dyno sees`,
        `Take it out of the start command, and keep the keys in config vars: shipit keys set`,
      ),
    }
  return { parts: kept, notes: found.map(({ text, why }) => `\`${text}\` is left out: ${why}.`) }
}

function asideOf({
  text,
}: CommandPart): { text: string; why: string; isKeys: boolean } | undefined {
  const { words } = simpleCommand(text)
  const [program, verb = ''] = words[0] === 'npx' ? words.slice(1) : words
  if (/^(tail|sleep)$/.test(program ?? '') && /^(-f|-F|infinity)$/.test(verb))
    return { text, why: 'the runtime stays as long as an app is to run', isKeys: false }
  if (WATCHER.test([program, ...words.slice(words[0] === 'npx' ? 2 : 1)].join(' ')))
    return { text, why: 'files do not change in a dyno, and the build makes them', isKeys: false }
  if (!/^(\.\/node_modules\/\.bin\/|node_modules\/\.bin\/)?pm2$/.test(program ?? ''))
    return undefined
  if (KEYS.test(verb)) return { text: `pm2 ${verb}`, why: '', isKeys: true }
  const aside = ASIDE.find(({ verbs }) => verbs.test(verb))
  return aside && { text, why: aside.why, isKeys: false }
}
