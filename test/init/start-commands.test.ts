import { expect } from 'chai'
import { ShipitError } from '../../src/errors.js'
import { detect } from '../../src/init/detect/index.js'
import { memoryFolder } from './memory-folder.js'
import { deps, pkg, type Row } from './start-command-row.js'
import { SHELL_ROWS } from './start-command-shell-rows.js'

/** A workspace that starts, and one that does not. */
const API = {
  'packages/api/package.json': { name: '@acme/api', scripts: { start: 'node server.js' } },
  'packages/api/server.js': '',
  'packages/lib/package.json': { name: '@acme/lib' },
}
const WORKSPACES = { workspaces: ['packages/*'] }

const ROWS: Row[] = [
  // Builds of any tool are trusted.
  {
    from: 'a build script of the project',
    files: {
      'package.json': pkg({ build: 'node build.mjs', start: 'node dist/server.js' }),
      'build.mjs': '',
      'src/server.ts': '',
    },
    starts: { entry: 'dist/server.js' },
  },
  {
    from: 'a build by bun',
    files: {
      'package.json': pkg({
        build: 'bun build src/index.ts --outdir out --target node',
        start: 'node out/index.js',
      }),
      'src/index.ts': '',
    },
    starts: { entry: 'out/index.js' },
  },
  {
    from: 'a build by zx',
    files: {
      'package.json': pkg({ build: 'zx scripts/build.mjs', start: 'node artifacts/main.js' }),
    },
    starts: { entry: 'artifacts/main.js' },
  },
  {
    from: 'a turbo monorepo',
    files: {
      'package.json': pkg(
        { build: 'turbo run build', start: 'node apps/api/dist/main.js' },
        { workspaces: ['apps/*'] },
      ),
      'apps/api/package.json': { name: 'api' },
    },
    starts: { entry: 'apps/api/dist/main.js' },
  },
  {
    from: 'a pnpm monorepo',
    files: {
      'package.json': pkg({
        build: 'pnpm -r run build',
        start: 'node packages/server/build/index.js',
      }),
      'pnpm-lock.yaml': '',
    },
    starts: { entry: 'packages/server/build/index.js' },
  },
  {
    from: 'an nx monorepo',
    files: { 'package.json': pkg({ build: 'nx build api', start: 'node dist/apps/api/main.js' }) },
    starts: { entry: 'dist/apps/api/main.js' },
  },
  {
    from: 'a lerna monorepo',
    files: {
      'package.json': pkg({ build: 'lerna run build', start: 'node packages/web/lib/index.js' }),
    },
    starts: { entry: 'packages/web/lib/index.js' },
  },
  {
    from: 'AdonisJS',
    files: {
      'package.json': pkg(
        { build: 'node ace build', start: 'node build/bin/server.js' },
        { type: 'module' },
      ),
      'bin/server.ts': '',
    },
    starts: { entry: 'build/bin/server.js' },
  },
  {
    from: 'AdonisJS, as its starter kits start it',
    files: {
      'package.json': pkg(
        { build: 'node ace build', start: 'node bin/server.js' },
        { type: 'module' },
      ),
      'bin/server.ts': '',
    },
    starts: { entry: 'bin/server.js', cwd: 'build' },
  },
  {
    from: 'LoopBack',
    files: {
      'package.json': pkg(
        { build: 'lb-tsc', start: 'node -r source-map-support/register .' },
        { main: 'dist/index.js' },
      ),
      'src/index.ts': '',
    },
    starts: { entry: 'dist/index.js', nodeArgs: ['-r', 'source-map-support/register'] },
  },
  {
    from: 'Next.js, standalone',
    files: {
      'package.json': pkg(
        { build: 'next build', start: 'node .next/standalone/server.js' },
        deps('next'),
      ),
    },
    starts: { entry: '.next/standalone/server.js' },
  },
  {
    from: 'Nuxt, by its file',
    files: {
      'package.json': pkg(
        { build: 'nuxt build', start: 'node .output/server/index.mjs' },
        deps('nuxt'),
      ),
    },
    starts: { entry: '.output/server/index.mjs', env: { NITRO_SHUTDOWN_DISABLED: 'true' } },
  },
  {
    from: 'SvelteKit with adapter-node',
    files: {
      'package.json': pkg(
        { build: 'vite build', start: 'node build/index.js' },
        deps('@sveltejs/kit', '@sveltejs/adapter-node'),
      ),
    },
    starts: { entry: 'build/index.js' },
  },
  {
    from: 'SvelteKit, by its folder',
    files: {
      'package.json': pkg(
        { build: 'vite build', start: 'node build' },
        deps('@sveltejs/kit', '@sveltejs/adapter-node'),
      ),
    },
    starts: { entry: 'build/index.js' },
  },
  {
    from: 'a heroku-postbuild by make',
    files: {
      'package.json': pkg({ 'heroku-postbuild': 'make assets', start: 'node server.js' }),
      'server.js': '',
    },
    starts: { entry: 'server.js' },
  },

  // Other folders.
  {
    from: 'a server beside a client',
    files: {
      'package.json': pkg({ start: 'cd server && npm start' }),
      'server/package.json': pkg({ start: 'node index.js' }),
      'server/index.js': '',
    },
    starts: { entry: 'index.js', cwd: 'server' },
  },
  {
    from: 'cd with a variable before it',
    files: {
      'package.json': pkg({ start: 'export NODE_ENV=staging && cd api && node app.js' }),
      'api/app.js': '',
    },
    starts: { entry: 'app.js', cwd: 'api', env: { NODE_ENV: 'staging' } },
  },
  {
    from: 'cd after a migration',
    files: {
      'package.json': pkg({
        start: 'npm run migrate && cd api && node app.js',
        migrate: 'knex migrate:latest',
      }),
      'api/app.js': '',
    },
    starts: { entry: 'app.js', cwd: 'api', before: ['npm run migrate'] },
  },
  {
    from: 'two folders down',
    files: {
      'package.json': pkg({ start: 'cd packages && cd api && node app.js' }),
      'packages/api/app.js': '',
    },
    starts: { entry: 'app.js', cwd: 'packages/api' },
  },
  {
    from: 'npm --prefix',
    files: {
      'package.json': pkg({ start: 'npm --prefix backend start' }),
      'backend/package.json': pkg({ start: 'node --enable-source-maps src/index.js' }),
      'backend/src/index.js': '',
    },
    starts: { entry: 'src/index.js', cwd: 'backend', nodeArgs: ['--enable-source-maps'] },
  },
  {
    from: 'npm -C',
    files: {
      'package.json': pkg({ start: 'npm -C backend run serve' }),
      'backend/package.json': pkg({ serve: 'node index.js' }),
      'backend/index.js': '',
    },
    starts: { entry: 'index.js', cwd: 'backend' },
  },
  {
    from: 'yarn --cwd',
    files: {
      'package.json': pkg({ start: 'yarn --cwd backend start' }),
      'backend/package.json': pkg({ start: 'node index.js' }),
      'backend/index.js': '',
      'yarn.lock': '',
    },
    starts: { entry: 'index.js', cwd: 'backend' },
  },
  {
    from: 'pnpm -C',
    files: {
      'package.json': pkg({ start: 'pnpm -C backend start' }),
      'backend/package.json': pkg({ start: 'node index.js' }),
      'backend/index.js': '',
      'pnpm-lock.yaml': '',
    },
    starts: { entry: 'index.js', cwd: 'backend' },
  },
  {
    from: 'an npm workspace',
    files: {
      'package.json': pkg({ start: 'npm start -w @acme/api' }, { workspaces: ['packages/*'] }),
      'packages/api/package.json': { ...pkg({ start: 'node server.js' }), name: '@acme/api' },
      'packages/api/server.js': '',
    },
    starts: { entry: 'server.js', cwd: 'packages/api' },
  },
  {
    from: 'an npm workspace by its path',
    files: {
      'package.json': pkg(
        { start: 'npm run start --workspace=packages/api' },
        { workspaces: { packages: ['packages/*'] } },
      ),
      'packages/api/package.json': pkg({ start: 'node server.js' }),
      'packages/api/server.js': '',
    },
    starts: { entry: 'server.js', cwd: 'packages/api' },
  },
  {
    from: 'a pnpm workspace',
    files: {
      'package.json': pkg({ start: 'pnpm --filter api start' }),
      'pnpm-workspace.yaml': 'packages:\n  - apps/*\n',
      'apps/api/package.json': {
        ...pkg({ start: 'node dist/main.js', build: 'tsc' }),
        name: 'api',
      },
      'pnpm-lock.yaml': '',
    },
    stops: [/dist\/main\.js` does not exist/, /--entry|build/],
  },
  {
    from: "a pnpm workspace with the root's build",
    files: {
      'package.json': pkg({ build: 'pnpm -r build', start: 'pnpm --filter=@acme/api start' }),
      'pnpm-workspace.yaml': 'packages:\n  - apps/*\n',
      'apps/api/package.json': { ...pkg({ start: 'node dist/main.js' }), name: '@acme/api' },
      'pnpm-lock.yaml': '',
    },
    starts: { entry: 'dist/main.js', cwd: 'apps/api' },
  },
  {
    from: 'a yarn workspace',
    files: {
      'package.json': pkg({ start: 'yarn workspace api start' }, { workspaces: ['apps/**'] }),
      'apps/core/api/package.json': { ...pkg({ start: 'node index.js' }), name: 'api' },
      'apps/core/api/index.js': '',
      'yarn.lock': '',
    },
    starts: { entry: 'index.js', cwd: 'apps/core/api' },
  },
  {
    from: 'turbo with a filter',
    files: {
      'package.json': pkg(
        { build: 'turbo build', start: 'turbo run start --filter=api' },
        { workspaces: ['apps/*'] },
      ),
      'apps/api/package.json': { ...pkg({ start: 'node dist/main.js' }), name: 'api' },
    },
    starts: { entry: 'dist/main.js', cwd: 'apps/api' },
  },
  {
    from: 'Next.js in a workspace',
    files: {
      'package.json': pkg(
        { build: 'turbo build', start: 'npm start -w web' },
        { workspaces: ['apps/*'] },
      ),
      'apps/web/package.json': { ...pkg({ start: 'next start' }, deps('next')), name: 'web' },
      'node_modules/next/package.json': { bin: { next: './dist/bin/next' } },
      'node_modules/next/dist/bin/next': '#!/usr/bin/env node',
    },
    starts: { entry: '../../node_modules/next/dist/bin/next', cwd: 'apps/web', args: ['start'] },
  },
  {
    from: 'a workspace that is not there',
    files: {
      'package.json': pkg({ start: 'npm start -w gone' }, { workspaces: ['packages/*'] }),
      'server.js': '',
    },
    stops: [/no workspace called `gone`/, /--entry/],
  },
  {
    from: 'a folder that is not there',
    files: { 'package.json': pkg({ start: 'cd gone && node index.js' }), 'index.js': '' },
    stops: [/folder `gone` does not exist/, /--entry/],
  },

  // Launchers and loaders.
  {
    from: 'yarn with a bin',
    files: {
      'package.json': pkg({ build: 'next build', start: 'yarn next start' }, deps('next')),
      'yarn.lock': '',
    },
    starts: { entry: 'node_modules/next/dist/bin/next', args: ['start'] },
  },
  {
    from: 'pnpm exec',
    files: {
      'package.json': pkg({ build: 'next build', start: 'pnpm exec next start' }, deps('next')),
      'pnpm-lock.yaml': '',
    },
    starts: { entry: 'node_modules/next/dist/bin/next', args: ['start'] },
  },
  {
    from: 'npx',
    files: {
      'package.json': pkg({ start: 'npx fastify start -l info app.js' }, deps('fastify-cli')),
      'app.js': '',
    },
    starts: {
      entry: 'node_modules/fastify-cli/cli.js',
      env: { FASTIFY_ADDRESS: '0.0.0.0' },
      args: ['start', '-l', 'info', 'app.js'],
    },
  },
  {
    from: 'RedwoodJS',
    files: {
      'package.json': pkg({ start: 'yarn rw serve' }, deps('@redwoodjs/core')),
      'yarn.lock': '__metadata:\n  version: 8\n',
    },
    keeps: ['yarn rw serve', /does not know what `rw` starts/],
  },
  {
    from: 'dotenv',
    files: {
      'package.json': pkg({ start: 'dotenv -e .env.production -- node server.js' }),
      'server.js': '',
    },
    starts: { entry: 'server.js' },
  },
  {
    from: 'env-cmd',
    files: { 'package.json': pkg({ start: 'env-cmd -f .env node server.js' }), 'server.js': '' },
    starts: { entry: 'server.js' },
  },
  {
    from: 'node --env-file',
    files: {
      'package.json': pkg({ start: 'node --env-file=.env --env-file-if-exists=.local server.js' }),
      'server.js': '',
    },
    starts: { entry: 'server.js', nodeArgs: ['--env-file-if-exists=.local'] },
  },
  {
    from: 'node .',
    files: {
      'package.json': pkg({ start: 'node .' }, { main: './lib/server.js' }),
      'lib/server.js': '',
    },
    starts: { entry: 'lib/server.js' },
  },
  {
    from: 'TypeScript that Node runs itself',
    files: {
      'package.json': pkg(
        { start: 'node src/server.ts' },
        { type: 'module', engines: { node: '24.x' } },
      ),
      'src/server.ts': '',
    },
    starts: { entry: 'src/server.ts', needsNode: '22.18.0' },
  },
  {
    from: 'TypeScript that an old Node does not run',
    files: {
      'package.json': pkg({ start: 'node src/server.ts' }, { engines: { node: '20.x' } }),
      'src/server.ts': '',
    },
    stops: [
      /no Node\.js that engines\.node allows runs it/,
      /engines\.node in package\.json to 22/,
    ],
  },
  {
    from: 'node --run',
    files: {
      'package.json': pkg({ start: 'node --run serve', serve: 'node server.js' }),
      'server.js': '',
    },
    starts: { entry: 'server.js' },
  },
  {
    from: 'nodemon in production',
    files: { 'package.json': pkg({ start: 'nodemon server.js' }), 'server.js': '' },
    starts: { entry: 'server.js' },
  },
  {
    from: 'cross-env and two hops',
    files: {
      'package.json': pkg({
        start: 'cross-env NODE_ENV=production npm run serve',
        serve: 'node -r dotenv/config dist/app.js',
        build: 'tsc',
      }),
      'tsconfig.json': '{"compilerOptions":{"outDir":"dist"},"include":["src"]}',
      'src/app.ts': '',
    },
    starts: {
      entry: 'dist/app.js',
      nodeArgs: ['-r', 'dotenv/config'],
      env: { NODE_ENV: 'production' },
    },
  },

  // Several commands.
  {
    from: 'two processes and wait',
    files: {
      'package.json': pkg({ start: 'node worker.js & node web.js & wait' }),
      'web.js': 'app.listen(process.env.PORT)',
      'worker.js': '',
    },
    starts: { entry: 'web.js', beside: ['worker.js'] },
  },
  {
    from: 'concurrently',
    files: {
      'package.json': pkg({
        start: 'concurrently "npm:web" "npm:jobs"',
        web: 'node web.js',
        jobs: 'node jobs.js',
      }),
      'web.js': 'listen(process.env.PORT)',
      'jobs.js': '',
    },
    starts: { entry: 'web.js', beside: ['jobs.js'] },
  },
  {
    from: 'npm-run-all, one after the other',
    files: {
      'package.json': pkg({
        start: 'run-s migrate serve',
        migrate: 'knex migrate:latest',
        serve: 'node server.js',
      }),
      'server.js': '',
    },
    starts: { entry: 'server.js', before: ['npm run migrate'] },
  },
  {
    from: 'npm-run-all with a pattern',
    files: {
      'package.json': pkg({ start: 'run-p start:*', 'start:a': 'node a.js' }),
      'a.js': '',
      'server.js': '',
    },
    starts: { entry: 'a.js' },
  },

  // Commands that are kept.
  {
    from: 'a shell script',
    files: {
      'package.json': pkg({ start: './bin/start.sh' }),
      'bin/start.sh': '',
      'server.js': '',
    },
    keeps: ['./bin/start.sh', /shell script/],
  },
  {
    from: 'bun',
    files: {
      'package.json': pkg({ start: 'bun run src/index.ts' }),
      'src/index.ts': '',
      'index.js': '',
    },
    keeps: ['bun run src/index.ts', /is run by Bun, which a dyno does not have/],
  },
  {
    from: 'deno',
    files: { 'package.json': pkg({ start: 'deno run -A main.ts' }), 'main.ts': '', 'app.js': '' },
    keeps: ['deno run -A main.ts', /is run by Deno, which a dyno does not have/],
  },
  {
    from: 'a subshell',
    files: {
      'package.json': pkg({ start: '(cd server && node index.js)' }),
      'server/index.js': '',
      'index.js': '',
    },
    keeps: ['(cd server && node index.js)', /./],
  },
  {
    from: 'a folder that only the shell knows',
    files: { 'package.json': pkg({ start: 'cd $APP_DIR && node index.js' }), 'index.js': '' },
    keeps: ['cd $APP_DIR && node index.js', /only the shell knows/],
  },
  {
    from: 'a tool that is not installed yet',
    files: {
      'package.json': pkg({ start: 'moleculer-runner services' }, deps('moleculer')),
      'index.js': '',
    },
    keeps: ['moleculer-runner services', /does not know/],
  },
  {
    from: 'foreman',
    files: { 'package.json': pkg({ start: 'nf start web' }), 'app.js': '' },
    keeps: ['nf start web', /several commands/],
  },

  // Package managers' own rules: whose a flag is, and a script of every workspace.
  {
    from: "pnpm, whose flags behind the name are the script's",
    files: {
      'package.json': pkg({ start: 'pnpm serve --filter api', serve: 'node server.js' }),
      'server.js': '',
      'pnpm-lock.yaml': '',
    },
    starts: { entry: 'server.js', args: ['--filter', 'api'] },
  },
  {
    from: 'pnpm run with a folder',
    files: {
      'package.json': pkg({ start: 'pnpm run -C api start' }),
      'api/package.json': pkg({ start: 'node index.js' }),
      'api/index.js': '',
      'pnpm-lock.yaml': '',
    },
    starts: { entry: 'index.js', cwd: 'api' },
  },
  {
    from: 'pnpm, which hands -- on',
    files: {
      'package.json': pkg({ start: 'pnpm serve -- --quiet', serve: 'node server.js' }),
      'server.js': '',
      'pnpm-lock.yaml': '',
    },
    starts: { entry: 'server.js', args: ['--', '--quiet'] },
  },
  {
    from: "yarn, whose flags behind the name are the script's",
    files: {
      'package.json': pkg({ start: 'yarn serve --silent', serve: 'node server.js' }),
      'server.js': '',
      'yarn.lock': '',
    },
    starts: { entry: 'server.js', args: ['--silent'] },
  },
  {
    from: 'pnpm -r',
    files: {
      'package.json': pkg({ start: 'pnpm run -r start' }),
      'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
      ...API,
      'pnpm-lock.yaml': '',
    },
    starts: { entry: 'server.js', cwd: 'packages/api' },
  },
  {
    from: 'npm --workspaces',
    files: {
      'package.json': pkg({ start: 'npm run start --workspaces --if-present' }, WORKSPACES),
      ...API,
    },
    starts: { entry: 'server.js', cwd: 'packages/api' },
  },
  {
    from: 'yarn workspaces foreach',
    files: {
      'package.json': pkg({ start: 'yarn workspaces foreach -Api run start' }, WORKSPACES),
      ...API,
      'yarn.lock': '__metadata:\n  version: 8\n',
    },
    starts: { entry: 'server.js', cwd: 'packages/api' },
  },
  {
    from: 'turbo without a filter',
    files: {
      'package.json': pkg({ start: 'turbo start', build: 'turbo build' }, WORKSPACES),
      ...API,
    },
    starts: { entry: 'server.js', cwd: 'packages/api' },
  },
  {
    from: 'several workspaces that start',
    files: {
      'package.json': pkg({ start: 'pnpm -r start' }, WORKSPACES),
      ...API,
      'packages/web/package.json': { name: 'web', scripts: { start: 'next start' } },
    },
    keeps: ['pnpm -r start', /in several packages: @acme\/api, web/],
  },
  {
    from: 'a filter that is a pattern',
    files: {
      'package.json': pkg({ start: 'pnpm --filter "./packages/*" start' }, WORKSPACES),
      ...API,
    },
    keeps: ['pnpm --filter "./packages/*" start', /packages that only it can list/],
  },

  // Folders and builds that are not there yet.
  {
    from: 'a folder that the build makes',
    files: {
      'package.json': pkg({ build: 'tsc' }),
      Procfile: 'web: cd dist && node index.js\n',
      'tsconfig.json': '{"compilerOptions":{"outDir":"dist"},"include":["src"]}',
      'src/index.ts': '',
    },
    starts: { entry: 'index.js', cwd: 'dist' },
  },
  {
    from: 'a build in another folder',
    files: {
      'package.json': pkg({
        build: 'cd server && npm run build',
        start: 'node server/app/main.js',
      }),
      'server/package.json': pkg({ build: 'tsc' }),
    },
    starts: { entry: 'server/app/main.js' },
  },
  {
    from: 'an empty start script',
    files: { 'package.json': pkg({ start: '' }), 'server.js': '' },
    starts: { entry: 'server.js' },
  },

  // Loaders' own flags.
  {
    from: 'tsx with a tsconfig of its own',
    files: {
      'package.json': pkg(
        { start: 'tsx --tsconfig tsconfig.server.json src/main.ts --port 1' },
        deps('tsx'),
      ),
      'src/main.ts': '',
    },
    starts: {
      entry: 'src/main.ts',
      args: ['--port', '1'],
      nodeArgs: ['--import', 'tsx'],
      env: { TSX_TSCONFIG_PATH: 'tsconfig.server.json' },
    },
  },
  {
    from: 'ts-node without type checks',
    files: {
      'package.json': pkg(
        {
          start:
            'ts-node -r tsconfig-paths/register --transpile-only -P tsconfig.prod.json src/main.ts',
        },
        deps('ts-node'),
      ),
      'src/main.ts': '',
    },
    starts: {
      entry: 'src/main.ts',
      nodeArgs: ['-r', 'ts-node/register', '-r', 'tsconfig-paths/register'],
      env: { TS_NODE_TRANSPILE_ONLY: 'true', TS_NODE_PROJECT: 'tsconfig.prod.json' },
    },
  },
  {
    from: 'babel-node with presets',
    files: {
      'package.json': pkg({ start: 'babel-node --presets env src/server.js' }),
      'src/server.js': '',
    },
    keeps: ['babel-node --presets env src/server.js', /`--presets` is a flag of the command alone/],
  },
  {
    from: '@swc-node',
    files: {
      'package.json': pkg(
        { start: 'node -r @swc-node/register src/app.ts' },
        deps('@swc-node/register'),
      ),
      'src/app.ts': '',
    },
    starts: { entry: 'src/app.ts', nodeArgs: ['-r', '@swc-node/register'] },
  },

  // Servers for development.
  {
    from: 'Create React App with craco',
    files: {
      'package.json': pkg({ start: 'craco start', build: 'craco build' }, deps('react-scripts')),
    },
    stops: [/server for development/, /serve -s build/],
  },
  {
    from: 'Expo',
    files: { 'package.json': pkg({ start: 'expo start' }, deps('expo')) },
    stops: [/server for development/, /static buildpack/],
  },
  {
    from: 'Angular SSR as ng new makes it',
    files: {
      'package.json': pkg(
        {
          start: 'ng serve',
          build: 'ng build',
          'serve:ssr:shop': 'node dist/shop/server/server.mjs',
        },
        deps('@angular/core', '@angular/ssr'),
      ),
      'angular.json': '{"projects": {"shop": {}}}',
    },
    stops: [/server for development/, /scripts\.start="node dist\/shop\/server\/server\.mjs"/],
  },

  // What PM2's command does besides starting an app.
  {
    from: 'PM2 with its log',
    files: {
      'package.json': pkg({ start: 'pm2 delete all; pm2 start server.js -i 2 && pm2 logs' }),
      'server.js': '',
    },
    starts: { entry: 'server.js', options: { instances: 2 } },
  },
  {
    from: 'PM2 kept alive by tail',
    files: {
      'package.json': pkg({ start: 'pm2 start pm2.config.js && tail -f /dev/null' }),
      'pm2.config.js': '',
    },
    uses: 'pm2.config.js',
  },
  {
    from: 'PM2 that is linked by keys',
    files: {
      'package.json': pkg({ start: 'pm2 link $SECRET $PUBLIC && pm2-runtime server.js' }),
      'server.js': '',
    },
    stops: [/hands PM2's keys over on a command line/, /shipit keys set/],
  },

  // PM2's own command lines.
  {
    from: 'pm2-runtime with flags',
    files: {
      'package.json': pkg({
        start:
          'pm2-runtime server.js -i 4 --name api --max-memory-restart 300M --cron "0 3 * * *" --no-autorestart',
      }),
      'server.js': '',
    },
    starts: {
      entry: 'server.js',
      options: {
        instances: 4,
        name: 'api',
        max_memory_restart: '300M',
        cron_restart: '0 3 * * *',
        autorestart: false,
      },
    },
  },
  {
    from: 'pm2 start in the foreground',
    files: {
      'package.json': pkg({
        start:
          'pm2 start server.js --no-daemon -i max --kill-timeout 5000 --wait-ready -- --port 1',
      }),
      'server.js': '',
    },
    starts: {
      entry: 'server.js',
      args: ['--port', '1'],
      options: { instances: 'max', kill_timeout: 5000, wait_ready: true },
    },
  },
  {
    from: 'pm2 with an interpreter',
    files: {
      'package.json': pkg(
        {
          start:
            'pm2-runtime start src/app.ts --interpreter ts-node --node-args="--max-old-space-size=300"',
        },
        deps('ts-node'),
      ),
      'src/app.ts': '',
    },
    starts: {
      entry: 'src/app.ts',
      nodeArgs: ['-r', 'ts-node/register', '--max-old-space-size=300'],
    },
  },
  {
    from: 'pm2 with keys on the command line',
    files: {
      'package.json': pkg({ start: 'pm2-runtime server.js --secret abc --public def' }),
      'server.js': '',
    },
    stops: [/flag --secret cannot be carried/, /Take --secret out/],
  },
  {
    from: 'pm2 with a flag that it does not have',
    files: {
      'package.json': pkg({ start: 'pm2-runtime server.js --instancez 4' }),
      'server.js': '',
    },
    stops: [/flag --instancez cannot be carried/, /Take --instancez out/],
  },
  {
    from: 'pm2 with two files',
    files: {
      'package.json': pkg({ start: 'pm2-runtime start a.js b.js' }),
      'a.js': '',
      'b.js': '',
    },
    keeps: ['pm2-runtime start a.js b.js', /several files/],
  },

  // Procfiles.
  {
    from: 'words after the start script',
    files: {
      'package.json': pkg({ start: 'node server.js' }),
      Procfile: 'web: npm start -- --services=web\nworker: npm start -- --services=jobs\n',
      'server.js': '',
    },
    starts: { entry: 'server.js', args: ['--services=web'] },
  },
  {
    from: 'a web line in another folder',
    files: { 'package.json': pkg({}), Procfile: 'web: cd api && node app.js\n', 'api/app.js': '' },
    starts: { entry: 'app.js', cwd: 'api' },
  },
  {
    from: 'a web line of another language',
    files: {
      'package.json': pkg({ start: 'node dev.js' }),
      Procfile: 'web: bundle exec puma -p $PORT\n',
      'dev.js': '',
    },
    keeps: ['bundle exec puma -p $PORT', /does not know what `bundle`/],
  },

  // Pages for the browser.
  {
    from: 'Create React App',
    files: {
      'package.json': pkg({ build: 'react-scripts build' }, deps('react-scripts')),
      'src/index.js': '',
    },
    stops: [/makes a page for the browser/, /serve -s build/],
  },
  {
    from: 'Vite',
    files: {
      'package.json': pkg({ build: 'vite build' }, { devDependencies: { vite: '6' } }),
      'index.html': '',
      'src/main.ts': '',
    },
    stops: [/makes a page for the browser/, /serve -s dist/],
  },
  {
    from: 'Angular without SSR',
    files: {
      'package.json': pkg({ start: 'ng serve', build: 'ng build' }, deps('@angular/core')),
      'src/main.ts': '',
    },
    stops: [/server for development/, /serve -s dist/],
  },
  {
    from: 'Next.js that exports pages',
    files: {
      'package.json': pkg({ build: 'next build' }, deps('next')),
      'next.config.mjs': "export default { output: 'export' }",
    },
    stops: [/output: 'export'/, /serve -s out/],
  },
  {
    from: 'Create React App with a server of its own',
    files: {
      'package.json': pkg({ build: 'react-scripts build' }, deps('react-scripts')),
      'src/index.js': '',
      'server.js': '',
    },
    starts: { entry: 'server.js' },
  },

  // Frameworks without a start script.
  {
    from: 'Nuxt',
    files: { 'package.json': pkg({ build: 'nuxt build', dev: 'nuxt dev' }, deps('nuxt')) },
    starts: { entry: '.output/server/index.mjs', env: { NITRO_SHUTDOWN_DISABLED: 'true' } },
  },
  {
    from: 'SvelteKit',
    files: {
      'package.json': pkg(
        { build: 'vite build' },
        { devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-node': '5' } },
      ),
    },
    starts: { entry: 'build/index.js' },
  },
  {
    from: 'SvelteKit with adapter-auto',
    files: {
      'package.json': pkg(
        { build: 'vite build' },
        { devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-auto': '5' } },
      ),
    },
    stops: [
      /without the package @sveltejs\/adapter-node/,
      /npm install --save-dev @sveltejs\/adapter-node/,
    ],
  },
  {
    from: 'Astro',
    files: { 'package.json': pkg({ build: 'astro build' }, deps('astro', '@astrojs/node')) },
    starts: { entry: 'dist/server/entry.mjs', env: { HOST: '0.0.0.0' } },
  },
  {
    from: 'Astro without a server',
    files: { 'package.json': pkg({ build: 'astro build' }, deps('astro')) },
    stops: [/without the package @astrojs\/node/, /astro add node/],
  },
  {
    from: 'Angular SSR',
    files: {
      'package.json': pkg({ build: 'ng build' }, deps('@angular/core', '@angular/ssr')),
      'angular.json': '{"projects": {"shop-web": {}}}',
    },
    starts: { entry: 'dist/shop-web/server/server.mjs' },
  },
  {
    from: 'React Router',
    files: {
      'package.json': pkg(
        { build: 'react-router build' },
        deps('@react-router/node', '@react-router/serve'),
      ),
    },
    starts: {
      entry: 'node_modules/@react-router/serve/bin.cjs',
      args: ['./build/server/index.js'],
    },
  },
  {
    from: 'Remix without its server',
    files: { 'package.json': pkg({ build: 'remix vite:build' }, deps('@remix-run/node')) },
    stops: [/without the package @remix-run\/serve/, /npm install @remix-run\/serve/],
  },
  {
    from: 'TanStack Start',
    files: { 'package.json': pkg({ build: 'vite build' }, deps('@tanstack/react-start', 'nitro')) },
    starts: { entry: '.output/server/index.mjs' },
  },
  {
    from: 'Next.js',
    files: { 'package.json': pkg({ build: 'next build' }, deps('next')) },
    starts: { entry: 'node_modules/next/dist/bin/next', args: ['start'] },
  },

  // One process.
  {
    from: 'Socket.IO',
    files: { 'package.json': pkg({ start: 'node server.js' }, deps('socket.io')), 'server.js': '' },
    starts: { entry: 'server.js' },
    single: /long polling/,
  },
  {
    from: 'a Discord bot',
    files: { 'package.json': pkg({ start: 'node bot.js' }, deps('discord.js')), 'bot.js': '' },
    starts: { entry: 'bot.js' },
    single: /logs in once/,
  },
  {
    from: 'a scheduler',
    files: { 'package.json': pkg({ start: 'node jobs.js' }, deps('node-cron')), 'jobs.js': '' },
    starts: { entry: 'jobs.js' },
    single: /run each job twice/,
  },
  {
    from: 'SQLite',
    files: {
      'package.json': pkg({ start: 'node server.js' }, deps('better-sqlite3')),
      'server.js': '',
    },
    starts: { entry: 'server.js' },
    single: /one process writes/,
  },

  {
    from: "Node's own SQLite",
    files: {
      'package.json': pkg({ start: 'node server.js' }),
      'server.js': "import { DatabaseSync } from 'node:sqlite'\n",
    },
    starts: { entry: 'server.js' },
    single: /one process writes/,
  },
  {
    from: 'Prisma over SQLite',
    files: {
      'package.json': pkg({ start: 'node server.js' }, deps('@prisma/client')),
      'server.js': '',
      'prisma/schema.prisma': 'datasource db {\n  provider = "sqlite"\n}\n',
    },
    starts: { entry: 'server.js' },
    single: /one process writes/,
  },

  // Public repositories, by owner and name, each reduced to what says how it starts.
  {
    from: 'sahat/hackathon-starter',
    files: {
      'package.json': pkg(
        { postinstall: 'npm rebuild node-sass', start: 'node app.js' },
        deps('express'),
      ),
      'app.js': '',
    },
    starts: { entry: 'app.js' },
  },
  {
    from: 'outline/outline',
    files: {
      'package.json': pkg(
        {
          build: 'yarn clean && yarn build:server',
          'build:server': 'node ./build.js',
          clean: 'rimraf build',
          'heroku-postbuild': 'yarn build && yarn db:migrate',
          start: 'node ./build/server/index.js',
        },
        { ...deps('socket.io'), packageManager: 'yarn@4.11.0' },
      ),
      Procfile: 'web: yarn start',
      'yarn.lock': '__metadata:\n  version: 8\n',
    },
    starts: { entry: 'build/server/index.js' },
    single: /long polling/,
  },
  {
    from: 'withspectrum/spectrum',
    files: {
      'package.json': pkg(
        {
          build: 'npm run build:web && npm run build:hyperion',
          'build:hyperion': 'cross-env NODE_PATH=./ cross-env DIR=hyperion backpack build',
          'build:web': 'react-app-rewired build',
          start: 'cross-env NODE_ENV=production node build-hyperion/main.js',
        },
        deps('express'),
      ),
    },
    starts: { entry: 'build-hyperion/main.js', env: { NODE_ENV: 'production' } },
  },
  {
    from: 'hackmdio/codimd',
    files: {
      'package.json': pkg({ postinstall: 'bin/heroku', start: 'node app.js' }, deps('socket.io')),
      Procfile: 'web: ./bin/heroku_start.sh\n',
      'bin/heroku_start.sh': '#!/bin/bash\n',
      'app.js': '',
    },
    keeps: ['./bin/heroku_start.sh', /shell script/],
  },
  {
    from: 'thelounge/thelounge',
    files: {
      'package.json': pkg(
        { build: 'webpack', start: 'node index start' },
        deps('socket.io', 'sqlite3'),
      ),
      'index.js': '',
    },
    starts: { entry: 'index.js', args: ['start'] },
    single: /long polling/,
  },
  {
    from: 'nginx in front of npm start',
    files: {
      'package.json': pkg({ start: 'node server.js' }),
      Procfile: 'web: bin/start-nginx npm start\n',
      'server.js': '',
    },
    starts: { entry: 'server.js' },
  },
  {
    from: 'nginx and pgbouncer in front of a file',
    files: {
      'package.json': pkg({}),
      Procfile: 'web: FORCE=1 bin/start-pgbouncer bin/start-nginx node app.js\n',
      'app.js': '',
    },
    starts: { entry: 'app.js', env: { FORCE: '1' } },
  },
  {
    from: 'nginx alone',
    files: {
      'package.json': pkg({ start: 'node server.js' }),
      Procfile: 'web: bin/start-nginx-solo\n',
      'server.js': '',
    },
    keeps: ['bin/start-nginx-solo', /starts no process of Node\.js/],
  },
  {
    from: 'cobyism/ghost-on-heroku',
    files: {
      'package.json': pkg({ start: 'node server.js' }, deps('ghost')),
      Procfile: '#web: bin/start-nginx npm start --production\nweb: npm start --production\n',
      'server.js': '',
    },
    starts: { entry: 'server.js' },
  },
  {
    from: 'umami-software/umami',
    files: {
      'package.json': pkg(
        { start: 'next start', 'start-env': 'node scripts/start-env.js', build: 'next build' },
        deps('next'),
      ),
      Procfile: 'web: npm run start-env\n',
      'scripts/start-env.js': '',
    },
    starts: { entry: 'scripts/start-env.js' },
  },
  {
    from: 'mars/heroku-cra-node',
    files: {
      'package.json': pkg(
        { start: 'node server', build: 'cd react-ui/ && npm install && npm run build' },
        deps('express'),
      ),
      'server/index.js': '',
      'react-ui/package.json': pkg({ build: 'react-scripts build' }),
    },
    starts: { entry: 'server/index.js' },
  },
  {
    from: 'mars/heroku-nextjs',
    files: {
      'package.json': pkg(
        {
          build: 'next build',
          start: 'next start -p $PORT',
          'heroku-postbuild': 'heroku-nextjs-build',
        },
        deps('next'),
      ),
    },
    starts: { entry: 'node_modules/next/dist/bin/next', args: ['start'] },
  },
  {
    from: 'Next.js with the port in the Procfile',
    files: {
      'package.json': pkg({ build: 'next build', start: 'next start' }, deps('next')),
      Procfile: 'web: npm start -- -p $PORT\n',
    },
    starts: { entry: 'node_modules/next/dist/bin/next', args: ['start'] },
  },
  {
    from: 'hubotio/generator-hubot',
    files: {
      'package.json': pkg({}, deps('hubot')),
      Procfile: 'web: bin/hubot -a slack -n bot\n',
      'bin/hubot': '#!/bin/sh\n\nset -e\nexec node_modules/.bin/hubot "$@"\n',
    },
    keeps: ['bin/hubot -a slack -n bot', /shell script/],
  },
  {
    from: 'heroku-examples/node-workers-example',
    files: {
      'package.json': pkg(
        { start: 'nf start' },
        { ...deps('bull', 'express', 'throng'), main: 'server.js' },
      ),
      Procfile: 'web: node server.js\nworker: node worker.js\n',
      'server.js': '',
      'worker.js': '',
    },
    starts: { entry: 'server.js' },
  },
  {
    from: 'hagopj13/node-express-boilerplate',
    files: {
      'package.json': pkg({ start: 'pm2 start ecosystem.config.json --no-daemon' }, deps('pm2')),
      'ecosystem.config.json': '{"apps":[{"name":"app","script":"src/index.js"}]}',
      'src/index.js': '',
    },
    uses: 'ecosystem.config.json',
  },
  {
    from: 'brocoders/nestjs-boilerplate',
    files: {
      'package.json': pkg(
        { build: 'nest build', start: 'nest start', 'start:prod': 'node dist/main' },
        deps('@nestjs/core'),
      ),
      Procfile:
        "web: echo '' > .env && npm run start:prod\nrelease: npm run migration:run && npm run seed:run",
      'src/main.ts': '',
      'tsconfig.json': '{"compilerOptions":{"outDir":"dist"}}',
    },
    starts: { entry: 'dist/main.js', before: ["echo '' > .env"] },
  },
  {
    from: 'heroku/node-js-getting-started, a copy with Babel',
    files: {
      'package.json': pkg(
        { start: 'nodemon --exec babel-node -- ./app/src/bin/www' },
        deps('babel-cli'),
      ),
      'app/src/bin/www': '#!/usr/bin/env node\n',
    },
    starts: { entry: 'app/src/bin/www', nodeArgs: ['-r', '@babel/register'] },
  },
  {
    from: 'nightscout/cgm-remote-monitor',
    files: {
      'package.json': pkg({ start: 'node lib/server/server.js' }, deps('socket.io')),
      Procfile: 'web: ./node_modules/.bin/forever start -c server.js\n',
      'lib/server/server.js': '',
    },
    keeps: ['./node_modules/.bin/forever start -c server.js', /forever is given no file/],
  },
  {
    from: 'GladysAssistant/Gladys',
    files: {
      'package.json': pkg({
        start: 'run-p start-server:dev start-front:dev',
        'start-server:dev': 'cd server && npm start',
        'start-front:dev': 'cd front && npm start',
      }),
      'server/package.json': pkg({ start: 'cross-env NODE_ENV=development nodemon index.js' }),
      'server/index.js': '',
      'front/package.json': pkg({ start: 'vite --port 1444' }, deps('vite')),
    },
    stops: [/server for development/, /serve/],
  },
  {
    from: 'a bot by pm2-runtime with words of its own',
    files: {
      'package.json': pkg(
        {
          start:
            'pm2-runtime start heroku-bot-starter.js --name BOT-MD -- --autocleartmp --autoread',
        },
        deps('pm2'),
      ),
      'heroku-bot-starter.js': '',
    },
    starts: {
      entry: 'heroku-bot-starter.js',
      args: ['--autocleartmp', '--autoread'],
      options: { name: 'BOT-MD' },
    },
  },
  {
    from: 'a service of a folder by tsx',
    files: {
      'package.json': pkg({}, deps('tsx')),
      Procfile:
        'release: node scripts/boot-verify.mjs\nweb: cd services/ingestion && npx tsx server.js\nworker: node services/monitor/agent.js\n',
      'services/ingestion/server.js': '',
    },
    starts: { entry: 'server.js', cwd: 'services/ingestion', nodeArgs: ['--import', 'tsx'] },
  },
  {
    from: 'a port that only the shell knows',
    files: {
      'package.json': pkg({ start: 'node app.js' }),
      Procfile: "web: npm start -- --port=`node -e 'process.stdout.write(process.env.PORT)'`\n",
      'app.js': '',
    },
    keeps: [
      "npm start -- --port=`node -e 'process.stdout.write(process.env.PORT)'`",
      /program for the shell/,
    ],
  },
  {
    from: 'a backend beside a frontend',
    files: {
      'package.json': pkg(
        {
          start: 'cd backend && node server.js',
          'heroku-postbuild': 'cd frontend && npm install && npm run build',
        },
        deps('express'),
      ),
      'backend/server.js': '',
      'frontend/package.json': pkg({}),
    },
    starts: { entry: 'server.js', cwd: 'backend' },
  },
  {
    from: 'a worker alone',
    files: {
      'package.json': pkg({}, deps('bull')),
      Procfile: 'worker: node apps/api/dist/workers/index.js\n',
      'apps/api/dist/workers/index.js': '',
      'index.js': '',
    },
    starts: { entry: 'apps/api/dist/workers/index.js' },
  },
  {
    from: 'a yarn workspace of the root',
    files: {
      'package.json': pkg({}, { workspaces: ['server', 'client'] }),
      Procfile: 'web: yarn workspace server run start\nrelease: yarn knex migrate:latest',
      'server/package.json': { name: 'server', scripts: { start: 'node index.js' } },
      'server/index.js': '',
      'client/package.json': { name: 'client' },
      'yarn.lock': '',
    },
    starts: { entry: 'index.js', cwd: 'server' },
  },
  {
    from: 'Backstage',
    files: {
      'package.json': pkg({ build: 'yarn build:backend' }, { workspaces: ['packages/*'] }),
      Procfile: 'web: yarn workspace backend start --config ../../app-config.yaml\n',
      'packages/backend/package.json': {
        name: 'backend',
        scripts: { start: 'backstage-cli package start' },
      },
      'yarn.lock': '',
    },
    keeps: [
      'yarn workspace backend start --config ../../app-config.yaml',
      /does not know what `backstage-cli` starts/,
    ],
  },
]

describe('init: start commands of real projects', () => {
  for (const row of [...ROWS, ...SHELL_ROWS])
    it(`${row.from}: ${row.starts ? `starts ${row.starts.entry}` : row.uses ? `uses ${row.uses}` : row.keeps ? 'keeps the command' : 'stops and says why'}`, () =>
      check(row))
})

function check({ files, starts, keeps, stops, single, uses }: Row): void {
  if (stops) {
    const error = thrownBy(() => detect(memoryFolder(files)))
    expect(error.code).to.equal('project')
    expect(error.why).to.match(stops[0])
    return void expect(error.next).to.match(stops[1])
  }
  const found = detect(memoryFolder(files))
  if (uses) return void expect(found.ecosystemFile?.file).to.equal(uses)
  if (keeps) {
    expect(found.kept?.command).to.equal(keeps[0])
    expect(found.kept?.reason).to.match(keeps[1])
    return
  }
  expect(found.kept, 'kept').to.equal(undefined)
  const { args, nodeArgs, env, cwd, options } = found.launch
  const said = {
    entry: found.entry,
    cwd,
    args,
    nodeArgs,
    env,
    options,
    beside: found.beside.map(({ entry }) => entry),
    before: found.before,
    needsNode: found.needsNode,
  }
  expect(said).to.deep.equal({
    cwd: undefined,
    args: [],
    nodeArgs: [],
    env: {},
    options: starts!.options,
    beside: [],
    before: [],
    needsNode: undefined,
    ...starts,
  })
  if (single) expect(found.single).to.match(single)
  else expect(found.single).to.equal(undefined)
}

function thrownBy(run: () => unknown): ShipitError {
  try {
    run()
  } catch (error) {
    if (error instanceof ShipitError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
