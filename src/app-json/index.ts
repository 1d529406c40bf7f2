/**
 * app.json, which says what an app has beside its code: read, checked with places, and what of it an
 * app lacks. Pure: who asks a platform is deploy/set-up/.
 */
export { checkedAppJson, type CheckedAppJson } from './check.js'
export { readAppJson } from './read.js'
export { serviceOf, valuesFor, type Values } from './values.js'
export type * from './types.js'
