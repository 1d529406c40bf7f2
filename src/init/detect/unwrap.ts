import path from 'node:path/posix'
import { splitFlags, takeAssignments } from './command-line.js'
import { isDynoWrapper } from './dyno-wrapper.js'

interface Unwrapped {
  env: Record<string, string>
  /** The wrapped command: its words, or a line for a shell. */
  rest: string[] | string
}

const OF_A_WORKSPACE = /^(-w|--workspace|--prefix|-C)(=|$)/

/** Programs that only set something, or start something beside, and run the rest of their words. */
export function unwrap(words: string[]): Unwrapped | undefined {
  const [first, ...rest] = words
  const assigned = takeAssignments(words)
  if (Object.keys(assigned.env).length > 0) return { env: assigned.env, rest: assigned.words }
  if (isDynoWrapper(first ?? '') && rest.length > 0) return { env: {}, rest }
  switch (path.basename(first ?? '')) {
    case 'cross-env': {
      const inner = takeAssignments(rest)
      return { env: inner.env, rest: inner.words }
    }
    case 'cross-env-shell':
      return { env: {}, rest: rest.join(' ') }
    case 'env': {
      const inner = takeAssignments(
        splitFlags(rest, (flag) => /^(-u|--unset|-C|--chdir)$/.test(flag)).rest,
      )
      return { env: inner.env, rest: inner.words }
    }
    case 'dotenv':
    case 'dotenvx': {
      const own = rest[0] === 'run' ? rest.slice(1) : rest
      return {
        env: {},
        rest: splitFlags(own, (flag) => /^(-e|-f|-c|-v|-p|--env-file)$/.test(flag)).rest,
      }
    }
    case 'env-cmd': {
      const own = splitFlags(rest, (flag) =>
        /^(-f|--file|-e|--environments|-r|--rc-file)$/.test(flag),
      )
      // Before version 10 the file came first: env-cmd .env node server.js
      const isFile = own.flags.length === 0 && /(^|\/)\.env|\.(env|json)$/.test(own.rest[0] ?? '')
      return { env: {}, rest: isFile ? own.rest.slice(1) : own.rest }
    }
    case 'exec':
    case 'time':
    case 'nohup':
    case 'command':
    case 'dumb-init':
    case 'tini':
      return { env: {}, rest: splitFlags(rest, () => false).rest }
    case 'npx':
    case 'bunx': {
      const [name, ...after] = splitFlags(rest, (flag) =>
        /^(-p|--package|-w|--workspace)$/.test(flag),
      ).rest
      // npx serve@14 dist
      return {
        env: {},
        rest:
          name === undefined ? [] : [name.replace(/^(@?[^@/]+(?:\/[^@/]+)?)@.+$/, '$1'), ...after],
      }
    }
    case 'npm':
    case 'pnpm':
    case 'yarn':
      // In another folder it is for `elsewhere` to follow: npm exec -w api -- next start
      if (splitFlags(rest.slice(1), () => true).flags.some((word) => OF_A_WORKSPACE.test(word)))
        return undefined
      return /^(exec|dlx|x)$/.test(rest[0] ?? '')
        ? { env: {}, rest: splitFlags(rest.slice(1), () => false).rest }
        : undefined
    case 'sh':
    case 'bash': {
      const at = rest.findIndex((word) => /^-[a-z]*c$/.test(word))
      return at === -1 || rest[at + 1] === undefined ? undefined : { env: {}, rest: rest[at + 1]! }
    }
    default:
      return undefined
  }
}
