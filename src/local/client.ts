import type { DaemonInfo } from './types.js'

export function ensureLocal(_options?: { home?: string }): Promise<DaemonInfo> { throw new Error('room local/') }
