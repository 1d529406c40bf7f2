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

/** https://docs.nestjs.com/cli/usages#nest-new */
export const nest: Framework = {
  name: 'NestJS',
  package: '@nestjs/core',
  node: 24,
  page: { path: '/', text: 'Hello World!' },
  async make(shop) {
    await shop.npx(
      '@nestjs/cli@12',
      'new',
      'app',
      '--package-manager',
      'npm',
      '--skip-git',
      '--strict',
      '--no-observe',
    )
    return shop.folder('app')
  },
}

/**
 * The generator takes its starter kits from GitHub, so that this one is made by hand, of the least
 * that AdonisJS needs: https://docs.adonisjs.com/guides/getting-started/installation,
 * https://docs.adonisjs.com/guides/deployment
 */
export const adonis: Framework = {
  name: 'AdonisJS',
  package: '@adonisjs/core',
  node: 24,
  page: { path: '/', text: 'Hello from AdonisJS' },
  async make(shop) {
    const dir = await shop.write('app', {
      'package.json': {
        name: 'app',
        version: '0.0.0',
        private: true,
        type: 'module',
        engines: { node: '>=24.0.0' },
        scripts: {
          start: 'node bin/server.js',
          build: 'node ace build',
          dev: 'node ace serve --hmr',
        },
        imports: { '#start/*': './start/*.js', '#config/*': './config/*.js' },
      },
      'ace.js': "import '@poppinss/ts-exec'\nawait import('./bin/console.js')\n",
      'tsconfig.json': {
        extends: '@adonisjs/tsconfig/tsconfig.app.json',
        compilerOptions: { rootDir: './', outDir: './build' },
      },
      'adonisrc.ts': ADONIS_RC,
      'bin/server.ts': adonisProgram('httpServer().start()'),
      'bin/console.ts': adonisProgram('ace().handle(process.argv.splice(2))'),
      'config/app.ts':
        "import { Secret } from '@adonisjs/core/helpers'\nimport { defineConfig } from '@adonisjs/core/http'\nexport const appKey = new Secret('a key of thirty-two letters or so')\nexport const http = defineConfig({ generateRequestId: true })\n",
      'config/encryption.ts':
        "import { defineConfig, drivers } from '@adonisjs/core/encryption'\nimport { appKey } from './app.js'\nexport default defineConfig({ default: 'gcm', list: { gcm: drivers.aes256gcm({ id: 'gcm', keys: [appKey.release()] }) } })\n",
      'config/logger.ts':
        "import { defineConfig } from '@adonisjs/core/logger'\nexport default defineConfig({ default: 'app', loggers: { app: { enabled: true, name: 'app', level: 'info' } } })\n",
      'config/hash.ts':
        "import { defineConfig, drivers } from '@adonisjs/core/hash'\nexport default defineConfig({ default: 'scrypt', list: { scrypt: drivers.scrypt({}) } })\n",
      'start/env.ts':
        "import { Env } from '@adonisjs/core/env'\nexport default await Env.create(new URL('../', import.meta.url), { PORT: Env.schema.number(), HOST: Env.schema.string.optional() })\n",
      'start/routes.ts':
        "import router from '@adonisjs/core/services/router'\nrouter.get('/', async () => 'Hello from AdonisJS')\n",
      '.gitignore': 'node_modules\nbuild\n.env\n',
    })
    await shop.npm('app', 'install', '@adonisjs/core@7', 'reflect-metadata')
    await shop.npm(
      'app',
      'install',
      '--save-dev',
      '@adonisjs/assembler@8',
      '@adonisjs/tsconfig@2',
      '@poppinss/ts-exec',
      '@types/node@24',
      'typescript@5.9',
    )
    return dir
  },
}

const ADONIS_RC = `import { defineConfig } from '@adonisjs/core/app'
export default defineConfig({
  commands: [() => import('@adonisjs/core/commands')],
  providers: [() => import('@adonisjs/core/providers/app_provider'), () => import('@adonisjs/core/providers/hash_provider')],
  preloads: [() => import('#start/routes')],
})
`

const adonisProgram = (start: string): string => `import 'reflect-metadata'
import { Ignitor } from '@adonisjs/core'
const root = new URL('../', import.meta.url)
const importer = (path: string) => import(path.startsWith('./') || path.startsWith('../') ? new URL(path, root).href : path)
await new Ignitor(root, { importer })
  .tap((app) => {
    app.booting(async () => { await import('#start/env') })
    app.listen('SIGTERM', () => app.terminate())
    app.listenIf(app.managedByPm2, 'SIGINT', () => app.terminate())
  })
  .${start}
`

/**
 * https://docs.strapi.io/cms/installation/cli. Its SQLite comes as libsql, which has the same API and
 * brings its binary from the registry, so that nothing is compiled.
 */
export const strapi: Framework = {
  name: 'Strapi (SQLite)',
  package: '@strapi/strapi',
  page: { path: '/admin', text: 'Strapi Admin' },
  vars: [
    'APP_KEYS',
    'API_TOKEN_SALT',
    'ADMIN_JWT_SECRET',
    'TRANSFER_TOKEN_SALT',
    'JWT_SECRET',
    'ENCRYPTION_KEY',
  ],
  async make(shop) {
    await shop.npx(
      'create-strapi@5',
      'app',
      '--non-interactive',
      '--use-npm',
      '--no-install',
      '--skip-cloud',
      '--no-example',
      '--dbclient',
      'sqlite',
      '--no-git-init',
      '--typescript',
    )
    await shop.npm('app', 'pkg', 'set', 'dependencies.better-sqlite3=npm:libsql@0.5')
    await shop.npm('app', 'install')
    return shop.folder('app')
  },
}
