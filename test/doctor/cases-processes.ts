import type { Case } from './cases.js'
import { dynos, ecosystem, manifest } from './facts.js'

const START = 'shipit-runtime start ecosystem.config.yml'
const two = `${ecosystem('script: server.js')}  - name: jobs\n    script: worker.js\n`

export const PROCESSES: Case[] = [
  {
    check: 'start-script',
    fires: [
      [
        { files: { 'package.json': manifest({ scripts: { start: 'node server.js' } }) } },
        'warning',
        /`node server\.js`, not the apps/,
      ],
      [{ files: { Procfile: 'web: node server.js\n' } }, 'warning', /`node server\.js`/],
      [
        { files: { Procfile: 'web: npm start\nweb: node server.js\n' } },
        'warning',
        /`node server\.js`/,
      ],
      [
        { files: { Procfile: 'web: node dist/index.js\n' } },
        'error',
        /`node dist\/index\.js`, and `dist\/index\.js` does not exist/,
      ],
      [{ files: { Procfile: 'web: npm run serve\n' } }, 'error', /no script called `serve`/],
      [
        { files: { Procfile: 'web: pm2-runtime start ecosystem.config.yml\n' } },
        'warning',
        /pm2-runtime/,
      ],
      [
        { files: { Procfile: 'web: bin/start-it node server.js\n' } },
        'note',
        /cannot tell whether `bin\/start-it/,
      ],
      [
        { files: { Procfile: 'web: foreman start -f Procfile.web\n' } },
        'note',
        /cannot tell whether `foreman/,
      ],
      [
        {
          files: {
            'package.json': manifest({
              scripts: { start: 'shipit-runtime start other.config.yml' },
            }),
          },
        },
        'error',
        /other\.config\.yml, which is not there/,
      ],
      [
        {
          files: {
            'package.json': manifest({ scripts: { start: 'shipit-runtime start process.yml' } }),
            'process.yml': 'apps: []',
          },
        },
        'warning',
        /starts with process\.yml, and shipit reads ecosystem/,
      ],
      [
        { files: { 'package.json': manifest({ scripts: {} }), 'server.js': undefined } },
        'error',
        /no start script/,
      ],
    ],
    silent: [
      {},
      { files: { Procfile: 'web: npm start\nworker: node worker.js\n' } },
      { files: { Procfile: 'worker: npm start\n', 'package.json': manifest({ scripts: {} }) } },
      {
        files: {
          'package.json': manifest({
            scripts: {
              start:
                'NODE_ENV=production npx shipit-runtime start --env prod ./ecosystem.config.yml --only a',
            },
          }),
        },
      },
      {
        files: {
          'package.json': manifest({
            scripts: {
              start: 'npm run serve',
              serve: 'node_modules/.bin/shipit-runtime start ecosystem.config.yml',
            },
          }),
        },
      },
      { files: { Procfile: `web: npx prisma migrate deploy && ${START}\n` } },
      { files: { Procfile: `web: ${START} & node sidecar.js & wait\n` } },
      { files: { Procfile: `web : yarn start\n` } },
      {
        files: {
          Procfile: 'web: ./scripts/boot.sh\n',
          'scripts/boot.sh': `#!/bin/sh\nset -e\nexec ${START}\n`,
        },
      },
      { files: { Procfile: `web: if [ "$X" ]; then ${START}; else exit 1; fi\n` } },
      { files: { Procfile: `web: bin/start-nginx ${START}\nworker: bin/run-jobs\n` } },
      { files: { Procfile: `web: bash -c "${START}"\n` } },
      { files: { Procfile: 'web: node server.js\nweb: npm start\n' } },
      { files: { Procfile: 'mcp-a: node server.js\n' } },
    ],
  },
  {
    check: 'process-types',
    fires: [
      [
        { files: { Procfile: 'web: npm start\nworker: node worker.js\n' } },
        'error',
        /worker runs `node worker\.js`, and `worker\.js` does not exist/,
      ],
      [
        {
          files: { Procfile: 'web: npm start\nworker: node dist/worker.js\n' },
          onDisk: ['dist/worker.js'],
        },
        'error',
        /`dist\/worker\.js` is on disk and not in the commit/,
      ],
      [
        { files: { Procfile: 'web: npm start\nrelease: node scripts/migrate\n' } },
        'error',
        /release runs/,
      ],
      [
        { files: { Procfile: 'web: npm start\nrelease: npm run migrate\n' } },
        'error',
        /no script called `migrate`/,
      ],
      [
        {
          files: {
            Procfile: `web: npm start\nworker: ${START} --only job\n`,
            'ecosystem.config.yml': two,
            'worker.js': '',
          },
        },
        'error',
        /starts job with --only/,
      ],
      [
        {
          files: {
            Procfile: `web: ${START} --only a,jbos\n`,
            'ecosystem.config.yml': two,
            'worker.js': '',
          },
        },
        'error',
        /jbos/,
      ],
      [
        {
          files: {
            Procfile: `web: npm start\nworker: ${START} --only jobs --env stage\n`,
            'ecosystem.config.yml': two,
            'worker.js': '',
          },
        },
        'warning',
        /env_stage/,
      ],
      [
        { files: { Procfile: 'web: npm start\nworker: shipit-runtime start worker.config.yml\n' } },
        'error',
        /worker\.config\.yml, which does not exist/,
      ],
      [
        { files: { Procfile: 'web: npm start\nworker: npm start\n' } },
        'warning',
        /same apps as web/,
      ],
      [{ files: { Procfile: `web: ${START} --secret abc\n` } }, 'error', /--secret/],
      [
        {
          files: {
            Procfile: 'web: npm start\nworker: npm run jobs --workspace jobs\n',
            'package.json': manifest({ workspaces: ['packages/*'] }),
            'packages/api/package.json': '{"name":"api"}',
          },
        },
        'error',
        /no workspace called `jobs`/,
      ],
    ],
    silent: [
      {},
      { files: { Procfile: 'web: npm start\nworker: node worker.js\n', 'worker.js': '' } },
      { files: { Procfile: 'web: npm start\nworker: node worker\n', 'worker.js': '' } },
      {
        files: {
          Procfile: `web: npm start -- --only a\nworker: ${START} --only jobs\n`,
          'ecosystem.config.yml': two,
          'worker.js': '',
        },
      },
      {
        files: {
          Procfile: `web: npm start\nworker: ${START} --only "jobs, a" --env prod\n`,
          'ecosystem.config.yml': `${two}    env_prod: { A: 1 }\n`,
          'worker.js': '',
        },
      },
      {
        files: {
          Procfile:
            'web: npm start\nrelease: npx prisma migrate deploy\nconsole: bundle exec rails c\nworker: python worker.py\n',
        },
      },
      {
        files: {
          Procfile: 'web: npm start\nworker: node dist/worker.js\n',
          'src/worker.ts': '',
          'package.json': manifest({ scripts: { start: START, build: 'tsc' } }),
          'tsconfig.json': '{"compilerOptions":{"outDir":"dist","rootDir":"src"}}',
        },
      },
      {
        files: {
          Procfile: 'web: npm start\nworker: node build/worker.mjs\n',
          'package.json': manifest({ scripts: { start: START, build: 'node build.mjs' } }),
        },
      },
      { files: { Procfile: 'worker: npm start\n' } },
      {
        files: {
          Procfile: '# web: x\nweb: npm start\nworker: npm run worker\n',
          'package.json': manifest({
            scripts: { start: START, worker: 'node -r dotenv/config ./worker.js' },
          }),
          'worker.js': '',
        },
      },
      { files: { Procfile: 'web: npm start\nworker: pm2-runtime start jobs.js --web\n' } },
      {
        files: { Procfile: 'web: npm start\nclock: while true; do node tick.js; sleep 60; done\n' },
      },
    ],
  },
  {
    check: 'web-process',
    fires: [
      [
        {
          files: {
            Procfile: 'worker: node jobs.js\n',
            'jobs.js': '',
            'server.js': 'require("./app").listen(process.env.PORT)',
          },
        },
        'note',
        /no web line, so Heroku runs `npm start` for web: `shipit-runtime start/,
      ],
      [
        { files: { Procfile: 'worker: node server.js\n' } },
        'warning',
        /starts what worker starts, once more/,
      ],
      [
        {
          files: {
            Procfile: 'worker: node bot.js\n',
            'bot.js': '',
            'server.js': undefined,
            'package.json': manifest({ scripts: {} }),
            'ecosystem.config.yml': ecosystem('script: bot.js'),
          },
        },
        'warning',
        /there is no start script/,
      ],
      [
        {
          files: {
            Procfile: 'worker: npm start\n',
            'server.js': 'require("./bot").login(process.env.TOKEN)',
            'bot.js': 'exports.login = (token) => new Client(token)',
          },
        },
        'warning',
        /nothing in server\.js listens/,
      ],
      [
        {
          files: { Procfile: 'worker: node server.js\n' },
          platform: { formation: [dynos('web', 1, 'Basic')] },
        },
        'warning',
        /no web line/,
      ],
    ],
    silent: [
      {},
      { files: { Procfile: 'web: npm start\nworker: node server.js\n' } },
      { files: { Procfile: 'release: node server.js\n' } },
      { files: { Procfile: 'mcp-files: node server.js\n' } },
      {
        files: { Procfile: 'worker: node server.js\n' },
        platform: { formation: [dynos('web', 0, 'Basic')] },
      },
      {
        files: { Procfile: 'worker: node server.js\n' },
        target: { formation: { web: '0', worker: '1' } },
      },
      { files: { Procfile: 'worker: node server.js\n' }, scale: { web: '0', worker: '1' } },
      { files: { Procfile: 'worker: node server.js\n' }, scale: { web: '2' } },
    ],
  },
]
