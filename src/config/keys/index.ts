/**
 * The keys of PM2's dashboard: reading, checking, comparing and masking them. No value of a secret
 * leaves here but into the PATCH.
 */
export { checkKeys } from './check.js'
export { maskSecret, shown } from './mask.js'
export { KEY_NAMES, type KeyName, type Keys } from './names.js'
export { parseKeyLines } from './parse.js'
export { dashboardUrl, testKeys, type DashboardAnswer } from './dashboard.js'
export { planSet, planUnset } from './plan.js'
export { namesFrom, readKeys, type KeySources } from './read.js'
