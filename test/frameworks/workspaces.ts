import type { Framework } from './table.js'

const GREETING = "exports.greet = (name) => 'Hello from ' + name\n"
const PAGE = { path: '/', text: 'Hello from workspaces' }

/** `npm init -w` makes the workspaces: https://docs.npmjs.com/cli/using-npm/workspaces */
export const npmWorkspaces: Framework = {
  name: 'npm workspaces',
  package: 'express',
  page: { path: '/', text: 'Hello from npm workspaces' },
  async make(shop) {
    const dir = await shop.write('app', {
      '.gitignore': 'node_modules/\n',
      'packages/api/server.js': EXPRESS_SERVER,
      'packages/greeting/index.js': GREETING,
    })
    await shop.npm('app', 'init', '--yes')
    await shop.npm('app', 'init', '--yes', '--workspace', 'packages/greeting')
    await shop.npm('app', 'init', '--yes', '--workspace', 'packages/api')
    await shop.npm('app', 'install', '--workspace', 'packages/api', 'express@5', 'greeting@1')
    await shop.npm('app/packages/api', 'pkg', 'set', 'scripts.start=node server.js')
    await shop.npm('app', 'pkg', 'set', 'scripts.start=npm start --workspace packages/api')
    return dir
  },
}

const EXPRESS_SERVER = `const { greet } = require('greeting')
require('express')().get('/', (request, response) => response.send(greet('npm workspaces'))).listen(process.env.PORT || 3000)
`

/**
 * The generator takes its example from GitHub; this is a reduced one by hand, with an app in
 * TypeScript that is built after the package it depends on:
 * https://turborepo.com/docs/getting-started/add-to-existing-repository
 */
export const turboPnpm: Framework = {
  name: 'Turborepo with pnpm',
  package: 'turbo',
  page: PAGE,
  async make(shop) {
    await shop.take('pnpm@10')
    const tsconfig = {
      compilerOptions: {
        target: 'ES2022',
        module: 'Node16',
        moduleResolution: 'Node16',
        declaration: true,
        outDir: 'dist',
        rootDir: 'src',
        strict: true,
        types: ['node'],
      },
      include: ['src'],
    }
    const dir = await shop.write('app', {
      'package.json': {
        name: 'app',
        private: true,
        scripts: {
          build: 'turbo run build',
          dev: 'turbo run dev',
          start: 'pnpm --filter api start',
        },
        packageManager: `pnpm@${await shop.version('pnpm')}`,
      },
      'pnpm-workspace.yaml': 'packages:\n  - "apps/*"\n  - "packages/*"\n',
      'turbo.json': {
        tasks: {
          build: { dependsOn: ['^build'], outputs: ['dist/**'] },
          dev: { cache: false, persistent: true },
        },
      },
      'apps/api/package.json': {
        name: 'api',
        version: '1.0.0',
        private: true,
        main: 'dist/server.js',
        scripts: { build: 'tsc', start: 'node dist/server.js' },
        dependencies: { greeting: 'workspace:*' },
      },
      'apps/api/tsconfig.json': tsconfig,
      'apps/api/src/server.ts':
        "import http from 'node:http'\nimport { greet } from 'greeting'\nhttp.createServer((_, response) => response.end(greet('workspaces'))).listen(process.env.PORT ?? 3000)\n",
      'packages/greeting/package.json': {
        name: 'greeting',
        version: '1.0.0',
        private: true,
        main: 'dist/index.js',
        types: 'dist/index.d.ts',
        scripts: { build: 'tsc' },
      },
      'packages/greeting/tsconfig.json': tsconfig,
      'packages/greeting/src/index.ts':
        "export const greet = (name: string): string => 'Hello from ' + name\n",
      '.gitignore': 'node_modules\ndist\n.turbo\n.env\n',
    })
    await shop.run('app', 'pnpm', [
      'add',
      '--workspace-root',
      '--save-dev',
      'turbo@2',
      'typescript@5.9',
      '@types/node@20',
    ])
    return dir
  },
}

/** https://yarnpkg.com/getting-started/usage, with Yarn's default linker */
export const yarnPnp: Framework = {
  name: "Yarn 4, Plug'n'Play",
  package: 'fastify',
  page: { path: '/', text: "Hello from Plug'n'Play" },
  async make(shop) {
    await shop.take('@yarnpkg/cli-dist@4')
    const dir = await shop.write('app', {
      'package.json': {
        name: 'app',
        private: true,
        packageManager: `yarn@${await shop.version('yarn')}`,
        scripts: { start: 'node server.js' },
      },
      'server.js':
        "const fastify = require('fastify')()\nfastify.get('/', async () => \"Hello from Plug'n'Play\")\nfastify.listen({ port: Number(process.env.PORT) || 3000, host: '0.0.0.0' })\n",
      // https://yarnpkg.com/getting-started/qa#which-files-should-be-gitignored
      '.gitignore':
        '.pnp.*\n.yarn/*\n!.yarn/patches\n!.yarn/plugins\n!.yarn/releases\n!.yarn/sdks\n!.yarn/versions\n',
      'yarn.lock': '',
    })
    await shop.run('app', 'yarn', ['add', 'fastify@5'])
    return dir
  },
}
