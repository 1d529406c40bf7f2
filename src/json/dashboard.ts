/** What `shipit dashboard` prints once it answers. */
import { anyOf, array, object, string, time } from './schema.js'

export const DASHBOARD = anyOf(
  object({
    url: string('with the token that lets a browser in'),
    apps: array(string()),
  }),
  object(
    { file: string(), apps: array(string()), since_at: time(), until_at: time() },
    'with --export',
  ),
)
