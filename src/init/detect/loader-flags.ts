import type { Launch } from '../types.js'
import type { Loader } from './entry-file.js'
import { anyOf } from '../../lib/any-of.js'

/** A flag of a loader: what carries it over when node loads the loader. None of these: nothing does. */
interface Flag {
  names: RegExp
  sets?: string
  takes?: true
  /** It changes nothing in a dyno, where files stay as they are and nobody watches. */
  isIdle?: true
  /** Flags of node's own, which stay. */
  isNode?: true
}

const NODE: Flag[] = [
  { names: /^(-r|--require|--import|--loader|--experimental-loader)$/, takes: true, isNode: true },
  { names: /^(-r|--require|--import|--loader|--experimental-loader)=/, isNode: true },
  {
    names: /^--(max-old-space-size|enable-source-maps|no-warnings|env-file-if-exists|conditions)\b/,
    isNode: true,
  },
]

/** TypeStrong/ts-node (its options), and the flags that only ts-node-dev has. */
const TS_NODE: Flag[] = [
  { names: /^(-P|--project|--tsconfig)$/, sets: 'TS_NODE_PROJECT', takes: true },
  { names: /^(-T|--transpile-only|--transpileOnly|-F|--fast)$/, sets: 'TS_NODE_TRANSPILE_ONLY' },
  { names: /^--files$/, sets: 'TS_NODE_FILES' },
  { names: /^(--log-error|--logError)$/, sets: 'TS_NODE_LOG_ERROR' },
  { names: /^(--prefer-ts-exts|--preferTsExts)$/, sets: 'TS_NODE_PREFER_TS_EXTS' },
  { names: /^(--skip-project|--skipProject)$/, sets: 'TS_NODE_SKIP_PROJECT' },
  { names: /^(--skip-ignore|--skipIgnore)$/, sets: 'TS_NODE_SKIP_IGNORE' },
  {
    names: /^(-O|--compiler-options|--compilerOptions)$/,
    sets: 'TS_NODE_COMPILER_OPTIONS',
    takes: true,
  },
  { names: /^(-C|--compiler)$/, sets: 'TS_NODE_COMPILER', takes: true },
  { names: /^(-I|--ignore)$/, sets: 'TS_NODE_IGNORE', takes: true },
  {
    names: /^(-D|--ignore-diagnostics|--ignoreDiagnostics)$/,
    sets: 'TS_NODE_IGNORE_DIAGNOSTICS',
    takes: true,
  },
  {
    names: anyOf([
      /^(?:--respawn|--pretty|--exit-child|--clear|--cls|--notify|--quiet|--poll|--rs)$/,
      /^(?:--ignore-watch=.*|--inspect.*|--no-notify)$/,
    ]),
    isIdle: true,
  },
  { names: /^(--ignore-watch|--watch|--interval|--debounce)$/, takes: true, isIdle: true },
]

/** privatenumber/tsx: its only flags of its own. */
const TSX: Flag[] = [
  { names: /^--tsconfig$/, sets: 'TSX_TSCONFIG_PATH', takes: true },
  { names: /^(--clear-screen(=.*)?|--no-cache|--inspect.*|--watch)$/, isIdle: true },
  { names: /^(--include|--exclude|--ignore)$/, takes: true, isIdle: true },
]

/** What @babel/node takes, and its register hook does not. */
const BABEL: Flag[] = [
  {
    names: /^(--presets|--plugins|--extensions|-x|--config-file|-o|--only|--ignore|-b|-w)$/,
    takes: true,
  },
]

const FLAGS: Partial<Record<Loader, Flag[]>> = {
  'ts-node': TS_NODE,
  tsx: TSX,
  '@babel/register': BABEL,
}

export interface LoaderWords {
  launch: Launch
  file?: string
  /** A flag that nothing carries over. */
  unknown?: string
}

/** The words behind ts-node, tsx and their like: flags become variables, or flags of node. */
export function parseLoaderWords(loader: Loader, words: readonly string[]): LoaderWords {
  const launch: Launch = { args: [], nodeArgs: [], env: {} }
  const known = [...NODE, ...(FLAGS[loader] ?? [])]
  let unknown: string | undefined
  let at = 0
  for (; at < words.length && words[at]!.startsWith('-') && words[at] !== '--'; at++) {
    const word = words[at]!
    const [, name, inline] = /^([^=]+)(?:=([^]*))?$/.exec(word) ?? []
    const flag =
      known.find(({ names }) => names.test(word)) ?? known.find(({ names }) => names.test(name!))
    if (!flag?.isNode && !flag?.sets && !flag?.isIdle) unknown ??= word
    const value = flag?.takes && inline === undefined ? words[++at] : inline
    if (flag?.isNode)
      launch.nodeArgs.push(
        ...(flag.takes && inline === undefined && value !== undefined ? [word, value] : [word]),
      )
    else if (flag?.sets) launch.env[flag.sets] = value ?? 'true'
  }
  if (words[at] === '--') at += 1
  const file = words[at]
  launch.args = words.slice(at + 1)
  return {
    launch,
    ...(file === undefined ? {} : { file }),
    ...(unknown === undefined ? {} : { unknown }),
  }
}
