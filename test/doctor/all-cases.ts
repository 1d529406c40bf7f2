import type { Case } from './cases.js'
import { APPS } from './cases-apps.js'
import { DATABASES } from './cases-databases.js'
import { PACKAGES } from './cases-packages.js'
import { PROGRAMS } from './cases-programs.js'
import { PROCESSES } from './cases-processes.js'
import { SOUND, dynos, ecosystem, manifest, type Given } from './facts.js'

const START = 'shipit-runtime start ecosystem.config.yml'
const key = (kind: string) => ['-----BEGIN ', kind, 'PRIVATE KEY-----'].join('')
const app = (...lines: string[]): Given => ({
  files: { 'ecosystem.config.yml': ecosystem('script: server.js', ...lines) },
})
const lock = (packages: object): string =>
  JSON.stringify({
    lockfileVersion: 3,
    packages: { ...(SOUND['package-lock.json'] as { packages: object }).packages, ...packages },
  })
const withDependency = (name: string, spec: string, files: Given['files'] = {}): Given => ({
  files: {
    'package.json': manifest({
      dependencies: { 'shipit-runtime': 'file:vendor/shipit-runtime-1.0.0.tgz', [name]: spec },
    }),
    'package-lock.json': lock({ [`node_modules/${name}`]: { version: spec.replace(/^\D+/, '') } }),
    ...files,
  },
})

/** A lockfile of Yarn 4, with a line more in the root's dependencies. */
const berryLock = (line: string): string =>
  `__metadata:\n  version: 8\n\n"a@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "a@workspace:."\n  dependencies:\n    ${line}\n    shipit-runtime: "file:vendor/shipit-runtime-1.0.0.tgz"\n  languageName: unknown\n  linkType: soft\n`

/** Every check's table. */
export const ALL_CASES: Case[] = [
  ...PROCESSES,
  ...PACKAGES,
  ...DATABASES,
  ...APPS,
  ...PROGRAMS,
  {
    check: 'package-json',
    fires: [
      [{ files: { 'package.json': undefined } }, 'error', /no package\.json/],
      [{ files: { 'package.json': '{"name": }' } }, 'error', /line 1/],
    ],
    silent: [{}],
  },
  {
    check: 'repository',
    fires: [
      [
        { refusal: { message: 'There is no commit yet.', next: 'git commit' } },
        'error',
        /no commit yet/,
      ],
    ],
    silent: [{}],
  },
  {
    check: 'ecosystem-file',
    fires: [[{ files: { 'ecosystem.config.yml': undefined } }, 'error', /no ecosystem file/]],
    silent: [{}],
  },
  {
    check: 'committed',
    fires: [
      [
        { notCommitted: ['ecosystem.config.yml'], uncommitted: ['ecosystem.config.yml'] },
        'error',
        /ecosystem\.config\.yml is not in the commit/,
      ],
      [
        {
          files: { 'vendor/shipit-runtime-1.0.0.tgz': undefined },
          onDisk: ['vendor/shipit-runtime-1.0.0.tgz'],
        },
        'error',
        /vendor\/shipit-runtime-1\.0\.0\.tgz is not/,
      ],
      [{ uncommitted: ['server.js'] }, 'warning', /Not committed: server\.js/],
    ],
    silent: [{}],
  },
  {
    check: 'slugignore',
    fires: [
      [{ files: { '.slugignore': 'docs\n/vendor\n' } }, 'error', /vendor/],
      [{ files: { '.slugignore': '*.tgz' } }, 'error', /\*\.tgz/],
    ],
    silent: [{ files: { '.slugignore': 'docs\n*.psd\n\nvendors/' } }],
  },
  {
    check: 'runtime-dependency',
    fires: [
      [
        {
          files: {
            'package.json': manifest({
              dependencies: {},
              devDependencies: { 'shipit-runtime': '1.0.0' },
            }),
          },
        },
        'error',
        /is a devDependency/,
      ],
      [
        { files: { 'package.json': manifest({ dependencies: {} }) } },
        'error',
        /not among its dependencies/,
      ],
    ],
    silent: [
      {},
      {
        files: {
          'package.json': manifest({ dependencies: {}, scripts: { start: 'node server.js' } }),
        },
      },
    ],
  },
  {
    check: 'lockfile',
    fires: [
      [
        { files: { 'yarn.lock': '# yarn lockfile v1\n' } },
        'error',
        /two lockfiles: package-lock\.json and yarn\.lock/,
      ],
      [
        { files: { 'npm-shrinkwrap.json': lock({}) } },
        'error',
        /two lockfiles: npm-shrinkwrap\.json and package-lock\.json/,
      ],
      [{ files: { 'package-lock.json': undefined } }, 'warning', /no lockfile/],
      [
        { files: { 'package-lock.json': undefined }, onDisk: ['package-lock.json'] },
        'warning',
        /git ignores it/,
      ],
    ],
    silent: [
      {},
      { files: { 'package-lock.json': undefined, 'npm-shrinkwrap.json': lock({}) } },
      { files: { 'package-lock.json': undefined, 'pnpm-lock.yaml': 'importers:\n  .: {}\n' } },
    ],
  },
  {
    check: 'lockfile-in-step',
    fires: [
      [
        withDependency('express', '^5.2.1', { 'package-lock.json': undefined, 'yarn.lock': '' }),
        'error',
        /yarn\.lock is not in step.*express/,
      ],
      [
        withDependency('express', '^5.2.1', {
          'package-lock.json': undefined,
          'yarn.lock': berryLock('express: "npm:^4.0.0"'),
        }),
        'error',
        /yarn\.lock is not in step.*express/,
      ],
      [
        withDependency('express', '^5.2.1', { 'package-lock.json': lock({}) }),
        'error',
        /package-lock\.json is not in step.*: express/,
      ],
      [
        withDependency('express', '^5.2.1', {
          'package-lock.json': lock({ 'node_modules/express': { version: '4.21.0' } }),
        }),
        'error',
        /express/,
      ],
      [
        {
          files: {
            'package-lock.json': lock({
              'node_modules/shipit-runtime': {
                version: '0.9.0',
                resolved: 'file:vendor/shipit-runtime-0.9.0.tgz',
              },
            }),
          },
        },
        'error',
        /shipit-runtime/,
      ],
      [
        withDependency('express', '^5.2.1', {
          'package-lock.json': undefined,
          'yarn.lock':
            '"shipit-runtime@file:vendor/shipit-runtime-1.0.0.tgz":\n  version "1"\nexpress@^4.0.0:\n  version "4.0.0"\n',
        }),
        'error',
        /yarn\.lock.*express/,
      ],
      [
        withDependency('express', '^5.2.1', {
          'package-lock.json': undefined,
          'pnpm-lock.yaml':
            "lockfileVersion: '9.0'\nimporters:\n\n  .:\n    dependencies:\n      express:\n        specifier: ^4.0.0\n        version: 4.0.0\n      shipit-runtime:\n        specifier: file:vendor/shipit-runtime-1.0.0.tgz\n        version: 1\n\npackages:\n\n  x: {}\n",
        }),
        'error',
        /pnpm-lock\.yaml.*: express\./,
      ],
    ],
    silent: [
      withDependency('express', '^5.2.1', {
        'package-lock.json': undefined,
        'yarn.lock': berryLock('express: "npm:^5.2.1"'),
      }),
      {},
      withDependency('express', '^5.2.1'),
      withDependency('mine', 'github:me/mine'),
      withDependency('express', '^5.2.1', { 'package-lock.json': 'not json' }),
      withDependency('express', '^5.2.1', {
        'package-lock.json': undefined,
        'yarn.lock':
          '"shipit-runtime@file:vendor/shipit-runtime-1.0.0.tgz":\n  version "1"\n"express@^4.0.0, express@^5.2.1":\n  version "5.2.1"\nexpress@^5, express@^5.2.1:\n  version "5.2.1"\n',
      }),
      withDependency('express', '^5.2.1', {
        'package-lock.json': undefined,
        'pnpm-lock.yaml':
          'importers:\n  .:\n    dependencies:\n      express:\n        specifier: ^5.2.1\n      shipit-runtime:\n        specifier: file:vendor/shipit-runtime-1.0.0.tgz\n',
      }),
      // As pnpm 11 writes it: its own packages first, the app's in the last document.
      withDependency('express', '^5.2.1', {
        'package-lock.json': undefined,
        'pnpm-lock.yaml':
          "---\nlockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    configDependencies:\n      is-odd:\n        specifier: 3.0.1\n        version: 3.0.1\n\npackages:\n\n  is-odd@3.0.1: {}\n\n---\nlockfileVersion: '9.0'\n\nimporters:\n  .:\n    dependencies:\n      express:\n        specifier: ^5.2.1\n      shipit-runtime:\n        specifier: file:vendor/shipit-runtime-1.0.0.tgz\n",
      }),
      {
        files: {
          'package.json': manifest({
            overrides: { express: '4' },
            dependencies: {
              'shipit-runtime': 'file:vendor/shipit-runtime-1.0.0.tgz',
              express: '^5',
            },
          }),
        },
      },
      withDependency('express', '^5.2.1', {
        'package-lock.json': undefined,
        'yarn.lock': '__metadata:\n  version: 8\n',
      }),
    ],
  },
  {
    check: 'outside-dependencies',
    fires: [
      [
        withDependency('shared', 'file:../shared'),
        'error',
        /shared \(file:\.\.\/shared\) lies outside/,
      ],
    ],
    silent: [{}, withDependency('shared', 'file:./packages/shared')],
  },
  {
    check: 'procfile',
    fires: [
      [{ files: { Procfile: 'web npm start\n' } }, 'error', /Line 1 of the Procfile/],
      [{ files: { 'Procfile.txt': 'web: npm start\n' } }, 'warning', /a file called Procfile/],
      [{ files: { procfile: 'web: npm start\n' } }, 'warning', /a file called Procfile/],
    ],
    silent: [
      {},
      { files: { Procfile: '# web\nweb: npm start\n' } },
      { files: { 'Procfile.dev': 'web: npm start\n' } },
    ],
  },
  {
    check: 'node-modules',
    fires: [[{ files: { 'node_modules/a/index.js': '' } }, 'warning', /with 1 file/]],
    silent: [{}, { files: { 'lib/node_modules.js': '' } }],
  },
  {
    check: 'entry',
    fires: [
      [
        {
          files: {
            'ecosystem.config.yml': ecosystem('script: serve', 'env: { PM2_SERVE_PATH: build }'),
          },
        },
        'error',
        /build, which a serves, is not in the commit, and no build script makes it/,
      ],
      [
        { files: { 'server.js': undefined } },
        'error',
        /server\.js, which a starts, does not exist/,
      ],
      [
        { files: { 'server.js': undefined }, onDisk: ['server.js'] },
        'error',
        /on disk, and not in the commit/,
      ],
      [{ notCommitted: ['server.js'] }, 'error', /on disk, and not in the commit/],
      [
        {
          files: {
            'ecosystem.config.yml':
              ecosystem('script: server') + '  - name: b\n    script: ./lib/main\n',
            'lib/main.js': '',
          },
        },
        'error',
        /lib\/main, which b starts, is not a file/,
      ],
      [
        {
          files: {
            'ecosystem.config.yml': ecosystem('script: dist/server.js'),
            'src/server.ts': '',
          },
          onDisk: ['dist/server.js'],
        },
        'error',
        /no build script makes it/,
      ],
      [
        { files: { 'ecosystem.config.yml': ecosystem('script: npm', 'args: run mail') } },
        'error',
        /a runs `npm run mail`, and there is no script called `mail`/,
      ],
      [
        { files: { 'ecosystem.config.yml': ecosystem('script: node jobs.js --fast') } },
        'error',
        /`jobs\.js` does not exist/,
      ],
    ],
    silent: [
      {
        files: {
          'ecosystem.config.yml': ecosystem('script: serve', 'env: { PM2_SERVE_PATH: public }'),
          'public/index.html': '',
        },
      },
      {
        files: {
          'ecosystem.config.yml': ecosystem('script: serve', 'env: { PM2_SERVE_PATH: dist }'),
          'package.json': manifest({ scripts: { start: START, build: 'vite build' } }),
        },
      },
      { files: { 'ecosystem.config.yml': ecosystem('script: serve') } },
      {
        files: {
          'ecosystem.config.yml': ecosystem('script: serve') + '  - name: b\n    script: ./lib\n',
          'lib/index.js': '',
        },
      },
      {},
      {
        files: {
          'ecosystem.config.yml': ecosystem('script: dist/server.js'),
          'src/server.ts': '',
          'package.json': manifest({
            scripts: { start: 'shipit-runtime start ecosystem.config.yml', build: 'tsc' },
          }),
          'tsconfig.json': { compilerOptions: { outDir: 'dist', rootDir: 'src' } },
        },
      },
      {
        files: {
          'ecosystem.config.yml': ecosystem('script: main.js', 'cwd: ./services/api'),
          'services/api/main.js': '',
        },
      },
      {
        files: {
          'ecosystem.config.yml': ecosystem('script: node_modules/.bin/next', 'args: start'),
        },
      },
      {
        files: {
          'ecosystem.config.yml': ecosystem('script: npm', 'args: run serve'),
          'package.json': manifest({
            scripts: {
              start: 'shipit-runtime start ecosystem.config.yml',
              serve: 'node server.js',
            },
          }),
        },
      },
      {
        files: { 'ecosystem.config.yml': ecosystem('script: npm', 'args: run later --if-present') },
      },
      {
        files: {
          'ecosystem.config.yml': ecosystem(
            'script: python3',
            'args: [-m, http.server]',
            'interpreter: none',
          ),
        },
      },
      { files: { 'ecosystem.config.yml': ecosystem('script: ./run --fast') } },
      {
        files: { 'ecosystem.config.yml': ecosystem('script: shared/main.js'), shared: '../shared' },
        modes: { shared: '120000' },
      },
    ],
  },
  {
    check: 'instances',
    fires: [
      [
        app('instances: 12'),
        'warning',
        /12 instances \(the file\), and a dyno of 512 MB holds about 4/,
      ],
      [
        {
          ...app('instances: max'),
          platform: {
            configVars: { SHIPIT_INSTANCES: 'a=30' },
            formation: [dynos('web', 1, 'Standard-2X')],
          },
        },
        'warning',
        /30 instances \(SHIPIT_INSTANCES\).*Standard-2X dyno of 1024 MB holds about 9/,
      ],
    ],
    silent: [
      {},
      app('instances: 2'),
      app('instances: max'),
      { ...app('instances: 12'), target: { formation: { web: '1:performance-m' } } },
      app('instances: 8', 'max_memory_restart: 40M'),
    ],
  },
  {
    check: 'memory-limit',
    fires: [
      [app('max_memory_restart: 1G'), 'warning', /1024 MB .*the smaller dynos have 512 MB/],
      [
        {
          ...app('max_memory_restart: 1500M'),
          platform: { formation: [dynos('web', 1, 'Standard-2X')] },
        },
        'warning',
        /a Standard-2X dyno has 1024 MB/,
      ],
    ],
    silent: [
      {},
      app('max_memory_restart: 512M'),
      app('max_memory_restart: 300M', 'instances: 4'),
      { ...app('max_memory_restart: 1G'), target: { formation: { web: '1:standard-2x' } } },
      {
        ...app('max_memory_restart: 2G'),
        platform: { formation: [dynos('web', 1, 'Performance-M')] },
      },
    ],
  },
  {
    check: 'socket-io',
    fires: [
      [
        withDependency('socket.io', '4.8.0', {
          'server.js':
            'const { Server } = require("socket.io")\nnew Server(http)\nhttp.listen(process.env.PORT)',
        }),
        'warning',
        /several instances/,
      ],
    ],
    silent: [
      {},
      withDependency('socket.io', '4.8.0'),
      withDependency('socket.io', '4.8.0', {
        'server.js': 'require("socket.io")(http, { transports: ["websocket"] })',
      }),
      withDependency('socket.io', '4.8.0', {
        'server.js': 'require("socket.io")',
        'ecosystem.config.yml': ecosystem('script: server.js', 'instances: 1'),
      }),
    ],
  },
  {
    check: 'ecosystem-options',
    fires: [
      [app('instnces: 2'), 'warning', /unknown option; did you mean instances/],
      [app('instances: tow'), 'error', /whole number or max/],
    ],
    silent: [{}],
  },
  {
    check: 'ssh-deploy',
    fires: [
      [
        {
          files: {
            'ecosystem.config.yml':
              SOUND['ecosystem.config.yml'] +
              'deploy:\n  old: { user: me, host: h, repo: r, path: /p }\n',
          },
        },
        'warning',
        /deploy\.old/,
      ],
    ],
    silent: [{}],
  },
  {
    check: 'port-in-env',
    fires: [
      [app('env: { PORT: 3000 }'), 'warning', /sets PORT in `env`/],
      [app('env_prod: { PORT: 3000 }'), 'warning', /env_prod/],
      [app('port: 3000'), 'warning', /`port`/],
    ],
    silent: [{}, app('env: { REPORT: 1 }')],
  },
  {
    check: 'watch',
    fires: [
      [app('watch: true'), 'warning', /watch/],
      [app('watch: [src]'), 'warning', /watch/],
    ],
    silent: [
      {},
      app('watch: false'),
      { ...app('watch: true'), platform: { configVars: { SHIPIT_WATCH: '1' } } },
    ],
  },
  {
    check: 'log-files',
    fires: [
      [app('out_file: ./logs/out.log'), 'warning', /out_file/],
      [app('error: err.log'), 'warning', /error_file/],
    ],
    silent: [{}, app('out_file: /dev/null'), app('log_date_format: HH:mm')],
  },
  {
    check: 'absolute-paths',
    fires: [[app('cwd: /home/me/app'), 'error', /cwd of a.*\/home\/me\/app/]],
    silent: [{}, app('cwd: ./'), app('interpreter: /usr/bin/python3'), app('cwd: /app/api')],
  },
  {
    check: 'env-files',
    fires: [
      [
        { files: { '.env': 'NODE_ENV=x\nSTRIPE_SECRET_KEY=sk_live_51Habcdef\n' } },
        'warning',
        /\.env is in the commit.*: STRIPE_SECRET_KEY\./,
      ],
      [
        {
          files: { 'api/.env.production': 'DATABASE_URL=postgres://me:hunter22@db.example.com/x' },
        },
        'warning',
        /DATABASE_URL/,
      ],
    ],
    silent: [
      {},
      {
        files: {
          '.env': 'PORT=3000\nLOG_LEVEL=info\nAPI_KEY=\nJWT_SECRET=changeme\nTOKEN_TTL=3600',
        },
      },
      { files: { '.env.example': 'JWT_SECRET=abcdefghijkl' } },
      { files: { '.env': 'JWT_SECRET=abcdefghijkl' }, notCommitted: ['.env'] },
      { files: { 'test/.env': 'JWT_SECRET=abcdefghijkl' } },
      { files: { '.env': 'DATABASE_URL=postgres://postgres:postgres@localhost/dev' } },
    ],
  },
  {
    check: 'private-keys',
    fires: [
      [{ files: { 'deploy.pem': `${key('RSA ')}\nabc` } }, 'warning', /deploy\.pem/],
      [{ files: { 'config/id_ed25519': key('OPENSSH ') } }, 'warning', /id_ed25519/],
    ],
    silent: [
      {},
      { files: { 'ca.pem': '-----BEGIN CERTIFICATE-----' } },
      { files: { 'test/key.pem': key('') } },
    ],
  },
  {
    check: 'secret-values',
    fires: [
      [
        { secrets: [{ file: 'lib/keys.js', line: 3, kind: 'GitHub token' }] },
        'warning',
        /looks like a secret: lib\/keys\.js:3 \(GitHub token\)\./,
      ],
    ],
    silent: [
      {},
      {
        files: { '.env': 'STRIPE_SECRET_KEY=abcdefghijkl' },
        secrets: [{ file: '.env', line: 1, kind: 'Stripe key' }],
      },
      {
        files: { 'deploy.pem': `${key('RSA ')}\nabc` },
        secrets: [{ file: 'deploy.pem', line: 1, kind: 'private key' }],
      },
    ],
  },
  {
    check: 'pm2-secrets',
    fires: [[app('env: { PM2_SECRET_KEY: abc123 }'), 'warning', /PM2_SECRET_KEY in its `env`/]],
    silent: [{}, app("env: { PM2_SECRET_KEY: '' }"), app('env: { SECRET_KEY: mine }')],
  },
  {
    check: 'size',
    fires: [
      [
        { files: { 'movie.mp4': 'x' }, sizes: { 'movie.mp4': 600 * 2 ** 20 } },
        'warning',
        /600 MB: movie\.mp4/,
      ],
      [{ platform: { slugSize: 480 * 2 ** 20 } }, 'warning', /480 MB, of 500/],
    ],
    silent: [{}, { platform: { slugSize: 2 ** 20 } }],
  },
  { check: 'git-lfs', fires: [[{ lfsPointers: ['a.psd'] }, 'warning', /a\.psd/]], silent: [{}] },
  {
    check: 'submodules',
    fires: [
      [
        {
          files: {
            lib: '',
            '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = git@github.com:me/lib.git\n',
          },
          modes: { lib: '160000' },
        },
        'warning',
        /lib is a submodule/,
      ],
      [
        {
          files: {
            lib: '',
            '.gitmodules':
              '[submodule "lib"]\n\tpath = lib\n\turl = https://github.com/me/lib.git\n',
          },
          modes: { lib: '160000' },
        },
        'note',
        /lib is a submodule/,
      ],
    ],
    silent: [{}],
  },
  {
    check: 'app',
    fires: [[{ platform: { exists: false } }, 'note', /no app myapp on Heroku/]],
    silent: [{}, { platform: {} }],
  },
  {
    check: 'config-set',
    fires: [
      [
        { target: { config: ['DATABASE_URL', 'KEY'] }, platform: { configVars: { KEY: '1' } } },
        'error',
        /myapp lacks.*: DATABASE_URL\./,
      ],
      [{ target: { config: ['KEY'] }, platform: { exists: false } }, 'error', /does not exist yet/],
    ],
    silent: [
      {},
      { target: { config: ['KEY'] } },
      { target: { config: ['KEY'] }, platform: { configVars: { KEY: '' } } },
    ],
  },
  {
    check: 'config-shadowed',
    fires: [
      [
        { ...app('env: { LOG_LEVEL: debug }'), platform: { configVars: { LOG_LEVEL: 'info' } } },
        'warning',
        /does not see config var LOG_LEVEL/,
      ],
      [
        {
          ...app('env_prod: { A: 1 }'),
          target: { env: 'prod' },
          platform: { configVars: { A: '2' } },
        },
        'warning',
        /: the ecosystem/,
      ],
    ],
    silent: [
      {},
      {
        ...app('env: { NODE_ENV: production, PORT: 1 }'),
        platform: { configVars: { NODE_ENV: 'production', PORT: '2' } },
      },
      { ...app('env_prod: { A: 1 }'), platform: { configVars: { A: '2' } } },
    ],
  },
  {
    check: 'buildpacks',
    fires: [
      [{ platform: { buildpacks: ['heroku/python'] } }, 'warning', /heroku\/nodejs is not among/],
      [
        { platform: { buildpacks: ['heroku/nodejs', 'heroku/python'] } },
        'warning',
        /last buildpack/,
      ],
    ],
    silent: [
      {},
      { platform: { buildpacks: ['heroku/nodejs'] } },
      {
        platform: {
          buildpacks: [
            'https://github.com/heroku/heroku-buildpack-apt',
            'https://github.com/heroku/heroku-buildpack-nodejs.git',
          ],
        },
      },
      {
        files: { Procfile: 'web: npm start' },
        platform: { buildpacks: ['heroku/nodejs', 'heroku/python'] },
      },
    ],
  },
  {
    check: 'dynos',
    fires: [
      [{ target: { formation: { web: '2:eco' } } }, 'error', /2 dynos of Eco, which allows 1/],
      [
        {
          target: { formation: { web: '2' } },
          platform: { formation: [dynos('web', 1, 'Basic')] },
        },
        'error',
        /Basic/,
      ],
      [{ target: { formation: { web: '1:huge' } } }, 'error', /huge/],
    ],
    silent: [
      {},
      { target: { formation: { web: '2:standard-1x' } } },
      { target: { formation: { web: '2' } } },
      { target: { formation: { web: '1:eco' } } },
    ],
  },
  {
    check: 'preboot',
    fires: [
      [
        { platform: { hasPreboot: false, formation: [dynos('web', 1, 'Standard-1X')] } },
        'note',
        /one web dyno/,
      ],
    ],
    silent: [
      {},
      { platform: { hasPreboot: true, formation: [dynos('web', 1, 'Standard-1X')] } },
      { platform: { hasPreboot: false, formation: [dynos('web', 1, 'Basic')] } },
      { platform: { hasPreboot: false, formation: [dynos('web', 2, 'Standard-1X')] } },
      { platform: { formation: [dynos('web', 1, 'Standard-1X')] } },
    ],
  },
]
