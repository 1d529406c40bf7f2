import type { Release } from '../heroku/types.js'

/** A release as results and error details name it. */
export type Ref = Pick<Release, 'id' | 'version'>

export const refOf = ({ id, version }: Ref): Ref => ({ id, version })
