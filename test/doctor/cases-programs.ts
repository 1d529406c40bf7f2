import { installed, type Case } from './cases.js'
import { SOUND, ecosystem, manifest, type Given } from './facts.js'

const app = (...lines: string[]): Given => ({
  files: { 'ecosystem.config.yml': ecosystem(...lines), 'worker.py': '', 'worker.ts': '' },
})
const RUNTIME = { 'shipit-runtime': 'file:vendor/shipit-runtime-1.0.0.tgz' }
const wants = (spec: string, more: Record<string, string | object | undefined> = {}): Given => ({
  files: { 'package.json': manifest({ dependencies: { ...RUNTIME, lib: spec } }), ...more },
})
const WORKSPACE = (part: object): Given => ({
  files: {
    'package.json': manifest({ workspaces: ['packages/*'] }),
    'packages/api/package.json': { name: 'api', ...part },
    'packages/lib/package.json': { name: 'lib' },
  },
})

export const PROGRAMS: Case[] = [
  {
    check: 'programs',
    fires: [
      [
        app('script: worker.ts', 'interpreter: bun'),
        'warning',
        /^a is started by bun, which a dyno does not have/,
      ],
      [app('script: worker.ts', 'interpreter: /root/.bun/bin/bun'), 'warning', /started by bun/],
      [app('script: worker.ts', 'interpreter: deno'), 'warning', /started by deno/],
      [app('script: worker.py', 'interpreter: python3'), 'warning', /started by python3/],
      [app('script: worker.py'), 'warning', /started by python3/],
      [app('script: python3', 'args: -m http.server'), 'warning', /started by python3/],
      [
        { ...app('script: worker.py'), platform: { buildpacks: ['heroku/nodejs'] } },
        'warning',
        /started by python3/,
      ],
      [
        {
          files: { ...app('script: worker.py').files, 'requirements.txt': '' },
          platform: { buildpacks: ['heroku/nodejs'] },
        },
        'warning',
        /started by python3/,
      ],
      [
        {
          files: {
            'package.json': manifest({
              scripts: { start: 'npm run start:app', 'start:app': 'make start' },
            }),
          },
        },
        'warning',
        /The process type web is started by make/,
      ],
      [
        {
          files: { Procfile: 'web: npm start\nworker: python worker.py\n', 'worker.py': '' },
          platform: { buildpacks: ['heroku/nodejs'] },
        },
        'warning',
        /The process type worker is started by python/,
      ],
      [
        { files: { Procfile: 'web: npm start\nworker: bun worker.ts\n', 'worker.ts': '' } },
        'warning',
        /The process type worker is started by bun/,
      ],
    ],
    silent: [
      {},
      app('script: server.js', 'interpreter: node'),
      app('script: server.js', 'interpreter: none'),
      app('script: run.sh', 'interpreter: bash'),
      app('script: run.pl', 'interpreter: perl'),
      app('script: server.js', 'interpreter: ./bin/node'),
      // PM2 runs a cluster by Node, and says so as a fault of the file.
      app('script: worker.py', 'instances: 2'),
      {
        files: installed(['bun'], [], {
          files: { 'ecosystem.config.yml': ecosystem('script: a.ts', 'interpreter: bun') },
        }),
      },
      // That it is taken away is the business of dev-dependencies.
      {
        files: installed([], ['bun'], {
          files: { 'ecosystem.config.yml': ecosystem('script: a.ts', 'interpreter: bun') },
        }),
      },
      {
        ...app('script: worker.py'),
        platform: { buildpacks: ['heroku/python', 'heroku/nodejs'] },
      },
      {
        ...app('script: worker.ts', 'interpreter: deno'),
        platform: { buildpacks: ['https://github.com/chibat/heroku-buildpack-deno'] },
      },
      {
        files: {
          ...app('script: worker.py').files,
          'app.json': { buildpacks: [{ url: 'heroku/python' }, { url: 'heroku/nodejs' }] },
        },
      },
      { files: { Procfile: 'web: npm start\nworker: python worker.py\n', 'worker.py': '' } },
      // A project in both languages has both buildpacks; a platform that says otherwise is heard.
      { files: { ...app('script: worker.py').files, 'requirements.txt': '' } },
      { files: { 'ecosystem.config.yml': ecosystem('script: ./python') } },
    ],
  },
  {
    check: 'dependency-protocols',
    fires: [
      [wants('workspace:*'), 'error', /package\.json wants lib as `workspace:\*`.*npm does not/],
      [wants('catalog:'), 'error', /`catalog:`, which npm does not understand/],
      [wants('workspace:^1.0.0', { 'package-lock.json': undefined }), 'error', /which npm does/],
      [
        WORKSPACE({ dependencies: { lib: 'workspace:*' }, peerDependencies: { x: 'workspace:^' } }),
        'error',
        /packages\/api\/package\.json wants lib as `workspace:\*` \(and 1 more\)/,
      ],
      [
        wants('workspace:*', { 'package-lock.json': undefined, 'yarn.lock': '# yarn lockfile v1' }),
        'error',
        /which Yarn 1 does not understand/,
      ],
    ],
    silent: [
      {},
      wants('file:packages/lib'),
      wants('npm:lodash@4'),
      wants('github:acme/lib'),
      WORKSPACE({ dependencies: { lib: '*' } }),
      wants('workspace:*', {
        'package-lock.json': undefined,
        'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
      }),
      wants('workspace:*', {
        'package-lock.json': undefined,
        'yarn.lock': '__metadata:\n  version: 8\n',
      }),
      wants('link:../lib', {
        'package-lock.json': undefined,
        'yarn.lock': '# yarn lockfile v1',
      }),
      // A folder that is no workspace is not installed.
      {
        files: {
          'examples/a/package.json': { name: 'e', dependencies: { lib: 'workspace:*' } },
          'package.json': SOUND['package.json'],
        },
      },
      {
        files: {
          'package.json': manifest({
            packageManager: 'pnpm@10.1.0',
            dependencies: { ...RUNTIME, lib: 'workspace:*' },
          }),
          'package-lock.json': undefined,
        },
      },
    ],
  },
]
