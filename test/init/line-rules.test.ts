import { expect } from 'chai'
import { told, type Files } from './told.js'

type Row = [line: string, told: string, files: Files, manifest?: object]

const kept = (reason: string) =>
  `keeps: ${reason} -> If it comes to a single file, name it with --entry.`
const stopped = (reason: string) =>
  `stops: scripts.start: ${reason}. -> Name its file: shipit init --entry FILE`
const SCRIPT: Files = { 's.js': '' }
const TWO: Files = { 's.js': '', 'b.js': '' }
const TYPED: Files = { 's.ts': '' }
function check(rows: readonly Row[]): void {
  for (const [line, expected, files, manifest = {}] of rows)
    it(`${line || 'nothing'} ${JSON.stringify(manifest)} with ${Object.keys(files).join() || 'no file'}: ${expected}`, () =>
      expect(
        told({ 'package.json': { name: 'shop', scripts: { start: line }, ...manifest }, ...files }),
      ).to.equal(expected))
}

describe('a line of several commands', () => {
  check([
    [
      'node s.js | pino',
      's.js | What follows `node s.js` in `node s.js | pino` is left out: PM2 starts the app itself.',
      TWO,
    ],
    [
      'node s.js || node b.js',
      's.js | What follows `node s.js` in `node s.js || node b.js` is left out: PM2 starts the app itself.',
      TWO,
    ],
    ['node b.js; node s.js', 's.js | first node b.js', TWO],
    ['cd . && node s.js', 's.js', TWO],
    ['set A=1 && node s.js', 's.js | env A=1', TWO],
    ['export A=1; node s.js', 's.js | env A=1', TWO],
    ['set -e; node s.js', 's.js', TWO],
    ['npm i && node s.js', 's.js', TWO],
    ['npm ci --omit=dev -q && node s.js', 's.js', TWO],
    ['npm install --prefix x && node s.js', 's.js | first npm install --prefix x', TWO],
    ['npm install x && node s.js', 's.js | first npm install x', TWO],
    ['yarn && node s.js', 's.js', TWO],
    ['yarn install && node s.js', 's.js', TWO],
    ['pnpm i && node s.js', 's.js', TWO],
    ['echo x && node s.js', 's.js', TWO],
    ['node s.js && echo bye', 's.js', TWO],
    ['node s.js; exit 0', 's.js', TWO],
    [
      'echo a',
      'stops: scripts.start: `echo a` only prints or ends: it starts nothing. -> Write what starts the app there, such as `node server.js`, or name its file: shipit init --entry FILE',
      TWO,
    ],
    [
      'exit',
      'stops: scripts.start: `exit` only prints or ends: it starts nothing. -> Write what starts the app there, such as `node server.js`, or name its file: shipit init --entry FILE',
      TWO,
    ],
    ['echo x > f && node s.js', 's.js | first echo x > f', TWO],
    ['a | b && node s.js', 's.js | first a | b', TWO],
    ['node s.js & wait', 's.js', TWO],
    ['node s.js & node b.js', 'b.js | beside s: s.js', TWO],
    [
      'node s.js & ./x.unknown',
      stopped(
        '`node s.js & ./x.unknown` runs several commands at once, and of one `x.unknown` does not exist',
      ),
      TWO,
    ],
    [
      'if x; then node s.js; fi',
      kept('`if x; then node s.js; fi` is a program for the shell'),
      TWO,
    ],
    ['(node s.js)', kept('`(node s.js)` is a program for the shell'), TWO],
    ['while true; do x; done', kept('`while true; do x; done` is a program for the shell'), TWO],
    ['. ./x && node s.js', kept('`. ./x && node s.js` is a program for the shell'), TWO],
    ['A=1 node s.js', 's.js | env A=1', TWO],
    ['A=1 B=2 cross-env A=3 node s.js', 's.js | env A=3 B=2', TWO],
    ['rm -rf d && node s.js', 's.js | first rm -rf d', TWO],
    ['tsc && node s.js', 's.js | first tsc', TWO],
    ["node s.js 'x && y'", 's.js x && y', TWO],
    ['node s.js > log 2>&1', 's.js', TWO],
    ['node s.js # x', 's.js', TWO],
    [
      'tsc && node dist/s.js',
      'stops: scripts.start: `dist/s.js` does not exist. -> Let Heroku build it once: add "build": "tsc" to the scripts of package.json, and take it out of the start script.',
      TWO,
    ],
  ])
})

describe('a program that is no launcher', () => {
  check([
    [
      'foreman start',
      'keeps: `foreman start` runs several commands -> Name the file that serves HTTP with --entry.',
      TWO,
    ],
    [
      'nf start',
      'keeps: `nf start` runs several commands -> Name the file that serves HTTP with --entry.',
      TWO,
    ],
    [
      'lerna',
      'keeps: `lerna` runs several commands -> Name the file that serves HTTP with --entry.',
      TWO,
    ],
    [
      'nx',
      'keeps: `nx` runs several commands -> Name the file that serves HTTP with --entry.',
      TWO,
    ],
    [
      'turbo',
      'keeps: `turbo` runs several commands -> Name the file that serves HTTP with --entry.',
      TWO,
    ],
    [
      'wireit',
      'keeps: `wireit` runs several commands -> Name the file that serves HTTP with --entry.',
      TWO,
    ],
    [
      'zsh x',
      'keeps: `zsh x` is a shell script -> Name the file that it starts with --entry.',
      TWO,
    ],
    [
      './x.sh',
      'keeps: `./x.sh` is a shell script -> Name the file that it starts with --entry.',
      TWO,
    ],
    [
      'dash x',
      'keeps: `dash x` is a shell script -> Name the file that it starts with --entry.',
      TWO,
    ],
    [
      'bin/x.sh',
      'keeps: `bin/x.sh` is a shell script -> Name the file that it starts with --entry.',
      TWO,
    ],
    [
      'docker run x',
      'stops: scripts.start: `docker run x` starts containers, and a dyno is one already. -> Write what the container starts as the start script, such as `node server.js`.',
      TWO,
    ],
    [
      'docker-compose up',
      'stops: scripts.start: `docker-compose up` starts containers, and a dyno is one already. -> Write what the container starts as the start script, such as `node server.js`.',
      TWO,
    ],
    [
      'podman x',
      'stops: scripts.start: `podman x` starts containers, and a dyno is one already. -> Write what the container starts as the start script, such as `node server.js`.',
      TWO,
    ],
    ['dockers x', kept('shipit does not know what `dockers` starts'), TWO],
    [
      'heroku local',
      'stops: scripts.start: `heroku local` runs the lines of a Procfile, which Heroku does itself. -> Write them in a file called Procfile, such as `web: node server.js`.',
      TWO,
    ],
    ['heroku locals', kept('shipit does not know what `heroku` starts'), TWO],
    [
      'netlify dev',
      'stops: scripts.start: `netlify dev` runs the app as on another platform. -> Write a start script that serves it by Node.js, on the port in PORT.',
      TWO,
    ],
    [
      'vercel dev',
      'stops: scripts.start: `vercel dev` runs the app as on another platform. -> Write a start script that serves it by Node.js, on the port in PORT.',
      TWO,
    ],
    [
      'wrangler pages dev',
      'stops: scripts.start: `wrangler pages dev` runs the app as on another platform. -> Write a start script that serves it by Node.js, on the port in PORT.',
      TWO,
    ],
    [
      'sst dev',
      'stops: scripts.start: `sst dev` runs the app as on another platform. -> Write a start script that serves it by Node.js, on the port in PORT.',
      TWO,
    ],
    [
      'serverless offline',
      'stops: scripts.start: `serverless offline` runs the app as on another platform. -> Write a start script that serves it by Node.js, on the port in PORT.',
      TWO,
    ],
    [
      'sls offline',
      'stops: scripts.start: `sls offline` runs the app as on another platform. -> Write a start script that serves it by Node.js, on the port in PORT.',
      TWO,
    ],
    [
      'firebase serve',
      'stops: scripts.start: `firebase serve` runs the app as on another platform. -> Write a start script that serves it by Node.js, on the port in PORT.',
      TWO,
    ],
    [
      'firebase emulators:start',
      'stops: scripts.start: `firebase emulators:start` runs the app as on another platform. -> Write a start script that serves it by Node.js, on the port in PORT.',
      TWO,
    ],
    [
      'sam local x',
      'stops: scripts.start: `sam local x` runs the app as on another platform. -> Write a start script that serves it by Node.js, on the port in PORT.',
      TWO,
    ],
    [
      'func start',
      'stops: scripts.start: `func start` runs the app as on another platform. -> Write a start script that serves it by Node.js, on the port in PORT.',
      TWO,
    ],
    [
      'meteor',
      'stops: scripts.start: `meteor` is a server for development. -> Start the bundle that `meteor build --directory` makes: "start": "node bundle/main.js".',
      TWO,
    ],
    [
      'meteor run',
      'stops: scripts.start: `meteor run` is a server for development. -> Start the bundle that `meteor build --directory` makes: "start": "node bundle/main.js".',
      TWO,
    ],
    [
      'meteor -p',
      'stops: scripts.start: `meteor -p` is a server for development. -> Start the bundle that `meteor build --directory` makes: "start": "node bundle/main.js".',
      TWO,
    ],
    ['meteors', kept('shipit does not know what `meteors` starts'), TWO],
    [
      'op run -- node s.js',
      'keeps: `op` hands secrets to the app, and only a buildpack brings it to a dyno -> Better keep them in config vars (shipit config set NAME), and start `node s.js` alone.',
      TWO,
    ],
    [
      'doppler run x',
      'keeps: `doppler` hands secrets to the app, and only a buildpack brings it to a dyno -> Better keep them in config vars (shipit config set NAME).',
      TWO,
    ],
    [
      'infisical x',
      'keeps: `infisical` hands secrets to the app, and only a buildpack brings it to a dyno -> Better keep them in config vars (shipit config set NAME).',
      TWO,
    ],
    [
      'chamber x',
      'keeps: `chamber` hands secrets to the app, and only a buildpack brings it to a dyno -> Better keep them in config vars (shipit config set NAME).',
      TWO,
    ],
    [
      'aws-vault x',
      'keeps: `aws-vault` hands secrets to the app, and only a buildpack brings it to a dyno -> Better keep them in config vars (shipit config set NAME).',
      TWO,
    ],
    [
      'teller x',
      'keeps: `teller` hands secrets to the app, and only a buildpack brings it to a dyno -> Better keep them in config vars (shipit config set NAME).',
      TWO,
    ],
    [
      'berglas x',
      'keeps: `berglas` hands secrets to the app, and only a buildpack brings it to a dyno -> Better keep them in config vars (shipit config set NAME).',
      TWO,
    ],
    ['ops x', kept('shipit does not know what `ops` starts'), TWO],
    [
      'bun s.js',
      'keeps: `bun s.js` is run by Bun, which a dyno does not have -> `npm install bun` brings it; or name the file with --entry, if Node.js runs it too.',
      TWO,
    ],
    [
      'deno run s.js',
      'keeps: `deno run s.js` is run by Deno, which a dyno does not have -> `npm install deno` brings it; or name the file with --entry, if Node.js runs it too.',
      TWO,
    ],
    ['./s.js a', 's.js a', TWO],
    ['./none', stopped('`none` does not exist'), TWO],
    ['none', kept('shipit does not know what `none` starts'), TWO],
    ['./bin/www', stopped('`bin/www` does not exist'), TWO],
    [
      './p',
      'keeps: `./p` is a shell script or a program of its own (`#!/usr/bin/python`) -> Name the file that it starts with --entry.',
      { p: '#!/usr/bin/python\n' },
    ],
    ['./p a', 'p a', { p: '#!/usr/bin/env node\n' }],
    [
      './p',
      'keeps: `./p` is a program of its own -> Name the file that it starts with --entry.',
      { p: '\u0000ELF' },
    ],
    ['./p', 'p', { p: '#!/usr/bin/tsx\n' }],
    ['p', 'p', { p: '' }],
    [
      'gulp',
      'keeps: shipit does not know what `gulp` starts -> The dependencies are not installed: after `npm install` shipit can see which package brings `gulp`.',
      {},
      { dependencies: { gulp: '1' } },
    ],
    [
      'gulp',
      kept('shipit does not know what `gulp` starts'),
      { 'node_modules/x': '' },
      { dependencies: { gulp: '1' } },
    ],
    [
      'bun s.js',
      kept('`bun s.js` is run by Bun, not by Node.js'),
      SCRIPT,
      { dependencies: { bun: '1' } },
    ],
  ])
})

describe('a script of the package', () => {
  check([
    ['npm run a', stopped('there is no script called `a`'), TWO],
    [
      'yarn next',
      'stops: scripts.start: `next` is a server for development. -> Build it and start the result: "build": "next build", "start": "next start".',
      TWO,
    ],
    ['yarn', kept('`yarn` runs no script of this package'), TWO],
    ['npm run', kept('`npm run` runs no script of this package'), TWO],
    [
      'npm run a',
      stopped('the scripts start → a → b → a call each other in a circle'),
      {},
      { scripts: { start: 'npm run a', a: 'npm run b', b: 'npm run a' } },
    ],
    ['', 'server.js', { 'server.js': '' }, { scripts: { start: '' } }],
    [
      'npm run a',
      's.js | first npm run prea',
      SCRIPT,
      { scripts: { start: 'npm run a', prea: 'x', a: 'node s.js' } },
    ],
    [
      'npm run a -- -x',
      's.js -x',
      SCRIPT,
      { scripts: { start: 'npm run a -- -x', a: 'node s.js' } },
    ],
    [
      'node $npm_package_main ${npm_package_config_port}',
      's.js 80',
      SCRIPT,
      { main: 's.js', config: { port: '80' } },
    ],
    [
      'node $npm_package_mainx',
      kept('only a shell fills in `$npm_package_mainx`'),
      SCRIPT,
      { main: 's.js' },
    ],
    [
      'node s.js $npm_package_config_x',
      kept('only a shell fills in `$npm_package_config_x`, and PM2 starts the file without one'),
      SCRIPT,
      { config: { x: 'a b' } },
    ],
    ['node s.js $npm_package_name', 's.js shop', SCRIPT],
  ])
})

describe('a file that the build makes', () => {
  check([
    [
      'node .',
      'dist/s.js',
      TYPED,
      { main: 'dist/s.js', scripts: { start: 'node .', build: 'tsc --outDir dist' } },
    ],
    [
      'node -r esbuild-register s.ts',
      's.ts | node -r esbuild-register',
      TYPED,
      { dependencies: { 'esbuild-register': '1' } },
    ],
    [
      'node -r esbuild-register s.ts',
      's.ts | node -r esbuild-register | esbuild-register compiles s.ts at every start and is a devDependency, which Heroku removes after the build: move it to dependencies, or better, add a build script.',
      TYPED,
      { devDependencies: { 'esbuild-register': '1' } },
    ],
    [
      'npm run a',
      's.js',
      SCRIPT,
      { scripts: { start: 'npm run a', prea: 'tsc', build: 'tsc', a: 'node s.js' } },
    ],
    [
      'node dist/s.js',
      'stops: scripts.start: `dist/s.js` does not exist, and Heroku runs no script that could make it. -> Heroku runs the script called `build`: add "build": "npm run compile" to package.json.',
      {},
      { scripts: { start: 'node dist/s.js', compile: 'tsc' } },
    ],
    [
      'node dist/s.js',
      'stops: scripts.start: `dist/s.js` does not exist, and Heroku runs no script that could make it. -> Heroku runs the script called `build`: add "build": "npm run build:x" to package.json.',
      {},
      { scripts: { start: 'node dist/s.js', 'build:x': 'x' } },
    ],
    [
      'node dist/s.js',
      'dist/s.js | dist/s.js does not exist yet, and shipit cannot see from `make` what it is built from. Run the build once and look.',
      {},
      { scripts: { start: 'node dist/s.js', build: 'make' } },
    ],
    [
      'node dist/s',
      'dist/s.js | dist/s.js does not exist yet, and shipit cannot see from `make` what it is built from. Run the build once and look.',
      {},
      { scripts: { start: 'node dist/s', build: 'make' } },
    ],
    [
      'node dist',
      'dist/index.js | dist/index.js does not exist yet, and shipit cannot see from `make` what it is built from. Run the build once and look.',
      {},
      { scripts: { start: 'node dist', build: 'make' } },
    ],
    [
      'node bin/s',
      'bin/s | bin/s does not exist yet, and shipit cannot see from `make` what it is built from. Run the build once and look.',
      {},
      { scripts: { start: 'node bin/s', build: 'make' } },
    ],
    [
      'node x.js',
      stopped('`x.js` does not exist'),
      {},
      { scripts: { start: 'node x.js', build: 'tsc' } },
    ],
    ['node d/s', 'd/s.js', TYPED, { scripts: { start: 'node d/s', build: 'tsc --outDir d' } }],
    [
      'node d',
      'd/index.js',
      { 'index.ts': '' },
      { scripts: { start: 'node d', build: 'tsc --outDir d' } },
    ],
    ['node node_modules/next/x.js', 'node_modules/next/x.js', {}, { dependencies: { next: '1' } }],
    [
      'node node_modules/@a/b/x.js',
      'node_modules/@a/b/x.js',
      {},
      { devDependencies: { '@a/b': '1' } },
    ],
    ['node node_modules/zz/x.js', stopped('`node_modules/zz/x.js` does not exist'), {}],
    [
      'node bin/server.js',
      'bin/server.js | in build',
      { 'bin/server.ts': '' },
      { scripts: { start: 'node bin/server.js', build: 'node ace build' } },
    ],
  ])
})
