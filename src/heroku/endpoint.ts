import type { Endpoint } from './types.js'

export function resolveEndpoint(_options: { local: boolean; env?: NodeJS.ProcessEnv }): Promise<Endpoint> { throw new Error('room heroku/') }
