import type { Builder, Folders, Limits, Logplex, Releases, Store } from '../types.js'

export function createBuilder(_services: { store: Store; releases: Releases; logplex: Logplex; folders: Folders; limits: Limits; webUrl: (appName: string) => string }): Builder {
  throw new Error('room local/build')
}
