/** The account and its apps. */
import { APP } from './platform.js'
import { array, boolean, object, oneOf, string } from './schema.js'

export const APPS = array(APP)
export const WHOAMI = object({
  email: string(),
  token_source: string('where the token comes from'),
  platform: string('its address'),
})
export const LOGIN = object({ email: string(), stored_in: string() })
export const LOGOUT = object({ logged_out: boolean() })
export const OPEN = object({
  app: string(),
  url: string(),
  opened: boolean('always false with --json, which only prints'),
})
export const DESTROYED = object({ app: string(), destroyed: oneOf([true]) })
export const AUTOCOMPLETE = object({
  shell: oneOf(['bash', 'zsh', 'fish', 'powershell']),
  line: string(),
  file: string('the start file that the line belongs in'),
})
