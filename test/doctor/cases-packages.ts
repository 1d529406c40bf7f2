import { installed, type Case } from './cases.js'
import { ecosystem, manifest } from './facts.js'

const START = 'shipit-runtime start ecosystem.config.yml'
const yarnLock = (...blocks: string[]): string =>
  `# yarn lockfile v1\n\n\n"shipit-runtime@file:vendor/shipit-runtime-1.0.0.tgz":\n  version "1.0.0"\n\n${blocks.join('\n\n')}\n`
const pnpmLock = (version: string): string =>
  `lockfileVersion: '${version}'\nimporters:\n  .:\n    dependencies:\n      shipit-runtime:\n        specifier: file:vendor/shipit-runtime-1.0.0.tgz\n`
const BERRY = '__metadata:\n  version: 8\n'
const app = (...lines: string[]) => ({ 'ecosystem.config.yml': ecosystem(...lines) })

export const PACKAGES: Case[] = [
  {
    check: 'dev-dependencies',
    fires: [
      // Fetched by npx: a version that nobody chose, each time.
      [
        {
          files: installed([], ['prisma'], {
            files: { Procfile: 'web: npm start\nrelease: npx prisma migrate deploy\n' },
          }),
        },
        'warning',
        /release needs prisma, which is a devDependency/,
      ],
      [
        {
          files: installed([], ['sequelize-cli'], {
            scripts: { start: START, migrate: 'sequelize-cli db:migrate' },
            files: { Procfile: 'web: npm start\nrelease: npm run migrate\n' },
            lock: { 'sequelize-cli': { dev: true, bin: { 'sequelize-cli': 'lib/sequelize' } } },
          }),
        },
        'error',
        /release needs sequelize-cli, which is a devDependency/,
      ],
      [
        {
          files: installed([], ['tsx'], {
            files: { Procfile: 'web: npm start\nworker: tsx worker.ts\n', 'worker.ts': '' },
          }),
        },
        'error',
        /worker needs tsx, which is a devDependency/,
      ],
      [
        {
          files: installed([], ['cross-env'], {
            files: { Procfile: 'web: npm start\nworker: cross-env A=1 node server.js\n' },
          }),
        },
        'error',
        /needs cross-env/,
      ],
      [
        {
          files: installed([], ['dotenv-cli'], {
            scripts: { start: 'dotenv -e .env -- shipit-runtime start ecosystem.config.yml' },
          }),
        },
        'error',
        /web needs dotenv-cli \(dotenv\)/,
      ],
      [
        {
          files: installed([], ['nodemon'], {
            scripts: { start: START, work: 'nodemon server.js' },
            files: { Procfile: 'web: npm start\nworker: npm run work\n' },
          }),
        },
        'error',
        /needs nodemon/,
      ],
      [
        {
          files: installed(['ts-node'], ['typescript'], {
            files: { Procfile: 'web: npm start\nworker: ts-node worker.ts\n', 'worker.ts': '' },
          }),
        },
        'error',
        /needs typescript \(ts-node\)/,
      ],
      [
        {
          files: installed([], ['dotenv'], {
            files: { Procfile: 'web: npm start\nworker: node -r dotenv/config server.js\n' },
          }),
        },
        'error',
        /dotenv/,
      ],
      [
        {
          files: installed([], ['knex'], {
            scripts: { start: START, migrate: 'knex migrate:latest' },
            files: { Procfile: 'web: npm start\nrelease: npm run migrate\n' },
          }),
        },
        'error',
        /release needs knex/,
      ],
      [
        {
          files: installed([], ['prisma'], {
            files: { Procfile: 'web: npm start\nrelease: npx prisma migrate deploy\n' },
          }),
        },
        'warning',
        /release needs prisma/,
      ],
      [
        { files: installed([], ['typescript'], { scripts: { start: START, prestart: 'tsc' } }) },
        'error',
        /web needs typescript \(tsc\)/,
      ],
      [
        {
          files: installed([], ['pino-pretty'], {
            files: { Procfile: 'web: npm start\nworker: node server.js | pino-pretty\n' },
          }),
        },
        'error',
        /pino-pretty/,
      ],
      [
        {
          files: installed([], ['tsx'], {
            files: app('script: server.js', 'node_args: --import tsx'),
          }),
        },
        'error',
        /a needs tsx/,
      ],
      [
        {
          files: installed([], ['tsx'], {
            files: { ...app('script: server.ts'), 'server.ts': '' },
          }),
        },
        'error',
        /a needs tsx/,
      ],
      [
        {
          files: installed([], ['ts-node'], {
            lock: { typescript: {} },
            files: app('script: server.js', 'interpreter: node_modules/.bin/ts-node'),
          }),
        },
        'error',
        /ts-node/,
      ],
      [
        {
          files: installed([], ['next'], {
            files: app('script: node_modules/next/dist/bin/next', 'args: start'),
          }),
        },
        'error',
        /a needs next/,
      ],
      [
        {
          files: installed([], ['express'], {
            files: {
              'server.js': 'const express = require("express")\nexpress().listen(process.env.PORT)',
            },
          }),
        },
        'error',
        /server\.js needs express/,
      ],
      [
        {
          files: installed([], ['morgan'], {
            files: {
              'server.js':
                'const http = require("http")\nconst morgan = require("morgan")\n\nhttp.listen(process.env.PORT)',
            },
          }),
        },
        'error',
        /needs morgan/,
      ],
      [
        {
          files: installed([], ['dotenv'], {
            files: { 'server.js': 'require("./config")', 'config.js': 'import "dotenv/config"\n' },
          }),
        },
        'error',
        /config\.js needs dotenv \(dotenv\/config\)/,
      ],
      [
        {
          files: installed(['next'], ['typescript'], {
            files: {
              ...app('script: node_modules/.bin/next', 'args: start'),
              'next.config.ts': '',
            },
          }),
        },
        'warning',
        /typescript for next\.config\.ts/,
      ],
      [
        {
          files: installed(['next'], ['typescript'], {
            scripts: { start: START, serve: 'next start' },
            files: { ...app('script: npm', 'args: run serve'), 'next.config.ts': '' },
          }),
        },
        'warning',
        /next\.config\.ts/,
      ],
      [
        {
          files: installed([], [], {
            files: { Procfile: 'web: npm start\nworker: ts-node-dev worker.ts\n', 'worker.ts': '' },
            lock: { typescript: {} },
          }),
        },
        'error',
        /ts-node-dev, which is not among the dependencies/,
      ],
      [
        {
          files: {
            ...installed([], ['tsx'], {
              files: {
                Procfile: 'web: npm start\nworker: tsx w.ts\n',
                'w.ts': '',
                'yarn.lock': yarnLock('tsx@^4.0.0:\n  version "4.0.0"'),
              },
            }),
            'package-lock.json': undefined,
          },
        },
        'error',
        /tsx/,
      ],
    ],
    silent: [
      {},
      {
        files: installed(['tsx'], [], {
          files: { Procfile: 'worker: tsx worker.ts\n', 'worker.ts': '' },
        }),
      },
      // Asked for by a dependency, so npm keeps it.
      {
        files: installed([], ['typescript'], {
          lock: { typescript: {} },
          scripts: { start: START, prestart: 'tsc' },
        }),
      },
      {
        files: {
          ...installed(['strapi-tools'], ['typescript'], {
            scripts: { start: START, prestart: 'tsc' },
            files: {
              'yarn.lock': yarnLock(
                'strapi-tools@^4.0.0:\n  version "4.0.0"\n  dependencies:\n    typescript "^4.0.0"',
                'typescript@^4.0.0:\n  version "4.0.0"',
              ),
            },
          }),
          'package-lock.json': undefined,
        },
      },
      {
        files: installed([], ['tsx'], { files: { Procfile: 'worker: tsx server.js\n' } }),
        platform: { configVars: { NPM_CONFIG_PRODUCTION: 'false' } },
      },
      {
        files: installed([], ['tsx'], {
          files: {
            Procfile: 'worker: tsx server.js\n',
            'app.json': '{"env":{"NPM_CONFIG_PRODUCTION":{"value":"false"}}}',
          },
        }),
      },
      {
        files: installed([], ['tsx'], {
          files: { Procfile: 'worker: tsx server.js\n', '.npmrc': 'include=dev\n' },
        }),
      },
      {
        files: installed([], ['nodemon', 'concurrently'], {
          scripts: { start: START, dev: 'concurrently "nodemon server.js" "tsc -w"', build: 'tsc' },
        }),
      },
      {
        files: installed([], ['dotenv'], {
          files: {
            'server.js':
              'if (process.env.NODE_ENV !== "production") {\n  require("dotenv").config()\n}\nlisten(process.env.PORT)',
          },
        }),
      },
      {
        files: installed([], ['dotenv'], {
          files: {
            'server.js':
              'if (process.env.NODE_ENV !== "production") require("dotenv").config()\nlisten(process.env.PORT)',
          },
        }),
      },
      {
        files: installed([], ['dotenv'], {
          files: { 'server.js': 'try {\n  require("dotenv").config()\n} catch (e) {}\n' },
        }),
      },
      {
        files: installed([], ['webpack'], {
          files: {
            'server.js':
              'const hot = process.env.HOT ? require("webpack") : null\nprocess.env.DEV && require("webpack")\nconst lazy = () => require("webpack")\n',
          },
        }),
      },
      {
        files: installed([], ['express'], {
          files: {
            'server.js': '// require("express")\nconst text = `\nimport x from "express"\n`\n',
          },
        }),
      },
      {
        files: installed([], ['events'], {
          files: { 'server.js': 'const { EventEmitter } = require("events")\n' },
        }),
      },
      {
        files: installed(['express'], ['@types/express', 'type-fest', 'typescript'], {
          scripts: { start: START, build: 'tsc' },
          files: {
            ...app('script: dist/server.js'),
            'src/server.ts':
              'import type { Jsonify } from "type-fest"\nimport { Merge } from "type-fest"\nimport express, { Request } from "express"\nexpress()\n',
            'tsconfig.json': '{"compilerOptions":{"outDir":"dist","rootDir":"src"}}',
          },
        }),
      },
      {
        files: installed([], ['express', 'esbuild'], {
          scripts: {
            start: START,
            build: 'esbuild src/server.ts --bundle --platform=node --outfile=dist/server.js',
          },
          files: {
            ...app('script: dist/server.js'),
            'src/server.ts': 'import express from "express"\nexpress()\n',
          },
        }),
      },
      {
        files: installed(['next'], ['typescript'], {
          files: { ...app('script: .next/standalone/server.js'), 'next.config.ts': '' },
          scripts: { start: START, build: 'next build' },
        }),
      },
      {
        files: installed(['next', 'typescript'], [], {
          files: { ...app('script: node_modules/.bin/next', 'args: start'), 'next.config.ts': '' },
        }),
      },
      {
        files: installed(['next'], ['typescript'], {
          files: { ...app('script: node_modules/.bin/next', 'args: start'), 'next.config.mjs': '' },
        }),
      },
      {
        files: installed(['dotenv'], ['@/lib'], {
          files: { 'server.js': 'require("@/lib")\nrequire("~/x")\nrequire("#internal")\n' },
        }),
      },
    ],
  },
  {
    check: 'package-managers',
    fires: [
      [
        {
          files: {
            'package.json': manifest({ engines: { node: '22.x', yarn: '1.x', npm: '10.x' } }),
          },
        },
        'error',
        /several package managers: engines\.npm \(10\.x\), engines\.yarn \(1\.x\)/,
      ],
      [
        {
          files: {
            'package.json': manifest({
              engines: { node: '22.x', npm: '10.x' },
              packageManager: 'pnpm@9.1.0',
            }),
          },
        },
        'error',
        /engines\.npm \(10\.x\), packageManager \(pnpm@9\.1\.0\)/,
      ],
      [
        { files: { 'package.json': manifest({ packageManager: 'yarn@4.5.0' }) } },
        'warning',
        /names packageManager \(yarn@4\.5\.0\), and the lockfile is package-lock\.json/,
      ],
      [
        {
          files: {
            'package.json': manifest({
              packageManager: 'pnpm@9.1.0',
              engines: { node: '22.x', pnpm: '>=10' },
            }),
            'package-lock.json': undefined,
            'pnpm-lock.yaml': pnpmLock('9.0'),
          },
        },
        'error',
        /pnpm 9\.1\.0 as packageManager, and engines\.pnpm is `>=10`/,
      ],
      [
        {
          files: {
            'package.json': manifest({ engines: { node: '22.x' } }),
            'package-lock.json': undefined,
            'pnpm-lock.yaml': pnpmLock('6.0'),
          },
        },
        'error',
        /format 6, which pnpm 8 to 9 read, and package\.json names no version/,
      ],
      [
        {
          files: {
            'package.json': manifest({ packageManager: 'pnpm@8.15.9' }),
            'package-lock.json': undefined,
            'pnpm-lock.yaml': pnpmLock('9.0'),
          },
        },
        'error',
        /format 9.*pnpm@8\.15\.9/,
      ],
      [
        { files: { 'package-lock.json': undefined, 'yarn.lock': BERRY } },
        'error',
        /nothing names its version/,
      ],
      [
        {
          files: {
            'package-lock.json': undefined,
            'yarn.lock': BERRY,
            '.yarnrc.yml': 'yarnPath: .yarn/releases/yarn-4.5.0.cjs\n',
          },
        },
        'error',
        /yarn-4\.5\.0\.cjs, which is not there/,
      ],
      [
        {
          files: {
            'package.json': manifest({ packageManager: 'yarn@4.5.0' }),
            'package-lock.json': undefined,
            'yarn.lock': yarnLock(),
          },
        },
        'error',
        /yarn\.lock is of Yarn 1/,
      ],
    ],
    silent: [
      {},
      {
        files: {
          'package.json': manifest({
            engines: { node: '22.x', npm: '10.x' },
            packageManager: 'npm@10.9.0',
          }),
        },
      },
      {
        files: {
          'package.json': manifest({
            packageManager: 'pnpm@9.1.0+sha512.abc',
            engines: { node: '22.x', pnpm: '^9' },
          }),
          'package-lock.json': undefined,
          'pnpm-lock.yaml': pnpmLock('9.0'),
        },
      },
      {
        files: {
          'package.json': manifest({ engines: { node: '22.x', pnpm: '8.x' } }),
          'package-lock.json': undefined,
          'pnpm-lock.yaml': pnpmLock('6.0'),
        },
      },
      {
        files: {
          'package.json': manifest({ engines: { node: '22.x', pnpm: '>=9' } }),
          'package-lock.json': undefined,
          'pnpm-lock.yaml': pnpmLock('9.0'),
        },
      },
      { files: { 'package-lock.json': undefined, 'pnpm-lock.yaml': pnpmLock('9.0') } },
      {
        files: {
          'package-lock.json': undefined,
          'yarn.lock': BERRY,
          '.yarnrc.yml': 'yarnPath: ".yarn/releases/yarn-4.5.0.cjs"\n',
          '.yarn/releases/yarn-4.5.0.cjs': '',
        },
      },
      {
        files: {
          'package.json': manifest({ packageManager: 'yarn@4.5.0' }),
          'package-lock.json': undefined,
          'yarn.lock': BERRY,
        },
      },
      {
        files: {
          'package.json': manifest({ engines: { node: '22.x', yarn: '1.22.x' } }),
          'package-lock.json': undefined,
          'yarn.lock': yarnLock(),
        },
      },
      {
        files: {
          'package.json': manifest({ packageManager: 'yarn@1.22.22' }),
          'package-lock.json': undefined,
          'yarn.lock': yarnLock(),
        },
      },
    ],
  },
  {
    check: 'plug-and-play',
    fires: [
      [
        {
          files: {
            'package.json': manifest({ packageManager: 'yarn@4.5.0' }),
            'package-lock.json': undefined,
            'yarn.lock': BERRY,
          },
        },
        'error',
        /`npm start` for web, because no Procfile/,
      ],
      [
        {
          files: {
            'package.json': manifest({ packageManager: 'yarn@4.5.0' }),
            'package-lock.json': undefined,
            'yarn.lock': BERRY,
            Procfile: 'web: yarn start\nworker: node server.js\n',
          },
        },
        'error',
        /`node server\.js` for worker/,
      ],
    ],
    silent: [
      {},
      {
        files: {
          'package-lock.json': undefined,
          'yarn.lock': BERRY,
          '.yarnrc.yml': 'nodeLinker: node-modules\n',
        },
      },
      {
        files: {
          'package-lock.json': undefined,
          'yarn.lock': BERRY,
          Procfile: 'web: yarn start\nworker: yarn node server.js\n',
        },
      },
      { files: { 'package-lock.json': undefined, 'yarn.lock': yarnLock() } },
    ],
  },
  {
    check: 'engines',
    fires: [
      [
        { files: { 'package.json': manifest({ engines: { node: '>=99' } }) } },
        'error',
        /no Node\.js that is out/,
      ],
      [{ files: { 'package.json': manifest({ engines: {} }) } }, 'warning', /no engines\.node/],
      [
        { files: { 'package.json': manifest({ engines: { node: 'newest' } }) } },
        'error',
        /not a version range/,
      ],
      [
        { files: { 'package.json': manifest({ engines: { node: '>=20 <18' } }) } },
        'error',
        /no version satisfies/,
      ],
      [
        { files: { 'package.json': manifest({ engines: { node: '16.x' } }) } },
        'error',
        /needs Node\.js >=20/,
      ],
      [
        {
          files: {
            'package.json': manifest({ engines: { node: '18.x' }, scripts: {} }),
            Procfile: `worker: ${START}\n`,
          },
        },
        'error',
        /needs Node\.js/,
      ],
    ],
    silent: [
      { files: { 'package.json': manifest({ engines: { node: 'latest' } }) } },
      { files: { 'package.json': manifest({ engines: { node: '~=22.18' } }) } },
      {},
      { files: { 'package.json': manifest({ engines: { node: '>=18' } }) } },
      {
        files: {
          'package.json': manifest({
            engines: { node: '18.x' },
            scripts: { start: 'node server.js' },
          }),
        },
      },
      { files: { 'package.json': manifest({ engines: { node: '18.x || 20.x || 22.x' } }) } },
      { files: { 'package.json': manifest({ engines: { node: '*' } }) } },
    ],
  },
]
