import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { DaemonInfo } from '../../../src/embedded/store/types.js'
import type { World } from './world.js'

/** How the embedded Heroku of a world is reached. */
export async function daemonInfo(world: World): Promise<DaemonInfo> {
  return JSON.parse(
    await readFile(path.join(world.folder, 'state/local/daemon.json'), 'utf8'),
  ) as DaemonInfo
}

/**
 * One request to the Platform API, beside the CLI: what a test needs to see the platform's own
 * truth.
 */
export async function platformRequest<T>(
  world: World,
  method: string,
  url: string,
  body?: unknown,
): Promise<T> {
  const info = await daemonInfo(world)
  const response = await fetch(info.apiUrl + url, {
    method,
    headers: {
      authorization: `Bearer ${info.token}`,
      accept: 'application/vnd.heroku+json; version=3',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`)
  return JSON.parse(text) as T
}
