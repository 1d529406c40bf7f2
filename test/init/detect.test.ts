import { expect } from 'chai'
import { ShipitError } from '../../src/errors.js'
import { detect } from '../../src/init/detect/index.js'
import type { Detected } from '../../src/init/types.js'
import { memoryFolder } from './memory-folder.js'

type Files = Record<string, string | object>
interface Row {
  app: string
  files: Files
  entry?: string
  /** A word that the sentence must hold. */
  because?: string
  args?: string[]
  nodeArgs?: string[]
  env?: Record<string, string>
  before?: string[]
  ecosystem?: string
  startArgs?: string[]
  cwd?: string
  /** Entries of the apps that the same command starts. */
  beside?: string[]
  /** Why the command is kept as it is. */
  kept?: RegExp
  /** PM2's options that its flags became. */
  options?: Record<string, unknown>
  warning?: RegExp
  refused?: RegExp
}

const start = (command: string, more: object = {}) => ({
  name: 'api',
  scripts: { start: command },
  ...more,
})
const scripts = (all: Record<string, string>, more: object = {}) => ({
  name: 'api',
  scripts: all,
  ...more,
})
const server = { 'server.js': '' }
const typescript = (outDir = 'dist', more: object = {}) =>
  JSON.stringify({ compilerOptions: { outDir, ...more }, include: ['src'] })

const rows: Row[] = [
  // Procfile
  {
    app: 'a Procfile that starts node',
    files: {
      'package.json': start('node other.js'),
      Procfile: 'web: node server.js\n',
      ...server,
      'other.js': '',
    },
    entry: 'server.js',
    because: 'Procfile',
  },
  {
    app: 'a Procfile that runs npm start',
    files: {
      'package.json': start('node other.js'),
      Procfile: 'worker: node w.js\nweb: npm start\n',
      'other.js': '',
    },
    entry: 'other.js',
    because: 'scripts.start, which the Procfile runs, is `node other.js`',
  },
  {
    app: 'a Procfile that runs another script',
    files: {
      'package.json': scripts({ start: 'node dev.js', prod: 'node server.js' }),
      Procfile: 'web: npm run prod',
      ...server,
      'dev.js': '',
    },
    entry: 'server.js',
  },
  {
    app: 'a Procfile without a web line',
    files: { 'package.json': start('node server.js'), Procfile: 'worker: node w.js', ...server },
    entry: 'server.js',
    because: 'scripts.start',
  },
  {
    app: 'a Procfile that names a file that is gone',
    files: { 'package.json': start('node server.js'), Procfile: 'web: node gone.js', ...server },
    refused: /Procfile's web line: `gone.js` does not exist/,
  },
  // scripts.start and what stands before the program
  {
    app: 'node',
    files: { 'package.json': start('node server.js'), ...server },
    entry: 'server.js',
    because: 'scripts.start',
  },
  {
    app: 'node without the extension',
    files: { 'package.json': start('node server'), ...server },
    entry: 'server.js',
  },
  {
    app: 'node with a dot',
    files: { 'package.json': start('node .', { main: 'lib/x.js' }), 'lib/x.js': '' },
    entry: 'lib/x.js',
  },
  {
    app: 'node with a folder',
    files: { 'package.json': start('node lib'), 'lib/index.js': '' },
    entry: 'lib/index.js',
  },
  {
    app: 'node by its path',
    files: { 'package.json': start('/usr/bin/node ./server.js'), ...server },
    entry: 'server.js',
  },
  {
    app: 'a variable in front',
    files: { 'package.json': start('NODE_ENV=production DEBUG=app:* node server.js'), ...server },
    entry: 'server.js',
    env: { NODE_ENV: 'production', DEBUG: 'app:*' },
  },
  {
    app: 'cross-env',
    files: { 'package.json': start('cross-env NODE_ENV=production node server.js'), ...server },
    entry: 'server.js',
    env: { NODE_ENV: 'production' },
  },
  {
    app: 'cross-env-shell with quotes',
    files: { 'package.json': start('cross-env-shell A=1 "node server.js"'), ...server },
    entry: 'server.js',
    env: { A: '1' },
  },
  {
    app: 'env',
    files: { 'package.json': start('env -u HOME A="b c" node server.js'), ...server },
    entry: 'server.js',
    env: { A: 'b c' },
  },
  {
    app: 'dotenv --',
    files: { 'package.json': start('dotenv -e .env.production -- node server.js'), ...server },
    entry: 'server.js',
  },
  {
    app: 'dotenvx run',
    files: { 'package.json': start('dotenvx run -f .env -- node server.js'), ...server },
    entry: 'server.js',
  },
  {
    app: 'env-cmd',
    files: { 'package.json': start('env-cmd -f .env node server.js'), ...server },
    entry: 'server.js',
  },
  {
    app: 'exec',
    files: { 'package.json': start('exec node server.js'), ...server },
    entry: 'server.js',
  },
  {
    app: 'a shell',
    files: { 'package.json': start('sh -c "node server.js"'), ...server },
    entry: 'server.js',
  },
  {
    app: 'npx',
    files: { 'package.json': start('npx --yes nodemon server.js'), ...server },
    entry: 'server.js',
  },
  // hops
  {
    app: 'npm run',
    files: {
      'package.json': scripts({ start: 'npm run serve', serve: 'node server.js' }),
      ...server,
    },
    entry: 'server.js',
  },
  {
    app: 'yarn, by name alone',
    files: { 'package.json': scripts({ start: 'yarn serve', serve: 'node server.js' }), ...server },
    entry: 'server.js',
  },
  {
    app: 'pnpm run',
    files: {
      'package.json': scripts({ start: 'pnpm run -s serve', serve: 'node server.js' }),
      ...server,
    },
    entry: 'server.js',
  },
  {
    app: 'two hops with words handed on',
    files: {
      'package.json': scripts({
        start: 'npm run a -- --quiet',
        a: 'npm run b -- --deep',
        b: 'node server.js',
      }),
      ...server,
    },
    entry: 'server.js',
    args: ['--deep', '--quiet'],
  },
  {
    app: 'node --run',
    files: {
      'package.json': scripts({ start: 'node --run serve', serve: 'node server.js' }),
      ...server,
    },
    entry: 'server.js',
  },
  {
    app: 'yarn node',
    files: { 'package.json': start('yarn node server.js'), ...server },
    entry: 'server.js',
  },
  {
    app: 'scripts that call each other',
    files: { 'package.json': scripts({ start: 'npm run a', a: 'npm start' }) },
    refused: /circle/,
  },
  {
    app: 'scripts that call each other, beside a usual name',
    files: { 'package.json': scripts({ start: 'npm run a', a: 'npm start' }), ...server },
    refused: /circle/,
  },
  {
    app: "another folder's package",
    files: {
      'package.json': start('npm start --prefix server'),
      'server/index.js': '',
      'server/package.json': start('node index.js'),
    },
    entry: 'index.js',
    cwd: 'server',
  },
  // chains
  {
    app: 'a migration before the app',
    files: { 'package.json': start('npx prisma migrate deploy && node server.js'), ...server },
    entry: 'server.js',
    before: ['npx prisma migrate deploy'],
  },
  {
    app: 'a build before the app that Heroku runs anyway',
    files: {
      'package.json': scripts({ build: 'tsc', start: 'npm run build && node dist/index.js' }),
      'tsconfig.json': typescript(),
      'src/index.ts': '',
    },
    entry: 'dist/index.js',
    before: [],
  },
  {
    app: 'a variable set the Windows way',
    files: {
      'package.json': start('set NODE_ENV=production&& set A=1 && node server.js'),
      ...server,
    },
    entry: 'server.js',
    env: { NODE_ENV: 'production', A: '1' },
    before: [],
  },
  {
    app: 'an exported variable',
    files: { 'package.json': start('export A=1; node server.js'), ...server },
    entry: 'server.js',
    env: { A: '1' },
    before: [],
  },
  {
    app: 'a quoted && inside an argument',
    files: { 'package.json': start('node server.js "a && b"'), ...server },
    entry: 'server.js',
    args: ['a && b'],
  },
  {
    app: 'a pipe to a log printer',
    files: { 'package.json': start('node server.js | pino-pretty'), ...server },
    entry: 'server.js',
    warning: /left out/,
  },
  {
    app: 'two processes side by side',
    files: { 'package.json': start('node worker.js & node server.js'), ...server, 'worker.js': '' },
    entry: 'server.js',
    beside: ['worker.js'],
  },
  {
    app: 'a redirection',
    files: { 'package.json': start('node server.js > out.log 2>&1'), ...server },
    entry: 'server.js',
    args: [],
  },
  {
    app: 'another folder',
    files: { 'package.json': start('cd server && node index.js'), 'server/index.js': '' },
    entry: 'index.js',
    cwd: 'server',
  },
  {
    app: 'a pre script of the hop',
    files: {
      'package.json': scripts({
        start: 'npm run prod',
        preprod: 'node migrate.js',
        prod: 'node server.js',
      }),
      ...server,
    },
    entry: 'server.js',
    before: ['npm run preprod'],
  },
  // node's flags
  {
    app: 'node -r',
    files: { 'package.json': start('node -r dotenv/config server.js'), ...server },
    entry: 'server.js',
    nodeArgs: ['-r', 'dotenv/config'],
  },
  {
    app: 'node --require= and memory',
    files: {
      'package.json': start('node --require=./t.js --max-old-space-size=400 server.js --x 1'),
      ...server,
    },
    entry: 'server.js',
    nodeArgs: ['--require=./t.js', '--max-old-space-size=400'],
    args: ['--x', '1'],
  },
  {
    app: 'node --import',
    files: { 'package.json': start('node --import ./instrument.mjs server.js'), ...server },
    entry: 'server.js',
    nodeArgs: ['--import', './instrument.mjs'],
  },
  {
    app: 'node --inspect',
    files: { 'package.json': start('node --inspect=0.0.0.0:9229 server.js'), ...server },
    entry: 'server.js',
    nodeArgs: [],
    warning: /debugger/,
  },
  {
    app: 'node --env-file',
    files: { 'package.json': start('node --env-file=.env server.js'), ...server },
    entry: 'server.js',
    nodeArgs: [],
    warning: /config vars take its place/,
  },
  {
    app: 'node --watch',
    files: { 'package.json': start('node --watch server.js'), ...server },
    entry: 'server.js',
    nodeArgs: [],
    warning: /--watch is left out/,
  },
  { app: 'node -e', files: { 'package.json': start('node -e "1"') }, kept: /no file/ },
  {
    app: 'a variable among the arguments',
    files: { 'package.json': start('node server.js --port $PORT'), ...server },
    kept: /only a shell fills in/,
  },
  // launchers
  {
    app: 'nodemon',
    files: { 'package.json': start('nodemon -w src -e js,json server.js'), ...server },
    entry: 'server.js',
  },
  {
    app: 'nodemon with main',
    files: { 'package.json': start('nodemon', { main: 'server.js' }), ...server },
    entry: 'server.js',
  },
  {
    app: 'nodemon --exec',
    files: { 'package.json': start('nodemon --exec "node -r esm" server.js'), ...server },
    entry: 'server.js',
    nodeArgs: ['-r', 'esm'],
  },
  {
    app: 'nodemon.json',
    files: {
      'package.json': start('nodemon'),
      'nodemon.json': { exec: 'node server.js' },
      ...server,
    },
    entry: 'server.js',
  },
  {
    app: 'nodemon over TypeScript with a build',
    files: {
      'package.json': scripts({ start: 'nodemon --exec ts-node src/index.ts', build: 'tsc' }),
      'tsconfig.json': typescript(),
      'src/index.ts': '',
    },
    entry: 'dist/index.js',
  },
  {
    app: 'ts-node with a build',
    files: {
      'package.json': scripts({ start: 'ts-node -P tsconfig.json src/index.ts', build: 'tsc' }),
      'tsconfig.json': typescript('out'),
      'src/index.ts': '',
    },
    entry: 'out/index.js',
    because: 'npm run build',
  },
  {
    app: 'ts-node without a build',
    files: {
      'package.json': start('ts-node src/index.ts', { dependencies: { 'ts-node': '1' } }),
      'src/index.ts': '',
    },
    entry: 'src/index.ts',
    nodeArgs: ['-r', 'ts-node/register'],
  },
  {
    app: 'ts-node-dev',
    files: {
      'package.json': scripts({
        start: 'ts-node-dev --respawn --transpile-only src/app.ts',
        build: 'tsc',
      }),
      'tsconfig.json': typescript(),
      'src/app.ts': '',
    },
    entry: 'dist/app.js',
  },
  {
    app: 'tsx without a build, as a devDependency',
    files: {
      'package.json': start('tsx watch src/index.ts', { devDependencies: { tsx: '4' } }),
      'src/index.ts': '',
    },
    entry: 'src/index.ts',
    nodeArgs: ['--import', 'tsx'],
    warning: /devDependency/,
  },
  {
    app: 'node --import tsx with a build',
    files: {
      'package.json': scripts({
        start: 'node --enable-source-maps --import tsx src/index.ts',
        build: 'tsc',
      }),
      'tsconfig.json': typescript(),
      'src/index.ts': '',
    },
    entry: 'dist/index.js',
    nodeArgs: ['--enable-source-maps'],
  },
  {
    app: 'babel-node with a build',
    files: {
      'package.json': scripts({ start: 'babel-node src/server.js', build: 'babel src -d lib' }),
      'src/server.js': '',
    },
    entry: 'lib/server.js',
  },
  {
    app: 'babel-node without a build',
    files: { 'package.json': start('babel-node src/server.js'), 'src/server.js': '' },
    entry: 'src/server.js',
    nodeArgs: ['-r', '@babel/register'],
  },
  {
    app: 'forever start',
    files: {
      'package.json': start('forever start -a -l log.txt --minUptime 1000 server.js'),
      ...server,
    },
    entry: 'server.js',
  },
  {
    app: 'forever -c',
    files: { 'package.json': start('forever -c "node -r esm" server.js'), ...server },
    entry: 'server.js',
    nodeArgs: ['-r', 'esm'],
  },
  {
    app: 'pm2 start FILE',
    files: {
      'package.json': start('pm2 start server.js --no-daemon -i max --name x -- --quiet'),
      ...server,
    },
    entry: 'server.js',
    args: ['--quiet'],
  },
  {
    app: 'pm2 with node-args',
    files: {
      'package.json': start('pm2-runtime server.js --node-args="--max-old-space-size=300"'),
      ...server,
    },
    entry: 'server.js',
    nodeArgs: ['--max-old-space-size=300'],
  },
  {
    app: 'pm2 start npm',
    files: {
      'package.json': scripts({ start: 'pm2 start npm -- run prod', prod: 'node server.js' }),
      ...server,
    },
    entry: 'server.js',
  },
  {
    app: 'pm2 start ecosystem',
    files: { 'package.json': start('pm2 start ecosystem.config.js'), 'ecosystem.config.js': '' },
    ecosystem: 'ecosystem.config.js',
  },
  {
    app: 'pm2-runtime with an environment',
    files: {
      'package.json': start('pm2-runtime start process.json --env production'),
      'process.json': '',
    },
    ecosystem: 'process.json',
    startArgs: ['--env', 'production'],
  },
  {
    app: 'our own runtime',
    files: {
      'package.json': start('shipit-runtime start ecosystem.config.yml --only api'),
      'ecosystem.config.yml': '',
    },
    ecosystem: 'ecosystem.config.yml',
    startArgs: ['--only', 'api'],
  },
  {
    app: 'our own runtime, whose file is gone',
    files: { 'package.json': start('shipit-runtime start ecosystem.config.yml'), ...server },
    entry: 'server.js',
    warning: /does not exist/,
  },
  // Nest
  {
    app: 'nest start',
    files: {
      'package.json': scripts({ start: 'nest start', build: 'nest build' }),
      'tsconfig.json': { compilerOptions: { outDir: './dist', baseUrl: './' } },
      'tsconfig.build.json': {
        extends: './tsconfig.json',
        exclude: ['node_modules', 'test', 'dist', '**/*spec.ts'],
      },
      'src/main.ts': '',
      'test/app.e2e-spec.ts': '',
    },
    entry: 'dist/main.js',
  },
  {
    app: 'nest start with sources beside src',
    files: {
      'package.json': scripts({ start: 'nest start --watch', build: 'nest build' }),
      'tsconfig.json': { compilerOptions: { outDir: './dist' } },
      'src/main.ts': '',
      'prisma/seed.ts': '',
    },
    entry: 'dist/src/main.js',
  },
  {
    app: 'nest, an app of a monorepo',
    files: {
      'package.json': scripts({ start: 'nest start', build: 'nest build' }),
      'nest-cli.json': {
        monorepo: true,
        root: 'apps/api',
        projects: { api: { root: 'apps/api', sourceRoot: 'apps/api/src', entryFile: 'main' } },
      },
      'apps/api/src/main.ts': '',
    },
    entry: 'dist/apps/api/main.js',
  },
  {
    app: 'nest without a build script',
    files: { 'package.json': start('nest start'), 'src/main.ts': '' },
    refused: /"build": "nest build"|no build script/,
  },
  // build output
  {
    app: 'a built file that is not there yet',
    files: {
      'package.json': scripts({ start: 'node dist/index.js', build: 'tsc' }),
      'tsconfig.json': typescript(),
      'src/index.ts': '',
    },
    entry: 'dist/index.js',
    because: 'src/index.ts',
  },
  {
    app: 'a built file by its folder',
    files: {
      'package.json': scripts({ start: 'node dist', build: 'tsc' }),
      'tsconfig.json': typescript(),
      'src/index.ts': '',
    },
    entry: 'dist/index.js',
  },
  {
    app: 'a tsconfig with comments and extends',
    files: {
      'package.json': scripts({ build: 'tsc -p tsconfig.build.json' }),
      'tsconfig.json':
        '// base\n{ "compilerOptions": { "outDir": "build", }, "include": ["src/**/*"] }',
      'tsconfig.build.json': { extends: './tsconfig' },
      'src/server.ts': '',
    },
    entry: 'build/server.js',
  },
  {
    app: 'a tsconfig that takes in more than src',
    files: {
      'package.json': scripts({ build: 'tsc' }),
      'tsconfig.json': { compilerOptions: { outDir: 'dist' } },
      'src/index.ts': '',
      'test/a.ts': '',
    },
    entry: 'dist/src/index.js',
  },
  {
    app: 'rootDir',
    files: {
      'package.json': scripts({ build: 'tsc' }),
      'tsconfig.json': { compilerOptions: { outDir: 'dist', rootDir: '.' }, include: ['src'] },
      'src/index.ts': '',
    },
    entry: 'dist/src/index.js',
  },
  {
    app: 'tsc --outDir',
    files: {
      'package.json': scripts({ build: 'rimraf out && tsc --outDir out' }),
      'tsconfig.json': { include: ['src'] },
      'src/main.ts': '',
    },
    entry: 'out/main.js',
  },
  {
    app: 'no outDir',
    files: { 'package.json': scripts({ build: 'tsc' }), 'tsconfig.json': '{}', 'src/index.ts': '' },
    entry: 'src/index.js',
  },
  {
    app: '.mts',
    files: {
      'package.json': scripts({ build: 'tsc' }),
      'tsconfig.json': typescript(),
      'src/index.mts': '',
    },
    entry: 'dist/index.mjs',
  },
  {
    app: 'heroku-postbuild instead of build',
    files: {
      'package.json': scripts({
        start: 'node lib/app.js',
        'heroku-postbuild': 'npm run compile',
        compile: 'babel src --out-dir lib',
      }),
      'src/app.js': '',
    },
    entry: 'lib/app.js',
    because: 'heroku-postbuild',
  },
  {
    app: 'esbuild --outfile',
    files: {
      'package.json': scripts({
        start: 'node out/app.cjs',
        build: 'esbuild src/index.ts --bundle --platform=node --outfile=out/app.cjs',
      }),
      'src/index.ts': '',
    },
    entry: 'out/app.cjs',
  },
  {
    app: 'tsup',
    files: {
      'package.json': scripts({ build: 'tsup src/server.ts --format esm' }),
      'src/server.ts': '',
    },
    entry: 'dist/server.mjs',
  },
  {
    app: 'webpack, whose output cannot be seen',
    files: { 'package.json': scripts({ start: 'node dist/bundle.js', build: 'webpack' }) },
    entry: 'dist/bundle.js',
    warning: /does not exist yet/,
  },
  {
    app: 'a built file that Heroku will not build',
    files: {
      'package.json': scripts({ start: 'node dist/index.js', compile: 'tsc' }),
      'tsconfig.json': typescript(),
      'src/index.ts': '',
    },
    refused: /Heroku runs the script called `build`/,
  },
  {
    app: 'a built file whose source is gone',
    files: {
      'package.json': scripts({ start: 'node src/gone.js', build: 'tsc' }),
      'tsconfig.json': typescript(),
    },
    refused: /does not exist/,
  },
  {
    app: 'TypeScript with nothing to run it',
    files: { 'package.json': { name: 'x' }, 'src/index.ts': '' },
    refused: /no build script makes JavaScript/,
  },
  {
    app: 'type checks that write nothing',
    files: {
      'package.json': scripts(
        { start: 'tsx src/index.ts', build: 'tsc --noEmit' },
        { dependencies: { tsx: '4' } },
      ),
      'tsconfig.json': typescript(),
      'src/index.ts': '',
    },
    entry: 'src/index.ts',
    nodeArgs: ['--import', 'tsx'],
  },
  // no start script
  {
    app: 'main',
    files: { 'package.json': { main: 'lib/api.js' }, 'lib/api.js': '' },
    entry: 'lib/api.js',
    because: 'main in package.json',
  },
  {
    app: 'main that does not exist',
    files: { 'package.json': { main: 'index.js' }, 'app.js': '' },
    entry: 'app.js',
    warning: /Passed over main/,
  },
  {
    app: 'bin',
    files: { 'package.json': { bin: { api: './cli.js' } }, 'cli.js': '' },
    entry: 'cli.js',
    because: 'bin in package.json',
  },
  {
    app: 'bin/www',
    files: { 'package.json': start('node ./bin/www'), 'bin/www': '#!/usr/bin/env node' },
    entry: 'bin/www',
  },
  {
    app: 'bin/www by its own name',
    files: { 'package.json': start('./bin/www'), 'bin/www': '#!/usr/bin/env node' },
    entry: 'bin/www',
  },
  {
    app: 'a usual name',
    files: { 'package.json': {}, 'src/app.mjs': '' },
    entry: 'src/app.mjs',
    because: 'usual names',
  },
  {
    app: 'server.js before index.js',
    files: { 'package.json': {}, 'index.js': '', ...server },
    entry: 'server.js',
  },
  {
    app: 'a systemd unit',
    files: {
      'package.json': {},
      'api.service':
        '[Service]\nWorkingDirectory=/opt/api\nEnvironment=A=1\nExecStart=/usr/bin/node /opt/api/lib/run.js --quiet\n',
      'lib/run.js': '',
    },
    entry: 'lib/run.js',
    args: ['--quiet'],
    because: 'api.service',
  },
  {
    app: 'a systemd unit without a folder',
    files: {
      'package.json': {},
      'api.service': '[Service]\nExecStart=/usr/bin/node /srv/x/run.js\n',
      'run.js': '',
    },
    entry: 'run.js',
  },
  { app: 'nothing', files: { 'package.json': {} }, refused: /no file has a usual name/ },
  // frameworks
  {
    app: 'next start',
    files: {
      'package.json': scripts(
        { start: 'next start -p $PORT', build: 'next build' },
        { dependencies: { next: '15' } },
      ),
    },
    entry: 'node_modules/next/dist/bin/next',
    args: ['start'],
    warning: /takes the port from PORT/,
  },
  {
    app: 'nuxt start',
    files: {
      'package.json': scripts(
        { start: 'nuxt start', build: 'nuxt build' },
        { dependencies: { nuxt: '^3.0.0' } },
      ),
    },
    entry: '.output/server/index.mjs',
  },
  {
    app: 'nuxt start, version 2',
    files: {
      'package.json': scripts(
        { start: 'nuxt start', build: 'nuxt build' },
        { dependencies: { nuxt: '^2.15.0' } },
      ),
    },
    entry: 'node_modules/nuxt/bin/nuxt.js',
    args: ['start'],
  },
  {
    app: 'react-scripts start',
    files: {
      'package.json': start('react-scripts start', { dependencies: { 'react-scripts': '5' } }),
    },
    refused: /serve -s build/,
  },
  {
    app: 'vite preview',
    files: { 'package.json': start('vite preview') },
    refused: /server for development/,
  },
  {
    app: 'serve',
    files: { 'package.json': start('serve -s build', { dependencies: { serve: '14' } }) },
    entry: 'node_modules/serve/build/main.js',
    args: ['-s', 'build'],
  },
  {
    app: "an installed package's own bin",
    files: {
      'package.json': start('probot run ./app.js', { dependencies: { probot: '13' } }),
      'node_modules/probot/package.json': { bin: { probot: './bin/probot.js' } },
      'node_modules/probot/bin/probot.js': '#!/usr/bin/env node',
    },
    entry: 'node_modules/probot/bin/probot.js',
    args: ['run', './app.js'],
  },
  {
    app: 'concurrently',
    files: {
      'package.json': start('concurrently -k -n a,b "node a.js" "npm:b"', {
        scripts: { start: 'concurrently -k -n a,b "node a.js" "npm:b"', b: 'node b.js' },
      }),
      'a.js': '',
      'b.js': 'app.listen(process.env.PORT)',
    },
    entry: 'b.js',
    beside: ['a.js'],
  },
  {
    app: 'a shell script',
    files: { 'package.json': start('bash start.sh'), ...server },
    kept: /shell script/,
  },
  {
    app: 'a literal port',
    files: {
      'package.json': start('node server.js'),
      'server.js': 'require("http").createServer().listen(3000)',
    },
    entry: 'server.js',
    warning: /listens on 3000/,
  },
]

describe('detect: what starts an app', () => {
  for (const row of rows) it(row.app, () => check(row))

  it('covers at least sixty folders', () => expect(rows.length).to.be.at.least(60))
})

function check(row: Row): void {
  if (row.refused) {
    const error = thrownBy(() => detect(memoryFolder(row.files)))
    expect(error.code).to.equal('project')
    expect([error.message, error.why, error.next].join('\n')).to.match(row.refused)
    return
  }
  const found = detect(memoryFolder(row.files))
  if (row.kept) return keeps(row, found)
  expect(found.kept).to.equal(undefined)
  expect(found.launch.cwd).to.equal(row.cwd)
  expect(found.beside.map(({ entry }) => entry)).to.deep.equal(row.beside ?? [])
  if (row.options) expect(found.launch.options).to.deep.equal(row.options)
  if (row.ecosystem) expect(found.ecosystemFile?.file).to.equal(row.ecosystem)
  else expect(found.entry).to.equal(row.entry)
  if (row.because) expect(found.chosenBecause).to.contain(row.because)
  if (row.args) expect(found.launch.args).to.deep.equal(row.args)
  if (row.nodeArgs) expect(found.launch.nodeArgs).to.deep.equal(row.nodeArgs)
  if (row.env) expect(found.launch.env).to.deep.equal(row.env)
  if (row.startArgs) expect(found.ecosystemFile?.startArgs).to.deep.equal(row.startArgs)
  expect(found.before).to.deep.equal(row.before ?? [])
  expect(found.warnings.join('\n')).to.match(row.warning ?? /^(?!.*Passed over)/)
}

/** The command stands if it can be run by its own script, byte for byte. */
function keeps(row: Row, found: Detected): void {
  const { scripts: own } = row.files['package.json'] as { scripts: Record<string, string> }
  expect(found.kept?.reason).to.match(row.kept!)
  expect(found.kept?.command).to.equal(own['start'])
  expect([found.entry, ...found.launch.args]).to.deep.equal(['npm', 'run', 'start:app'])
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

describe('detect: the rest of what it reads', () => {
  const found = (files: Files, name?: string): Detected =>
    detect(memoryFolder({ ...server, ...files }, name))

  it('takes the name from the package without its scope, else from the folder', () => {
    expect(found({ 'package.json': { name: '@acme/shop api' } }).appName).to.equal('shop-api')
    expect(found({ 'package.json': {} }, 'My Shop!').appName).to.equal('My-Shop')
  })

  it('takes the package manager from the lockfile, then from packageManager', () => {
    expect(found({ 'package.json': {} }).packageManager).to.equal('npm')
    expect(found({ 'package.json': { packageManager: 'pnpm@9.1.0' } }).packageManager).to.equal(
      'pnpm',
    )
    expect(found({ 'package.json': { packageManager: 'yarn@4.0.0' } }).packageManager).to.equal(
      'yarn-berry',
    )
    expect(
      found({ 'package.json': {}, 'yarn.lock': '# yarn lockfile v1\n' }).packageManager,
    ).to.equal('yarn')
    expect(
      found({ 'package.json': {}, 'yarn.lock': '__metadata:\n  version: 8\n' }).packageManager,
    ).to.equal('yarn-berry')
    const both = found({ 'package.json': { packageManager: 'yarn@1.22.0' }, 'pnpm-lock.yaml': '' })
    expect(both).to.include({ packageManager: 'pnpm', lockfile: 'pnpm-lock.yaml' })
    expect(both.warnings.join()).to.contain('yarn@1.22.0')
  })

  it('refuses two lockfiles, which Heroku would too', () => {
    const error = thrownBy(() =>
      found({ 'package.json': {}, 'yarn.lock': '', 'package-lock.json': '{}' }),
    )
    expect(error.message).to.equal('There are two lockfiles: package-lock.json and yarn.lock.')
    expect(error.next).to.contain('git rm yarn.lock')
  })

  it('reads the module type, engines and the Node that .nvmrc names', () => {
    expect(
      found({
        'package.json': { type: 'module', engines: { node: '22.x' } },
        '.nvmrc': 'v22.4.1\n',
      }),
    ).to.include({ moduleType: 'module', engines: '22.x', pinnedNode: 22 })
  })

  it('stops at engines that the runtime cannot run on, with what fixes them', () => {
    expect(() => found({ 'package.json': { engines: { node: '16.x' } } }))
      .to.throw('engines.node is `16.x`, and shipit-runtime needs Node.js >=20.19')
      .with.property('next', 'npm pkg set engines.node=22.x\nshipit init')
    expect(() => found({ 'package.json': { engines: { node: 'latest-ish' } } })).to.throw(
      'not a version range',
    )
    expect(found({ 'package.json': { engines: { node: '>=18' } } }).warnings).to.deep.equal([])
  })

  it('lists what else could start the app', () => {
    const { candidates } = found({
      'package.json': start('node app.js', { main: 'lib.js' }),
      'app.js': '',
      'lib.js': '',
    })
    expect(candidates.map(({ entry }) => entry)).to.deep.equal(['app.js', 'lib.js', 'server.js'])
  })

  it('takes --entry over all the folder says', () => {
    const files = {
      'package.json': scripts({ start: 'node server.js', build: 'tsc' }),
      'tsconfig.json': typescript(),
      'src/index.ts': '',
      ...server,
    }
    expect(detect(memoryFolder(files), { entry: './src/index.ts' }).entry).to.equal('dist/index.js')
    expect(thrownBy(() => detect(memoryFolder(files), { entry: 'gone.js' })).code).to.equal('usage')
    expect(thrownBy(() => detect(memoryFolder(files), { entry: '../up.js' })).message).to.contain(
      'outside the folder',
    )
  })

  it('says where package.json is broken', () => {
    const error = thrownBy(() =>
      found({
        'package.json': '{\n  "name": "x",\n  "scripts": {\n    "start": "node a.js",\n  }\n}\n',
      }),
    )
    expect(error.message).to.equal('package.json is not valid JSON: line 5, column 3.')
    expect(thrownBy(() => detect(memoryFolder({}))).message).to.equal(
      'There is no package.json in my-app.',
    )
  })

  it('knows whether the Procfile runs the start script', () => {
    const runsStart = (web: string) =>
      found({ 'package.json': start('node server.js'), Procfile: `web: ${web}\n` })
        .procfileRunsStart
    expect(
      ['npm start', 'NODE_ENV=production yarn start', 'npm run start'].map(runsStart),
    ).to.deep.equal([true, true, true])
    expect(['node server.js', 'npx nodemon server.js'].map(runsStart)).to.deep.equal([false, false])
  })
})
