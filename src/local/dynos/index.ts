import type { Dynos, Folders, Limits, Logplex, Store } from '../types.js'

export function createDynos(_services: { store: Store; logplex: Logplex; folders: Folders; limits: Limits }): Dynos & { recover(): Promise<void> } {
  throw new Error('room local/dynos')
}
