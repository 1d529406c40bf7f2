import { expect } from 'chai'
import { preflightFindings } from '../../src/doctor/index.js'
import { installed } from './cases.js'
import { factsOf, type Given } from './facts.js'

const START = 'shipit-runtime start ecosystem.config.yml'
const TSC = { 'tsconfig.json': '{"compilerOptions":{"outDir":"dist","rootDir":"src"}}' }
type Made = Parameters<typeof installed>[2]

/**
 * What projects of public repositories, and of guides to Heroku, have for a Procfile and
 * package.json, reduced to what the checks read; the start script is the runtime's.
 */
const project = (
  dependencies: string[],
  devDependencies: string[],
  procfile: string,
  more: Made = {},
): Given => ({
  files: installed(dependencies, devDependencies, {
    ...more,
    files: { Procfile: procfile, ...more.files },
  }),
})

const PROJECTS: [what: string, Given, string[]][] = [
  [
    'Express and Prisma, its command among the dependencies',
    project(
      ['prisma'],
      ['typescript'],
      'release: npx prisma migrate deploy\nweb: npm start\nworker: node dist/workers/worker.server.js\n',
      {
        scripts: { start: START, build: 'tsc' },
        files: { ...TSC, 'src/workers/worker.server.ts': '' },
      },
    ),
    [],
  ],
  [
    'the same, its command a devDependency',
    project([], ['prisma', 'typescript'], 'release: npx prisma migrate deploy\nweb: npm start\n', {
      scripts: { start: START, build: 'tsc' },
    }),
    ['dev-dependencies warning'],
  ],
  [
    'Prisma twice in one line',
    project(
      ['prisma'],
      [],
      'web: npm start\nrelease: npx prisma generate --schema=./server/models/schema.prisma && npx prisma db push --schema=./server/models/schema.prisma\n',
    ),
    [],
  ],
  [
    'Sequelize, with a worker of its own under pm2-runtime',
    project(
      ['sequelize-cli', 'pm2'],
      [],
      'web: npm start\nworker: pm2-runtime start jobs.config.js --env production\nrelease: npx sequelize-cli db:migrate\n',
      { files: { 'jobs.config.js': '' } },
    ),
    [],
  ],
  [
    'Sequelize by yarn run, and types that set a variable',
    project(
      ['sequelize-cli'],
      [],
      'web: yarn start\ncheck: node jobs/check.js\nsetup: QUEUE=setup node queue\nfinalize: QUEUE=finalize node queue\nrelease: yarn run sequelize db:migrate\n',
      { files: { 'jobs/check.js': '', 'queue/index.js': '' } },
    ),
    [],
  ],
  [
    'Sequelize by its path',
    project(
      ['sequelize-cli'],
      [],
      'web: npm start\nmigrate: ./node_modules/.bin/sequelize db:migrate\nrelease: /bin/true\n',
    ),
    [],
  ],
  [
    'Knex with a file of its own',
    project(
      ['knex'],
      [],
      'web: npm start\nrelease: npx knex migrate:latest --knexfile server/knexfile.js\n',
    ),
    [],
  ],
  [
    'TypeORM through ts-node',
    project(
      ['typeorm'],
      ['ts-node', 'typescript'],
      'web: npm start\nrelease: npm run typeorm -- migration:run\n',
      { scripts: { start: START, typeorm: 'ts-node ./node_modules/typeorm/cli.js', build: 'tsc' } },
    ),
    ['dev-dependencies error', 'dev-dependencies error'],
  ],
  [
    'TypeORM by its built data source',
    project(
      ['typeorm'],
      ['ts-node', 'typescript'],
      'web: npm start\nrelease: npx typeorm migration:run -d dist/data-source.js\n',
      { scripts: { start: START, build: 'tsc', typeorm: 'ts-node ./node_modules/.bin/typeorm' } },
    ),
    [],
  ],
  [
    'a compiler that postinstall runs',
    project([], ['typescript'], 'web: npm start\nworker: node ./dist/app.js\n', {
      scripts: { start: START, tsc: 'tsc', postinstall: 'npm run tsc' },
      files: { ...TSC, 'src/app.ts': '' },
    }),
    [],
  ],
  [
    'a bot that is a worker alone',
    project(['discord.js'], [], 'worker: node bot.js\n', {
      files: { 'bot.js': 'client.login(process.env.TOKEN)' },
    }),
    ['web-process note'],
  ],
  [
    'workers of a monorepo',
    project(['turbo'], [], 'web: npm start\nworker: node apps/api/dist/workers/index.js\n', {
      scripts: { start: START, build: 'turbo run build' },
      workspaces: ['apps/*'],
      files: { 'apps/api/package.json': '{"name":"api"}' },
    }),
    [],
  ],
  [
    'workspaces by name',
    project(
      [],
      [],
      'web: npm start\nworker: yarn workspace worker start\nclock: npm start -w clock\nmail: pnpm --filter mail start\n',
      {
        workspaces: ['packages/*'],
        files: Object.fromEntries(
          ['worker', 'clock', 'mail'].flatMap((name) => [
            [`packages/${name}/package.json`, { name, scripts: { start: 'node main.js' } }],
            [`packages/${name}/main.js`, ''],
          ]),
        ),
      },
    ),
    [],
  ],
  [
    'a server in another folder',
    project(
      ['tsx'],
      [],
      `web: cd services/ingestion && npx tsx server.ts\nworker: node services/monitor/agent.js\nsentinel: node --watch services/sentinel/index.js\n`,
      {
        files: {
          'services/ingestion/server.ts': '',
          'services/monitor/agent.js': '',
          'services/sentinel/index.js': '',
        },
      },
    ),
    ['start-script warning'],
  ],
  [
    'forever with flags for node',
    project(
      ['forever'],
      [],
      'web: node_modules/.bin/forever -c "node --max_old_space_size=960" index.js\n',
      { files: { 'index.js': '' } },
    ),
    ['start-script warning'],
  ],
  [
    'NestJS by start:prod',
    project(['@nestjs/core'], ['@nestjs/cli', 'typescript'], 'web: npm run start:prod\n', {
      scripts: { start: 'nest start', build: 'nest build', 'start:prod': 'node dist/main' },
      files: { 'src/main.ts': '', 'tsconfig.json': '{"compilerOptions":{"outDir":"./dist"}}' },
    }),
    ['start-script warning'],
  ],
  [
    'flags of V8 and a monitor',
    project(
      ['newrelic'],
      [],
      'web: npm start\nworker: node --optimize_for_size --max_old_space_size=460 -r newrelic worker.js\n',
      { files: { 'worker.js': '' } },
    ),
    [],
  ],
  [
    'services by arguments of the start script',
    project(
      [],
      [],
      `web: ${START} -- --services=web\nworker: node ./build/server/index.js --services=worker\n`,
      { scripts: { start: START, build: 'vite build && babel server --out-dir build/server' } },
    ),
    [],
  ],
  [
    'a Rails app with a package.json for its assets',
    project(
      [],
      [],
      'web: bundle exec rails s\nrelease: bin/rake db:migrate\nworker: bundle exec sidekiq -C config/sidekiq.yml\n',
    ),
    ['start-script note'],
  ],
  [
    'Python beside Node.js',
    project(
      [],
      [],
      'web: npm start\nworker: celery -A app worker\nrelease: python manage.py migrate\nbeat: newrelic-admin run-program gunicorn app\n',
    ),
    [],
  ],
  ['nginx in front', project([], [], `web: bin/start-nginx ${START}\n`), []],
  [
    'a script of the shell',
    project([], [], 'web: bash ./start.sh\nrelease: ./release-tasks.sh\n', {
      files: {
        'start.sh': `#!/bin/bash\nset -euo pipefail\nnode scripts/env.js\nexec ${START}\n`,
        'release-tasks.sh': '',
      },
    }),
    [],
  ],
  [
    'a release that may have nothing to do',
    project(
      [],
      [],
      'web: npm start\nrelease: npm run migrate --if-present\nconsole: echo "none"\n',
    ),
    [],
  ],
  [
    'a variable with a default',
    project([], [], 'web: npm start\nworker: NODE_ENV=${NODE_ENV:-production} node jobs.js\n', {
      files: { 'jobs.js': '' },
    }),
    [],
  ],
  [
    'a loop',
    project(
      [],
      [],
      'web: npm start\nclock: while true; do node tick.js; sleep 60; done\nworker: env QUEUE=mail node worker.js || node worker.js\n',
      { files: { 'worker.js': '' } },
    ),
    [],
  ],
  [
    'concurrently in production',
    project(
      ['concurrently'],
      [],
      'web: npm start\nworker: concurrently "node a.js" "node b.js"\n',
      { files: { 'a.js': '', 'b.js': '' } },
    ),
    [],
  ],
  [
    'concurrently for development alone',
    project([], ['concurrently', 'nodemon', 'cross-env'], 'web: npm start\n', {
      scripts: {
        start: START,
        dev: 'cross-env NODE_ENV=development concurrently "nodemon server.js" "vite"',
      },
    }),
    [],
  ],
  [
    'heroku-postbuild that installs a client',
    project(['express'], [], 'web: npm start\n', {
      scripts: {
        start: START,
        'heroku-postbuild':
          'NPM_CONFIG_PRODUCTION=false npm install --prefix client && npm run build --prefix client',
      },
    }),
    [],
  ],
  [
    'a port that only looks as if it came from PORT',
    project(['express'], [], 'web: npm start\n', {
      files: {
        'server.js':
          'const app = express()\n\nconst PORT = 5000\n\napp.listen(PORT, console.log(`on ${process.env.PORT}`))\n',
      },
    }),
    ['listen warning'],
  ],
  [
    'Express as its generator writes it',
    project(['express', 'debug'], [], 'web: npm start\n', {
      files: {
        'server.js':
          'var app = require("./app");\nvar debug = require("debug")("a:server");\nvar http = require("http");\n\nvar port = normalizePort(process.env.PORT || "3000");\napp.set("port", port);\nvar server = http.createServer(app);\nserver.listen(port);\n\nfunction normalizePort(val) {\n  var port = parseInt(val, 10);\n  return port;\n}\n',
        'app.js': 'var express = require("express");\nmodule.exports = express();\n',
      },
    }),
    [],
  ],
  [
    'Fastify with a plugin for development under a condition',
    project(['fastify'], ['pino-pretty'], 'web: npm start\n', {
      files: {
        'server.js':
          'import Fastify from "fastify"\nconst app = Fastify({ logger: process.env.NODE_ENV === "production" ? true : { transport: { target: "pino-pretty" } } })\nawait app.listen({ port: Number(process.env.PORT) || 3000, host: "0.0.0.0" })\n',
      },
    }),
    [],
  ],
  [
    'Koa with a configuration of its own',
    project(['koa', 'dotenv'], [], 'web: npm start\n', {
      files: {
        'server.js':
          'require("dotenv").config()\nconst config = require("./config")\nconst Koa = require("koa")\nnew Koa().listen(config.server.port, config.server.host)\n',
        'config/index.js':
          'const base = require("./base")\nmodule.exports = { server: { port: process.env.PORT || base.port, host: process.env.HOST } }\n',
        'config/base.js': 'exports.port = 3000\n',
      },
    }),
    [],
  ],
  [
    'a health server beside a worker',
    {
      files: {
        ...installed(['bullmq'], []),
        'ecosystem.config.yml':
          'apps:\n  - name: web\n    script: server.js\n  - name: jobs\n    script: jobs.js\n    exec_mode: fork\n    instances: 2\n',
        'jobs.js':
          'new Worker("mail", work)\nrequire("http").createServer(health).listen(9000, "127.0.0.1")\n',
      },
    },
    [],
  ],
]

describe('doctor on real projects', () => {
  for (const [what, given, expected] of PROJECTS) {
    it(`${what}: ${expected.join(', ') || 'nothing'}`, () => {
      const findings = preflightFindings(factsOf(given))
      expect(
        findings.map(({ check, severity }) => `${check} ${severity}`),
        findings.map((finding) => finding.what).join('\n'),
      ).to.deep.equal(expected)
    })
  }
})
