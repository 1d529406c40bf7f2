/** What `shipit dashboard` prints once it answers. */
import { array, object, string } from './schema.js'

export const DASHBOARD = object({
  url: string('with the token that lets a browser in'),
  apps: array(string()),
})
