import type { Asked } from './proxy.js'

interface Body {
  command?: string
  name?: string
  release?: string
  slug?: string
  updates?: { type: string; quantity?: number; dyno_size?: { name: string } }[]
}

const inShort = ({ type, quantity, dyno_size: size }: NonNullable<Body['updates']>[number]) =>
  `${type}=${quantity ?? ''}${size ? `:${size.name}` : ''}`

/**
 * A request that changes something, in short: `scale web=2:Standard-2X`; undefined for one that
 * does not. @param versionOf the number of a release
 */
export function changeOf(
  { method, path, body }: Asked,
  versionOf: (release: string) => number | undefined,
): string | undefined {
  const { command, name, release, slug, updates = [] } = (body ?? {}) as Body
  const [, what, which, rest] = /^\/apps\/[^/]+\/([^/]+)(?:\/([^/]+))?(?:\/(.+))?/.exec(path) ?? []
  if (method === 'POST' && path === '/apps') return `create ${name}`
  if (method === 'PATCH' && what === 'config-vars')
    return `config ${Object.keys(body as object).join(',')}`
  if (method === 'PATCH' && what === 'formation') return `scale ${updates.map(inShort).join(' ')}`
  if (method === 'POST' && what === 'releases' && release !== undefined)
    return `rollback v${versionOf(release)}`
  if (method === 'POST' && what === 'releases' && slug !== undefined) return 'release slug'
  if (method === 'DELETE' && what === 'builds') return 'cancel'
  if (method === 'POST' && what === 'dynos')
    return rest === 'actions/stop' ? `stop ${which}` : `run ${command}`
  if (method === 'DELETE' && what === 'dynos') return `restart ${which ?? 'all'}`
  return undefined
}
