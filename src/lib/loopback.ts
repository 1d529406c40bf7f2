import type { LookupAddress, LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** Whether a URL's host is this machine, by its name: a secret may go there in clear. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  host === '[::1]' ||
  /^127(\.\d+){3}$/.test(host)

/**
 * The `lookup` of a request: names under localhost are this machine (RFC 6761, section 6.3). Not
 * every resolver knows.
 */
export const loopbackLookup: LookupFunction = (hostname, options: LookupOptions, callback) => {
  if (!/(^|\.)localhost\.?$/i.test(hostname))
    return void process
      .getBuiltinModule('node:dns')
      .lookup(
        hostname,
        options,
        callback as (
          error: Error | null,
          address: string | LookupAddress[],
          family?: number,
        ) => void,
      )
  if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }])
  else callback(null, '127.0.0.1', 4)
}
