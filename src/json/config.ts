/** Config vars, and the keys of PM2's dashboard among them. */
import { RELEASE_REF } from './platform.js'
import { array, map, nullable, object, oneOf, string } from './schema.js'

const names = array(string())
/** The release that the change made; null if nothing was changed. */
const release = nullable(RELEASE_REF, 'the release that the change made; null if it made none')

export const CONFIG = object({
  app: string(),
  config: map(string(), 'by name; masked values are not the real ones'),
  masked: array(string(), 'names whose values are masked'),
})
export const CONFIG_GET = object({ app: string(), config: map(string()) })
export const CONFIG_PULL = object({ app: string(), file: string(), written: names, kept: names })
export const CONFIG_PUSH = object({
  app: string(),
  file: string(),
  added: names,
  changed: names,
  removed: names,
  release,
})
export const CONFIG_SET = object({ app: string(), added: names, changed: names, release })
export const CONFIG_UNSET = object({ app: string(), removed: names, release })

export const KEYS_LIST = object({
  app: string(),
  keys: map(nullable(string()), 'by name, secret ones masked; null if it is not set'),
})
export const KEYS_SET = object({ app: string(), changed: names, release })
export const KEYS_UNSET = object({ app: string(), removed: names, release })
export const KEYS_TEST = object({
  app: string(),
  accepted: oneOf([true]),
  dashboard: string('its host'),
})
