import type { Framework } from './table.js'

/** https://expressjs.com/en/starter/generator.html */
export const expressGenerator: Framework = {
  name: 'Express generator',
  package: 'express',
  page: { path: '/', text: 'Welcome to Express' },
  async make(shop) {
    await shop.npx('express-generator@4', '--no-view', '--git', 'app')
    await shop.npm('app', 'install')
    return shop.folder('app')
  },
}

/** https://github.com/fastify/fastify-cli#generate */
export const fastifyCli: Framework = {
  name: 'Fastify CLI',
  package: 'fastify',
  page: { path: '/', text: '{"root":true}' },
  async make(shop) {
    await shop.npx('fastify-cli@8', 'generate', 'app')
    await shop.npm('app', 'install')
    return shop.folder('app')
  },
}
