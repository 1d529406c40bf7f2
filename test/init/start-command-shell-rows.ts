import { deps, pkg, type Row } from './start-command-row.js'

/** Lines that start nothing, PM2's own server, and what stands around the app's own command. */
export const SHELL_ROWS: Row[] = [
  {
    from: 'npm init',
    files: {
      'package.json': pkg({ start: 'echo "Error: no start specified" && exit 1' }),
      'index.js': '',
    },
    stops: [/only prints or ends/, /--entry FILE/],
  },
  {
    from: 'a start script that says hi',
    files: { 'package.json': pkg({ start: 'echo hi' }) },
    stops: [/`echo hi` only prints or ends/, /node server\.js/],
  },
  {
    from: 'a start script that comes to nothing by another',
    files: { 'package.json': pkg({ start: 'npm run noop', noop: 'exit 0' }) },
    stops: [/`exit 0` only prints or ends/, /--entry FILE/],
  },
  {
    from: 'words before and after the app',
    files: {
      'package.json': pkg({ start: 'echo Starting && node server.js && echo bye' }),
      'server.js': '',
    },
    starts: { entry: 'server.js' },
  },
  {
    from: 'a file that echo writes',
    files: {
      'package.json': pkg({ start: 'echo $CONFIG > config.json && node server.js' }),
      'server.js': '',
    },
    starts: { entry: 'server.js', before: ['echo $CONFIG > config.json'] },
  },
  {
    from: 'a key that echo hands on',
    files: {
      'package.json': pkg({ start: 'echo $KEY | base64 -d > key.json && node server.js' }),
      'server.js': '',
    },
    starts: { entry: 'server.js', before: ['echo $KEY | base64 -d > key.json'] },
  },
  {
    from: 'a condition that ends the line',
    files: {
      'package.json': pkg({ start: '[ -n "$DATABASE_URL" ] || exit 1; node server.js || exit 1' }),
      'server.js': '',
    },
    starts: { entry: 'server.js', before: ['[ -n "$DATABASE_URL" ] || exit 1'] },
  },
  {
    from: 'a worker beside a start script that says no',
    files: {
      'package.json': pkg({ start: 'echo no web' }),
      Procfile: 'worker: node worker.js\n',
      'worker.js': '',
    },
    starts: { entry: 'worker.js' },
  },
  {
    from: 'a web line beside a start script that says no',
    files: {
      'package.json': pkg({ start: 'echo use docker' }),
      Procfile: 'web: node server.js\n',
      'server.js': '',
    },
    starts: { entry: 'server.js' },
  },
  {
    from: 'pm2 serve of a build',
    files: {
      'package.json': pkg(
        { build: 'vite build', start: 'pm2 serve dist $PORT --spa --no-daemon' },
        deps('pm2', 'react'),
      ),
    },
    starts: { entry: 'serve', env: { PM2_SERVE_PATH: 'dist', PM2_SERVE_SPA: 'true' } },
  },
  {
    from: 'pm2 serve with its flags first',
    files: {
      'package.json': pkg({
        start: 'pm2 serve --ftp --port 8080 --name files public && pm2 logs',
      }),
      'public/index.html': '',
    },
    starts: {
      entry: 'serve',
      env: { PM2_SERVE_PATH: 'public', PM2_SERVE_FTP: 'true' },
      options: { name: 'files' },
    },
  },
  {
    from: 'pm2-runtime serve with a password',
    files: {
      'package.json': pkg({
        build: 'ng build',
        start:
          'npx pm2-runtime serve ./dist 80 --basic-auth-username=bob --basic-auth-password s3cret',
      }),
    },
    starts: { entry: 'serve', env: { PM2_SERVE_PATH: 'dist', PM2_SERVE_BASIC_AUTH: 'true' } },
  },
  {
    from: 'pm2 serve of what nothing makes',
    files: { 'package.json': pkg({ start: 'pm2 serve build --spa' }, deps('pm2')) },
    stops: [/folder `build`, which PM2 serves, does not exist/, /Add "build" to the scripts/],
  },
  {
    from: 'pm2 serve with a flag of nobody',
    files: { 'package.json': pkg({ start: 'pm2 serve . --gzip' }) },
    stops: [/--gzip cannot be carried/, /Take --gzip out/],
  },
  {
    from: 'pm2-runtime serve that waits first',
    files: { 'package.json': pkg({ start: 'pm2-runtime serve . --delay 1' }) },
    stops: [/--delay cannot be carried/, /Take --delay out/],
  },
  {
    from: "the package serve by PM2, which is not PM2's own server",
    files: {
      'package.json': pkg(
        { build: 'vite build', start: 'pm2-runtime serve -- -s dist' },
        deps('pm2', 'serve'),
      ),
    },
    starts: { entry: 'node_modules/serve/build/main.js', args: ['-s', 'dist'] },
  },
  {
    from: 'a script that is called serve',
    files: { 'package.json': pkg({ start: 'pm2 start serve.js' }), 'serve.js': '' },
    starts: { entry: 'serve.js' },
  },

  // What a developer's machine has and a dyno has not.
  {
    from: 'a compose file',
    files: { 'package.json': pkg({ start: 'docker compose up' }), 'server.js': '' },
    stops: [/starts containers, and a dyno is one already/, /node server\.js/],
  },
  {
    from: "Heroku's own runner",
    files: { 'package.json': pkg({ start: 'heroku local' }), 'server.js': '' },
    stops: [/runs the lines of a Procfile/, /a file called Procfile/],
  },
  {
    from: 'Meteor',
    files: { 'package.json': pkg({ start: 'meteor run' }, deps('meteor-node-stubs')) },
    stops: [/server for development/, /node bundle\/main\.js/],
  },
  {
    from: 'nx in a monorepo of its own',
    files: {
      'package.json': pkg({ build: 'nx run-many -t build', start: 'nx serve api' }),
      'apps/api/src/main.ts': '',
    },
    stops: [/server for development/, /nx build NAME/],
  },
  {
    from: 'Vike',
    files: {
      'package.json': pkg({ build: 'vike build', start: 'vike preview' }, deps('vike')),
    },
    stops: [/server for development/, /vike\.dev\/deploy/],
  },
  {
    from: 'secrets from Doppler',
    files: { 'package.json': pkg({ start: 'doppler run -- node server.js' }), 'server.js': '' },
    keeps: ['doppler run -- node server.js', /hands secrets to the app/],
  },
  {
    from: 'secrets from 1Password',
    files: {
      'package.json': pkg({ start: 'op run --env-file=.env -- node server.js' }),
      'server.js': '',
    },
    keeps: ['op run --env-file=.env -- node server.js', /hands secrets to the app/],
  },
  {
    from: 'Bun among the dependencies',
    files: { 'package.json': pkg({ start: 'bun src/index.ts' }, deps('bun')), 'src/index.ts': '' },
    keeps: ['bun src/index.ts', /is run by Bun, not by Node\.js/],
  },
  {
    from: 'a script that Bun runs, which Node.js can',
    files: {
      'package.json': pkg({ start: 'bun run serve', serve: 'node app.js' }),
      'app.js': '',
    },
    starts: { entry: 'app.js' },
  },

  // What stands in the way of the file.
  {
    from: 'a main by its name in npm',
    files: {
      'package.json': pkg({ start: 'node $npm_package_main' }, { main: 'lib/index.js' }),
      'lib/index.js': '',
    },
    starts: { entry: 'lib/index.js' },
  },
  {
    from: 'an entry by a setting of package.json',
    files: {
      'package.json': pkg(
        { start: 'node ${npm_package_config_entry} --port=$npm_package_config_port' },
        { config: { entry: 'app.js', port: '3000' } },
      ),
      'app.js': '',
    },
    starts: { entry: 'app.js', args: ['--port=3000'] },
  },
  {
    from: 'a file that only the shell knows',
    files: { 'package.json': pkg({ start: 'node $ENTRY' }), 'server.js': '' },
    keeps: ['node $ENTRY', /only a shell fills in `\$ENTRY`/],
  },
  {
    from: 'Node-RED, which is not installed yet',
    files: {
      'package.json': pkg(
        { start: 'node --max-old-space-size=160 node_modules/node-red/red.js -s settings.js' },
        deps('node-red'),
      ),
      'settings.js': '',
    },
    starts: {
      entry: 'node_modules/node-red/red.js',
      args: ['-s', 'settings.js'],
      nodeArgs: ['--max-old-space-size=160'],
    },
  },
  {
    from: 'a file of a package that is no dependency',
    files: { 'package.json': pkg({ start: 'node node_modules/node-red/red.js' }) },
    stops: [/node_modules\/node-red\/red\.js` does not exist/, /--entry FILE/],
  },
  {
    from: 'a build in the start script',
    files: {
      'package.json': pkg({ start: 'tsc && node dist/index.js' }),
      'src/index.ts': '',
    },
    stops: [/`dist\/index\.js` does not exist/, /add "build": "tsc" to the scripts/],
  },
  {
    from: 'env-cmd of old, whose file comes first',
    files: {
      'package.json': pkg({ start: 'env-cmd .env node server.js' }, deps('env-cmd')),
      'server.js': '',
    },
    starts: { entry: 'server.js' },
  },
  {
    from: 'npx with a version',
    files: {
      'package.json': pkg(
        { build: 'vite build', start: 'npx serve@14 -s dist' },
        deps('serve', 'vite'),
      ),
    },
    starts: { entry: 'node_modules/serve/build/main.js', args: ['-s', 'dist'] },
  },
  {
    from: 'a tunnel in front of the app',
    files: {
      'package.json': pkg({ start: 'node server.js' }),
      Procfile: 'web: bin/qgtunnel node server.js\n',
      'bin/qgtunnel': '\u007fELF\0\0',
      'server.js': '',
    },
    keeps: ['bin/qgtunnel node server.js', /a program of its own/],
  },
  {
    from: 'npm-run-all with a pattern of two levels',
    files: {
      'package.json': pkg({
        start: 'run-p start:**',
        'start:api': 'node api.js',
        'start:jobs:mail': 'node mail.js',
        'stop:api': 'node stop.js',
      }),
      'api.js': 'require("http").createServer().listen(process.env.PORT)',
      'mail.js': '',
    },
    starts: { entry: 'api.js', beside: ['mail.js'] },
  },
  {
    from: 'concurrently with a pattern',
    files: {
      'package.json': pkg({
        start: 'concurrently -n a,b "npm:start:*"',
        'start:api': 'node api.js',
        'start:jobs': 'node jobs.js',
      }),
      'api.js': 'require("http").createServer().listen(process.env.PORT)',
      'jobs.js': '',
    },
    starts: { entry: 'api.js', beside: ['jobs.js'] },
  },

  // Frameworks.
  {
    from: 'SolidStart',
    files: {
      'package.json': pkg(
        { build: 'vinxi build', start: 'vinxi start' },
        deps('@solidjs/start', 'vinxi'),
      ),
    },
    starts: { entry: '.output/server/index.mjs', env: { NITRO_SHUTDOWN_DISABLED: 'true' } },
  },
  {
    from: 'Qwik City with its adapter for Express',
    files: {
      'package.json': pkg(
        { build: 'qwik build', start: 'vite --open --mode ssr' },
        deps('@builder.io/qwik-city', 'vite'),
      ),
      'src/entry.express.tsx': '',
    },
    stops: [/server for development/, /scripts\.start="node server\/entry\.express\.js"/],
  },
  {
    from: 'Analog',
    files: {
      'package.json': pkg(
        { build: 'vite build', start: 'vite' },
        deps('@analogjs/platform', '@angular/core', 'vite'),
      ),
      'index.html': '',
    },
    stops: [/server for development/, /node dist\/analog\/server\/index\.mjs/],
  },

  // More of the kind, from boilerplates.
  {
    from: 'an install in the start script',
    files: {
      'package.json': pkg({ start: 'npm install --omit=dev && node server.js' }),
      'server.js': '',
    },
    starts: { entry: 'server.js' },
  },
  {
    from: 'an install in another folder in the start script',
    files: {
      'package.json': pkg({ start: 'npm install --prefix plugins && node server.js' }),
      'server.js': '',
    },
    starts: { entry: 'server.js', before: ['npm install --prefix plugins'] },
  },
  {
    from: 'a compiler that watches beside the app',
    files: {
      'package.json': pkg({ build: 'tsc', start: 'concurrently "tsc -w" "nodemon dist/index.js"' }),
      'src/index.ts': '',
      'tsconfig.json': { compilerOptions: { outDir: 'dist', rootDir: 'src' } },
    },
    starts: { entry: 'dist/index.js' },
  },
  {
    from: 'a compiler that watches, by a script of its own',
    files: {
      'package.json': pkg({
        build: 'tsc',
        watch: 'tsc --watch',
        start: 'concurrently npm:watch "nodemon dist/index.js"',
      }),
      'src/index.ts': '',
    },
    stops: [/`tsc --watch` builds whenever a file changes/, /Let Heroku build it once/],
  },
  {
    from: 'PM2 that is scaled after its start',
    files: {
      'package.json': pkg({ start: 'pm2 start app.js -i 2 && pm2 scale app +1 && pm2 logs' }),
      'app.js': '',
    },
    starts: { entry: 'app.js', options: { instances: 2 } },
  },
  {
    from: 'cross-env-shell with a quoted line',
    files: {
      'package.json': pkg({ start: 'cross-env-shell "NODE_ENV=production node server.js --x"' }),
      'server.js': '',
    },
    starts: { entry: 'server.js', args: ['--x'], env: { NODE_ENV: 'production' } },
  },
  {
    from: 'lerna exec',
    files: {
      'package.json': pkg(
        { build: 'lerna run build', start: 'lerna exec --scope api -- node dist/index.js' },
        { workspaces: ['packages/*'] },
      ),
      'packages/api/package.json': { name: 'api' },
    },
    starts: { entry: 'dist/index.js', cwd: 'packages/api' },
  },
  {
    from: 'npm exec in a workspace',
    files: {
      'package.json': pkg(
        { build: 'next build', start: 'npm exec -w api -- next start' },
        { workspaces: ['packages/*'] },
      ),
      'packages/api/package.json': { name: 'api', ...deps('next') },
    },
    starts: {
      entry: '../../node_modules/next/dist/bin/next',
      args: ['start'],
      cwd: 'packages/api',
    },
  },
  {
    from: 'the runner of another platform',
    files: { 'package.json': pkg({ start: 'wrangler dev' }), 'src/index.ts': '' },
    stops: [/as on another platform/, /on the port in PORT/],
  },
]
