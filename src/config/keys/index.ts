/**
 * The keys of PM2's dashboard: reading, checking, comparing and masking them. No value of a secret
 * leaves here but into the PATCH.
 */
export { checkKeys } from './dashboard.js'
export { maskSecret, shown } from './keys.js'
export { KEY_NAMES, type KeyName, type Keys } from './keys.js'
export { parseKeyLines } from './keys.js'
export { dashboardUrl, testKeys, type DashboardAnswer } from './dashboard.js'
export { planSet, planUnset } from './keys.js'
export { namesFrom, readKeys, type KeySources } from './keys.js'
