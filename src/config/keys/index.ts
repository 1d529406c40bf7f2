/**
 * The keys of PM2's dashboard: reading, checking, comparing and masking them. No value of a secret
 * leaves here but into the PATCH.
 */
export { checkKeys, dashboardUrl, testKeys, type DashboardAnswer } from './dashboard.js'
export {
  KEY_NAMES,
  maskSecret,
  namesFrom,
  parseKeyLines,
  planSet,
  planUnset,
  readKeys,
  shown,
  type KeyName,
  type Keys,
  type KeySources,
} from './keys.js'
