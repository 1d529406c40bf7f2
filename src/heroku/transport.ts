import http from 'node:http'

/**
 * The module that speaks to a URL's scheme. node:https brings all of TLS, which a start of the CLI
 * takes milliseconds for: only if it is spoken. Here alone, so that no request forgets it.
 */
export const transport = (isSecure: boolean): Pick<typeof http, 'get' | 'Agent'> =>
  isSecure ? process.getBuiltinModule('node:https') : http
