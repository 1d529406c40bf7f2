/** The app that the README's pictures and the documents' screens are of. */
import { setTimeout as delay } from 'node:timers/promises'
import { get } from '../../src/demo/load.js'

const server = `require('node:http').createServer((request, response) => {
  if (request.url === '/orders') console.log('order 42 is paid')
  setTimeout(() => response.end('shop'), 3 + Math.random() * 20)
}).listen(process.env.PORT)
`

export const SHOP = {
  'package.json': {
    name: 'shop',
    version: '1.0.0',
    private: true,
    scripts: { start: 'node server.js' },
  },
  'server.js': server,
  'ecosystem.config.yml':
    'apps:\n  - { name: shop, script: server.js, exec_mode: cluster, instances: 2 }\n',
}

/** Asks for pages, and for an order now and then, until `stop`. */
export function visit(url: string): { stop: () => Promise<void> } {
  let isOver = false
  const ended = (async () => {
    while (!isOver) {
      await get(`${url}${Math.random() < 0.1 ? 'orders' : ''}`)
      await delay(15 + Math.random() * 40)
    }
  })()
  return {
    stop: () => {
      isOver = true
      return ended
    },
  }
}
