import { STATUS_CODES } from 'node:http'
import type { Client } from './client.js'

/** What the router answers in an app's place. The code is in the log alone, as on Heroku. */
export interface Page {
  status: number
  body: Buffer
}

const page = (status: number, title: string, text: string): Page => ({
  status,
  body: Buffer.from(
    '<!DOCTYPE html>\n' +
      '<html lang="en">\n' +
      '<head>\n' +
      '<meta charset="utf-8">\n' +
      '<meta name="viewport" content="width=device-width, initial-scale=1">\n' +
      `<title>${title}</title>\n` +
      '<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 20vh auto; ' +
      'padding: 0 1rem; color: #333 } h1 { font-size: 1.4rem }</style>\n' +
      '</head>\n' +
      '<body>\n' +
      `<h1>${title}</h1>\n` +
      `<p>${text}</p>\n` +
      '</body>\n' +
      '</html>\n',
  ),
})

export const pages = {
  noSuchApp: page(
    404,
    'No such app',
    'There is no app configured at that hostname. Perhaps the app owner has renamed it, or ' +
      'the URL is mistyped.',
  ),
  error: page(
    503,
    'Application error',
    'An error occurred in the application and your page could not be served. If you are the ' +
      'application owner, check your logs for details.',
  ),
  badGateway: page(
    502,
    'Application error',
    'The application sent an answer that is beyond the limits of the router. If you are the ' +
      'application owner, check your logs for details.',
  ),
  backlog: page(
    503,
    'Application error',
    'Too many requests are waiting for this application. Please try again later.',
  ),
  maintenance: page(
    503,
    'Offline for maintenance',
    'This application is undergoing maintenance right now. Please check back later.',
  ),
  blank: page(
    503,
    'Nothing here yet',
    'No release of this app has any code. Deploy it once and it will be served here.',
  ),
}

/** Answers in the app's place. */
export function sendPage(client: Client, { status, body }: Page): void {
  const headers = [
    'Content-Type',
    'text/html; charset=utf-8',
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'no-cache, no-store',
  ]
  client.respond({ status, reason: STATUS_CODES[status] ?? '', headers, isStreamed: false })
  if (client.method !== 'HEAD') client.write(body)
  client.end([])
  client.body.resume()
}

/** A request that the router refuses for what it is. */
export const refusal = (status: number, text: string): Page =>
  page(status, STATUS_CODES[status] ?? 'Bad Request', text)
