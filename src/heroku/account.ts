import type { PlatformApi } from './client.js'
import { ACCOUNT } from './shapes.js'
import type { Account } from './types.js'

/** Whose token it is. */
export const getAccount = (api: PlatformApi) => api.get<Account>('/account', ACCOUNT)
