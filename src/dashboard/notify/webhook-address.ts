import { ShipitError } from '../../errors.js'
import { isLoopback } from '../../lib/loopback.js'

/**
 * Where alerts are sent to. Whoever has such an address can write into the channel, so it is a
 * secret: no error repeats it.
 * @throws ShipitError `usage` for what is no address, or would be sent in clear
 */
export function webhookAddress(text: string): URL {
  const typed = text.trim()
  // Spaces and line breaks would be left out: of two addresses one would be made.
  const url = !/\s/.test(typed) && URL.canParse(typed) ? new URL(typed) : undefined
  const wrong = whatIsWrong(url)
  if (url && wrong === undefined) return url
  throw new ShipitError('usage', {
    message: `Alerts cannot be sent to the address that was given: ${wrong}.`,
    why: 'It is not repeated here: whoever has the address of a webhook can write by it.',
    next: 'Give the whole https address that Slack, Discord or your own receiver has shown.',
  })
}

function whatIsWrong(url: URL | undefined): string | undefined {
  if (!url || !/^https?:$/.test(url.protocol)) return 'it is not a valid https address'
  if (url.username !== '' || url.password !== '') return 'it holds a user name or a password'
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return 'it is not https, and not on this machine'
  return undefined
}
