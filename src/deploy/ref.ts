import type { Release } from '../heroku/index.js'

/**
 * A release as results and error details name it. A file of its own: the lock, the run and the
 * rollback all do.
 */
export type Ref = Pick<Release, 'id' | 'version'>

export const refOf = ({ id, version }: Ref): Ref => ({ id, version })
