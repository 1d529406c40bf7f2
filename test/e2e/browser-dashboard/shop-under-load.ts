/** An app that answers in every way, and clients that ask it, all the time and always the same. */
import http from 'node:http'
import { get } from '../../../src/demo/load.js'

/** What would run in a page that takes it for markup. */
export const MARKUP = `<img src=x onerror="alert('owned')"><script>alert('owned')</script>`

const server = `const http = require('node:http')
let queue = 0
setInterval(() => process.send?.({
  type: 'axm:monitor',
  data: { 'orders <b>waiting</b>': { value: queue++ % 50, historic: true } },
}), 1000)
http.createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://shop')
  const text = searchParams.get('text')
  if (pathname === '/missing') response.statusCode = 404
  if (pathname === '/fail') response.statusCode = 500
  if (pathname === '/say') console.log(text)
  if (pathname === '/throw') setTimeout(() => { throw new TypeError(text) }, 20)
  if (pathname === '/exit') setTimeout(() => process.exit(3), 20)
  const answer = () => response.end(JSON.stringify({ dyno: process.env.DYNO, pid: process.pid, word: process.env.WORD ?? 'first' }))
  if (pathname === '/slow') setTimeout(answer, 300)
  else answer()
}).listen(process.env.PORT)
`

export const shop = (name: string): Record<string, string | object> => ({
  'package.json': {
    name,
    version: '2.3.1',
    private: true,
    scripts: { start: 'node api.js' },
  },
  'api.js': server,
  'ecosystem.config.yml':
    'apps:\n  - { name: api, script: api.js, instances: 2, max_memory_restart: 230M }\n' +
    `deploy:\n  production: { app: shop, formation: { web: 3 } }\n` +
    `  staging: { app: shop-staging, formation: { web: 3 } }\n`,
})

/** Of ten requests seven are answered at once, one late, one with 404 and one with 500. */
const PATHS = [
  '/',
  '/users/1',
  '/',
  '/slow',
  '/users/23',
  '/missing',
  '/',
  '/users/4',
  '/fail',
  '/',
]
const PER_SECOND = 5

/** Asks until it is stopped; what comes of it the router's lines tell. */
export function startVisits(urls: readonly string[]): { stop(): Promise<void> } {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  const waiting = new Set<Promise<void>>()
  let turn = 0
  const timer = setInterval(() => {
    const path = PATHS[turn++ % PATHS.length]!
    for (const url of urls) {
      // An instance that is killed breaks off what it was asked: some of the tests do that.
      const asked = get(new URL(path, url).href, { agent }).then(
        () => undefined,
        () => undefined,
      )
      waiting.add(asked)
      void asked.finally(() => waiting.delete(asked))
    }
  }, 1000 / PER_SECOND)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(waiting)
      agent.destroy()
    },
  }
}
