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

describe('what node is started with', () => {
  check([
    ['node -r x s.js a', 's.js a | node -r x', SCRIPT],
    ['node --require x s.js a', 's.js a | node --require x', SCRIPT],
    ['node --import x s.js a', 's.js a | node --import x', SCRIPT],
    ['node --loader x s.js a', 's.js a | node --loader x', SCRIPT],
    ['node --experimental-loader x s.js a', 's.js a | node --experimental-loader x', SCRIPT],
    ['node -C x s.js a', 's.js a | node -C x', SCRIPT],
    ['node --conditions x s.js a', 's.js a | node --conditions x', SCRIPT],
    ['node --title x s.js a', 's.js a | node --title x', SCRIPT],
    ['node --env-file-if-exists x s.js a', 's.js a | node --env-file-if-exists x', SCRIPT],
    ['node --input-type x s.js a', 's.js a | node --input-type x', SCRIPT],
    ['node --icu-data-dir x s.js a', 's.js a | node --icu-data-dir x', SCRIPT],
    ['node --openssl-config x s.js a', 's.js a | node --openssl-config x', SCRIPT],
    ['node --disable-warning x s.js a', 's.js a | node --disable-warning x', SCRIPT],
    ['node --redirect-warnings x s.js a', 's.js a | node --redirect-warnings x', SCRIPT],
    ['node --tls-min-v1.2 x s.js a', 's.js a | node --tls-min-v1.2 x', SCRIPT],
    ['node --max-old-space-size 9 s.js a', 's.js a | node --max-old-space-size 9', SCRIPT],
    ['node --stack-trace-limit 9 s.js a', 's.js a | node --stack-trace-limit 9', SCRIPT],
    ['node --diagnostic-dir x s.js a', 's.js a | node --diagnostic-dir x', SCRIPT],
    ['node --cpu-prof-dir x s.js a', 's.js a | node --cpu-prof-dir x', SCRIPT],
    ['node --heap-prof-dir x s.js a', 's.js a | node --heap-prof-dir x', SCRIPT],
    ['node --unhandled-rejections x s.js a', 's.js a | node --unhandled-rejections x', SCRIPT],
    ['node --dns-result-order x s.js a', 's.js a | node --dns-result-order x', SCRIPT],
    ['node --secure-heap 9 s.js a', 's.js a | node --secure-heap 9', SCRIPT],
    ['node --trace-event-categories x s.js a', 's.js a | node --trace-event-categories x', SCRIPT],
    ['node --max-old-space-size=9 s.js a', 's.js a | node --max-old-space-size=9', SCRIPT],
    ['node --titlex s.js a', 's.js a | node --titlex', SCRIPT],
    [
      'node --inspect s.js a',
      "s.js a | --inspect is left out: a debugger's port has no place in a dyno.",
      SCRIPT,
    ],
    [
      'node --inspect=0:1 s.js a',
      "s.js a | --inspect=0:1 is left out: a debugger's port has no place in a dyno.",
      SCRIPT,
    ],
    [
      'node --inspect-brk s.js a',
      "s.js a | --inspect-brk is left out: a debugger's port has no place in a dyno.",
      SCRIPT,
    ],
    [
      'node --inspect-wait s.js a',
      "s.js a | --inspect-wait is left out: a debugger's port has no place in a dyno.",
      SCRIPT,
    ],
    [
      'node --inspect-port 9 s.js a',
      "s.js a | --inspect-port is left out: a debugger's port has no place in a dyno.",
      SCRIPT,
    ],
    ['node --inspector s.js a', 's.js a | node --inspector', SCRIPT],
    ['node --watch s.js a', 's.js a | --watch is left out: files do not change in a dyno.', SCRIPT],
    [
      'node --watch-path x s.js a',
      's.js a | --watch-path is left out: files do not change in a dyno.',
      SCRIPT,
    ],
    [
      'node --watch-preserve-output s.js a',
      's.js a | --watch-preserve-output is left out: files do not change in a dyno.',
      SCRIPT,
    ],
    ['node --watchx s.js a', 's.js a | node --watchx', SCRIPT],
    [
      'node --env-file x s.js a',
      's.js a | --env-file is left out: config vars take its place on Heroku, where the file does not exist.',
      SCRIPT,
    ],
    [
      'node --env-file=x s.js a',
      's.js a | --env-file is left out: config vars take its place on Heroku, where the file does not exist.',
      SCRIPT,
    ],
    ['node --trace-warnings s.js a', 's.js a | node --trace-warnings', SCRIPT],
    ['node -- s.js a', 's.js a', SCRIPT],
    ['node', kept('node is given no file'), SCRIPT],
    ['node -e x', kept('node is given no file'), SCRIPT],
    ['node --eval x', kept('node is given no file'), SCRIPT],
    ['node -p x', kept('node is given no file'), SCRIPT],
    ['node --print x', kept('node is given no file'), SCRIPT],
    ['node -pe x', kept('node is given no file'), SCRIPT],
    ['node -ex s.js', 's.js | node -ex', SCRIPT],
    ['node -r', kept('node is given no file'), SCRIPT],
    ['nodejs s.js', 's.js', SCRIPT],
    ['node ./s', 's.js', SCRIPT],
    ['node none', stopped('`none` does not exist'), SCRIPT],
    ['node ../s.js', kept('`../s.js` lies outside the folder'), SCRIPT],
    ['node $X', kept('only a shell fills in `$X`'), SCRIPT],
    ['node ${X}.js', kept('only a shell fills in `$X.js`'), SCRIPT],
    ['node .', stopped('`.` does not exist'), SCRIPT],
    ['node a/$X/b.js', kept('only a shell fills in `a/$X/b.js`'), SCRIPT],
    ['node .', 's.js', SCRIPT, { main: 's.js' }],
    ['node .', stopped('`dist/s.js` does not exist'), {}, { main: 'dist/s.js' }],
    ['node $(x)', kept('`node $(x)` is a program for the shell'), TWO],
    ['node s.js "a b"', 's.js a b', TWO],
  ])
})

describe('sources that are compiled as they are loaded', () => {
  check([
    ['node -r ts-node s.ts', 's.ts | node -r ts-node', TYPED, { dependencies: { 'ts-node': '1' } }],
    [
      'node -r ts-node s.ts',
      's.ts | node -r ts-node | ts-node compiles s.ts at every start and is a devDependency, which Heroku removes after the build: move it to dependencies, or better, add a build script.',
      TYPED,
      { devDependencies: { 'ts-node': '1' } },
    ],
    [
      'node -r ts-node s.ts',
      's.ts | node -r ts-node | ts-node compiles s.ts at every start and is not a dependency: move it to dependencies, or better, add a build script.',
      TYPED,
    ],
    ['node -r tsx s.ts', 's.ts | node -r tsx', TYPED, { dependencies: { tsx: '1' } }],
    [
      'node -r tsx s.ts',
      's.ts | node -r tsx | tsx compiles s.ts at every start and is a devDependency, which Heroku removes after the build: move it to dependencies, or better, add a build script.',
      TYPED,
      { devDependencies: { tsx: '1' } },
    ],
    [
      'node -r tsx s.ts',
      's.ts | node -r tsx | tsx compiles s.ts at every start and is not a dependency: move it to dependencies, or better, add a build script.',
      TYPED,
    ],
    [
      'node -r @swc-node/register s.ts',
      's.ts | node -r @swc-node/register',
      TYPED,
      { dependencies: { '@swc-node/register': '1' } },
    ],
    [
      'node -r @swc-node/register s.ts',
      's.ts | node -r @swc-node/register | @swc-node/register compiles s.ts at every start and is a devDependency, which Heroku removes after the build: move it to dependencies, or better, add a build script.',
      TYPED,
      { devDependencies: { '@swc-node/register': '1' } },
    ],
    [
      'node -r @swc-node/register s.ts',
      's.ts | node -r @swc-node/register | @swc-node/register compiles s.ts at every start and is not a dependency: move it to dependencies, or better, add a build script.',
      TYPED,
    ],
    [
      'node -r esbuild-register s.ts',
      's.ts | node -r esbuild-register | esbuild-register compiles s.ts at every start and is not a dependency: move it to dependencies, or better, add a build script.',
      TYPED,
    ],
    [
      'node -r @babel/register s.ts',
      's.ts | node -r @babel/register',
      TYPED,
      { dependencies: { '@babel/register': '1' } },
    ],
    [
      'node -r @babel/register s.ts',
      's.ts | node -r @babel/register',
      TYPED,
      { devDependencies: { '@babel/register': '1' } },
    ],
    ['node -r @babel/register s.ts', 's.ts | node -r @babel/register', TYPED],
    ['tsx s.ts', 's.ts | node --import tsx', TYPED, { dependencies: { tsx: '1' } }],
    ['tsx watch s.ts', 's.ts | node --import tsx', TYPED, { dependencies: { tsx: '1' } }],
    ['ts-node s', 's.ts | node -r ts-node/register', TYPED, { dependencies: { 'ts-node': '1' } }],
    ['ts-node', kept('the command names no file'), {}],
    ['node s.ts', 's.ts | needs 22.18.0', TYPED],
    [
      'node s.ts',
      'stops: scripts.start: `s.ts` is TypeScript, and no Node.js that engines.node allows runs it. -> Set engines.node in package.json to 22.x or newer, or add a build script that compiles it.',
      TYPED,
      { engines: { node: '20.x' } },
    ],
    ['node s.ts', 's.ts | needs 22.18.0', TYPED, { engines: { node: '22.18' } }],
    [
      'node s.ts',
      'stops: scripts.start: `s.ts` is TypeScript, and no Node.js that engines.node allows runs it. -> Set engines.node in package.json to 22.x or newer, or add a build script that compiles it.',
      TYPED,
      { engines: { node: '22.17' } },
    ],
    ['node s.mts', 's.mts | needs 22.18.0', { 's.mts': '' }],
    [
      'ts-node s.ts',
      'd/s.js',
      TYPED,
      { scripts: { start: 'ts-node s.ts', build: 'tsc --outDir d' } },
    ],
    [
      'node -r tsx s.ts',
      'd/s.js | node --trace-warnings',
      TYPED,
      { scripts: { start: 'node -r tsx --trace-warnings s.ts', build: 'tsc --outDir d' } },
    ],
    ['tsx s.js', 's.js | node --import tsx', SCRIPT, { dependencies: { tsx: '1' } }],
  ])
})

describe('what nodemon starts', () => {
  check([
    ['nodemon s.js', 's.js', SCRIPT],
    ['nodemon -w src -e ts s.js a', 's.js a', SCRIPT],
    ['nodemon --watch x --ext y s.js', 's.js', SCRIPT],
    [
      'nodemon -x tsx s.js',
      's.js | node --import tsx | tsx compiles s.js at every start and is not a dependency: move it to dependencies, or better, add a build script.',
      SCRIPT,
    ],
    ['nodemon --exec "node -r x" s.js', 's.js | node -r x', SCRIPT],
    ['nodemon s.js --exec "node -r x"', 's.js | node -r x', SCRIPT],
    ['nodemon -r x s.js', 's.js | node -r x', SCRIPT],
    ['nodemon --require x s.js', 's.js | node --require x', SCRIPT],
    ['nodemon --import x s.js', 's.js | node --import x', SCRIPT],
    ['nodemon -d 2 s.js', 's.js', SCRIPT],
    ['nodemon --delay 2 -i x -s y s.js', 's.js', SCRIPT],
    ['nodemon -C s.js', 's.js', SCRIPT],
    [
      'nodemon --inspect s.js',
      "s.js | --inspect is left out: a debugger's port has no place in a dyno.",
      SCRIPT,
    ],
    ['nodemon --legacy-watch s.js', 's.js', SCRIPT],
    ['nodemon s.js -w x b', 's.js b', SCRIPT],
    ['nodemon', stopped('`index.js` does not exist'), SCRIPT],
    ['nodemon', 's.js', SCRIPT, { main: 's.js' }],
    ['nodemon', 'index.js', { 'index.js': '' }],
    ['nodemon', 's.js', { 's.js': '', 'nodemon.json': '{"exec":"node s.js"}' }],
    ['nodemon', 'index.js', { 'index.js': '', 'nodemon.json': '{"exec":5}' }],
    [
      'nodemon s.ts',
      's.ts | node -r ts-node/register',
      TYPED,
      { dependencies: { 'ts-node': '1' } },
    ],
  ])
})

describe('what forever starts', () => {
  check([
    ['forever s.js a', 's.js a', SCRIPT],
    ['forever start s.js a', 's.js a', SCRIPT],
    ['forever restart s.js', 's.js', SCRIPT],
    ['forever -m 5 s.js', 's.js', SCRIPT],
    ['forever start -l x s.js', 's.js', SCRIPT],
    ['forever -a s.js', 's.js', SCRIPT],
    ['forever --append s.js', 's.js', SCRIPT],
    ['forever start --uid x s.js', 's.js', SCRIPT],
    [
      'forever -c tsx s.js',
      's.js | node --import tsx | tsx compiles s.js at every start and is not a dependency: move it to dependencies, or better, add a build script.',
      SCRIPT,
    ],
    ['forever start -c "node -r x" s.js', 's.js | node -r x', SCRIPT],
    ['forever --command node s.js', 's.js', SCRIPT],
    ['forever --sourceDir . s.js', 's.js', SCRIPT],
    ['forever --minUptime 1 --spinSleepTime 2 s.js', 's.js', SCRIPT],
    ['forever --pidFile x --logFile y s.js', 's.js', SCRIPT],
    ['forever --workingDir x s.js', 's.js', SCRIPT],
    ['forever --killSignal x s.js', 's.js', SCRIPT],
    ['forever', kept('forever is given no file'), SCRIPT],
    ['forever start', kept('forever is given no file'), SCRIPT],
  ])
})

describe('what PM2 starts', () => {
  check([
    ['pm2-runtime s.js', 's.js', { 's.js': '', 'process.json': '', s: '' }],
    ['pm2-runtime ./s.js -- -x', 's.js -x', { 's.js': '', 'process.json': '', s: '' }],
    [
      'pm2 start s.js --name a',
      's.js | options {"name":"a"}',
      { 's.js': '', 'process.json': '', s: '' },
    ],
    [
      'pm2-runtime --json s.js',
      's.js | options {"log_type":"json"}',
      { 's.js': '', 'process.json': '', s: '' },
    ],
    [
      'pm2-runtime --format s.js',
      "s.js | PM2's flag --format is left out: the lines of a dyno go to the app's log as they are.",
      { 's.js': '', 'process.json': '', s: '' },
    ],
    [
      'pm2-runtime --formatted s.js',
      "s.js | PM2's flag --formatted is left out: the lines of a dyno go to the app's log as they are.",
      { 's.js': '', 'process.json': '', s: '' },
    ],
    ['pm2-runtime --raw s.js', 's.js', { 's.js': '', 'process.json': '', s: '' }],
    [
      'pm2-runtime s.js b.js',
      'keeps: PM2 is given several files: s.js, b.js -> Write an ecosystem file with an app for each: https://pm2.keymetrics.io/docs/usage/application-declaration/',
      { 's.js': '', 'process.json': '', s: '' },
    ],
    ['pm2-runtime', 'uses process.json', { 's.js': '', 'process.json': '', s: '' }],
    [
      'pm2-runtime s.js --env p',
      "s.js | PM2's flag --env p is left out: it chooses env_p of an ecosystem file, and there is none yet.",
      { 's.js': '', 'process.json': '', s: '' },
    ],
    ['pm2-runtime s.js --cwd sub', 's.js | in sub', { 's.js': '', 'process.json': '', s: '' }],
    [
      'pm2-runtime s.js --node-args "-r x  --y"',
      's.js | node -r x --y',
      { 's.js': '', 'process.json': '', s: '' },
    ],
    [
      'pm2-runtime s.js --interpreter tsx',
      's.js | node --import tsx | tsx compiles s.js at every start and is not a dependency: move it to dependencies, or better, add a build script.',
      { 's.js': '', 'process.json': '', s: '' },
    ],
    ['pm2-runtime s.js --interpreter none', 's.js', { 's.js': '', 'process.json': '', s: '' }],
    [
      'pm2-runtime npm -- start',
      stopped('the scripts start → start call each other in a circle'),
      { 's.js': '', 'process.json': '', s: '' },
    ],
    [
      'pm2-runtime npm -- run x',
      stopped('there is no script called `x`'),
      { 's.js': '', 'process.json': '', s: '' },
    ],
    ['pm2-runtime "node s.js" -- a', 's.js a', { 's.js': '', 'process.json': '', s: '' }],
    ['pm2-runtime node -- s.js', 's.js', { 's.js': '', 'process.json': '', s: '' }],
    ['pm2-runtime s', 's', { 's.js': '', 'process.json': '', s: '' }],
    [
      'pm2-runtime e.json',
      stopped('the ecosystem file `e.json` does not exist'),
      { 's.js': '', 'process.json': '', s: '' },
    ],
    ['pm2-runtime process.json', 'uses process.json', { 's.js': '', 'process.json': '', s: '' }],
    [
      'pm2-runtime start process.json --env p --only a',
      'uses process.json --env p --only a',
      { 's.js': '', 'process.json': '', s: '' },
    ],
    [
      'pm2-runtime s.js --delay 5',
      "stops: scripts.start: PM2's flag --delay cannot be carried into an ecosystem file: an ecosystem file has no such option; let the app wait itself. -> Take --delay out of the start command, then run shipit init again.",
      { 's.js': '', 'process.json': '', s: '' },
    ],
    [
      'pm2-runtime s.js --ext x',
      "stops: scripts.start: PM2's flag --ext cannot be carried into an ecosystem file: it belongs to watching files, which do not change in a dyno. -> Take --ext out of the start command, then run shipit init again.",
      { 's.js': '', 'process.json': '', s: '' },
    ],
    [
      'pm2-runtime s.js -o x',
      "s.js | PM2's flag --output is left out: a dyno's disk does not last; the lines are in the app's log.",
      { 's.js': '', 'process.json': '', s: '' },
    ],
    ['pm2-runtime', 'uses ecosystem.config.js', { 'ecosystem.config.js': '' }],
    ['pm2-runtime serve dist', 'serve | env PM2_SERVE_PATH=dist', { 'dist/x': '' }],
    ['shipit-runtime start process.json', 'uses process.json', { 'process.json': '' }],
    [
      'shipit-runtime start ecosystem.config.yml',
      stopped('the ecosystem file `ecosystem.config.yml` does not exist'),
      SCRIPT,
    ],
  ])
})

describe('what Nest starts', () => {
  check([
    [
      'nest start',
      'stops: scripts.start: Nest builds `src/main.ts` at every start, and Heroku has no build script to run. -> Add "build": "nest build" to the scripts in package.json.',
      { 'src/main.ts': '' },
    ],
    [
      'nest start',
      'dist/main.js',
      { 'src/main.ts': '' },
      { scripts: { start: 'nest start', build: 'nest build' } },
    ],
    ['nest start', stopped('`src/main.ts`, which Nest would build, does not exist'), {}],
    ['nest build', kept('`nest build` does not start the app'), { 'src/main.ts': '' }],
    [
      'nest start api',
      'dist/apps/api/main.js',
      {
        'src/main.ts': '',
        'apps/api/src/main.ts': '',
        'nest-cli.json':
          '{"projects":{"api":{"root":"apps/api","sourceRoot":"apps/api/src","entryFile":"main"}}}',
      },
    ],
    [
      'nest start --watch',
      'dist/apps/api/x.js',
      {
        'apps/api/src/x.ts': '',
        'nest-cli.json':
          '{"monorepo":true,"root":"apps/api","projects":{"api":{"sourceRoot":"apps/api/src","entryFile":"x"}}}',
      },
    ],
    [
      'nest start',
      'dist/x.js',
      { 'source/x.ts': '', 'nest-cli.json': '{"sourceRoot":"source","entryFile":"x"}' },
      { scripts: { start: 'nest start', build: 'nest build' } },
    ],
  ])
})
