// The runtime's own package: CommonJS files, a manifest and a tarball that `shipit init` puts into
// the user's app.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const README = `# shipit-runtime

\`shipit-runtime start ecosystem.config.yml\` is what a dyno runs: the file's apps under PM2. \`shipit-runtime --help\` says the rest.

An app that cannot stay up ends the dyno with its own exit code (else 1) and its last lines on stderr. When that is, for a crash
at boot, later, or of one of several apps, stands in shipit's docs, under the runtime.

MIT. PM2, which it depends on and which runs beside your app, is AGPL-3.0.
`

// Loading many small files makes V8 compile how it joins paths to machine code, whose compilers
// then stay in memory: 4 MB. It may do so once the apps run. Node's own modules come before: V8
// refuses their ready-made bytecode, which saves half a megabyte, once its flags differ.
const BIN = `#!/usr/bin/env node
for (const name of ['os', 'net', 'child_process', 'cluster']) require('node:' + name)
for (const flag of ['--no-opt', '--no-sparkplug']) require('node:v8').setFlagsFromString(flag)
require('../lib/supervisor.cjs').main(process.argv.slice(2))
`

/**
 * `node:module` itself loads the reader of ES modules and that of source maps, of which we use
 * nothing: each process gets its class by a module of that class.
 */
const MODULE_CLASS = {
  name: 'module-class',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:module$/ }, () => ({
      path: 'node:module',
      namespace: 'module-class',
    }))
    onLoad({ filter: /./, namespace: 'module-class' }, () => ({
      contents: 'module.exports = ModuleClass',
    }))
  },
}

/**
 * `import path from 'node:path'` is to a bundler a copy of the whole module for each file that says
 * so, with a getter for every name in it: together a tenth of all that an instance allocates as it
 * boots. So it becomes a `require`, and `module-class`, which is none of Node's own to it,
 * likewise. What evaluator.ts holds is a text that a child runs as an ES module: its imports stay.
 */
const NO_COPIES = {
  name: 'no-copies',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path: file }) =>
      /[\\/]evaluator\.ts$/.test(file)
        ? undefined
        : {
            loader: 'ts',
            contents: readFileSync(file, 'utf8')
              .replaceAll(
                /^import (\w+)(?:, \{ type [^}]*\})? from ('node:\w+')$/gm,
                'const $1 = require($2)',
              )
              .replaceAll(/^import (\{[^}]*\}) from ('node:module')$/gm, 'const $1 = require($2)'),
          },
    )
  },
}

/**
 * The reader of ecosystem files is a file of its own: V8 takes memory for what it compiles by the
 * largest file, and does not give it back.
 */
const ECOSYSTEM = {
  name: 'ecosystem',
  setup({ onResolve }) {
    onResolve({ filter: /\/ecosystem-adapter\.js$/ }, () => ({
      path: './ecosystem.cjs',
      external: true,
    }))
  },
}

/**
 * What few dynos, or few instances, need is a file of its own as well, loaded when it is asked for:
 * the doors of PM2's dashboard and of `shipit dev`, and what only threads, children and primaries
 * of an app's own cluster do. There is one log, so what writes to it is the supervisor's.
 */
const LATER = {
  name: 'later',
  setup({ onResolve, initialOptions }) {
    const isOf = (...names) => names.includes(path.basename(initialOptions.outfile))
    onResolve({ filter: /\/(control|dashboard)\/index\.js$/ }, ({ path: file }) => ({
      path: `./${path.basename(path.dirname(file))}.cjs`,
      external: true,
    }))
    onResolve({ filter: /\/(evaluate|help)\.js$/ }, ({ path: file, kind }) =>
      kind === 'dynamic-import'
        ? { path: `./${path.basename(file, '.js')}.cjs`, external: true }
        : undefined,
    )
    onResolve({ filter: /\/tree-member\.js$/ }, () => ({
      path: './tree-member.cjs',
      external: true,
    }))
    if (isOf('preload.cjs', 'tree-member.cjs'))
      onResolve({ filter: /\/listeners\.js$/ }, () => ({ path: './listeners.cjs', external: true }))
    if (isOf('control.cjs', 'dashboard.cjs'))
      onResolve({ filter: /\/(runtime-error|outlet)\.js$/ }, () => ({
        path: './supervisor.cjs',
        external: true,
      }))
  },
}

/** The files of the package's lib/ by what each begins with. */
const BUNDLES = {
  'supervisor.cjs': 'cli.ts',
  'ecosystem.cjs': 'ecosystem-adapter.ts',
  'evaluate.cjs': '../ecosystem/evaluate.ts',
  'help.cjs': 'help.ts',
  'control.cjs': 'control/index.ts',
  'dashboard.cjs': 'dashboard/index.ts',
  'preload.cjs': 'preload/index.ts',
  'tree-member.cjs': 'preload/tree-member.ts',
  'listeners.cjs': 'listeners.ts',
  'dashboard-preload.cjs': 'preload/dashboard.ts',
  'agent.cjs': 'dashboard/process.ts',
}

// What NODE_OPTIONS names for every Node that an app starts, which may be an older one than the
// app's own and read no newer syntax.
const ATTACH = `if (Number(process.versions.node.split('.')[0]) >= 18 && process.env.SHIPIT_TREE) require('./preload.cjs')
`

/**
 * Makes dist/shipit-runtime/ and its tarball beside it. The same source gives the same bytes: the
 * tarball is committed into users' apps.
 */
export async function buildRuntime(root, destination = path.join(root, 'dist')) {
  const out = path.join(destination, 'shipit-runtime')
  rmSync(out, { recursive: true, force: true })
  for (const folder of ['bin', 'lib']) mkdirSync(path.join(out, folder), { recursive: true })
  for (const [to, from] of Object.entries(BUNDLES)) await bundle(root, out, from, to)
  writeFileSync(path.join(out, 'lib/attach.cjs'), ATTACH)
  const bin = path.join(out, 'bin/shipit-runtime.js')
  writeFileSync(bin, BIN)
  chmodSync(bin, 0o755)
  copyFileSync(path.join(root, 'LICENSE'), path.join(out, 'LICENSE'))
  writeFileSync(path.join(out, 'README.md'), README)
  writeFileSync(path.join(out, 'package.json'), JSON.stringify(manifest(root), null, 2) + '\n')
  return pack(out, destination)
}

async function bundle(root, out, from, to) {
  await build({
    absWorkingDir: root,
    entryPoints: [path.join('src/runtime', from)],
    outfile: path.join(out, 'lib', to),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    // PM2 is AGPL and never part of our files; yaml would be half of the tarball that every user
    // commits.
    external: ['pm2', 'pm2/*', 'yaml'],
    // jsonc-parser's CommonJS build hides its requires from a bundler.
    mainFields: ['module', 'main'],
    legalComments: 'none',
    // Only `createRequire` is given it, which takes a path as well.
    define: { 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
    banner: { js: 'const ModuleClass=module.constructor;' },
    // An `import()` of ours that stays one brings Node's loader of ES modules.
    supported: to === 'evaluate.cjs' ? {} : { 'dynamic-import': false },
    plugins: [LATER, MODULE_CLASS, NO_COPIES, ECOSYSTEM],
    logLevel: 'warning',
  })
}

function manifest(root) {
  const { version, license, engines, dependencies, devDependencies } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  )
  return {
    name: 'shipit-runtime',
    version,
    description: 'Runs an ecosystem file under PM2 in a Heroku dyno',
    license,
    type: 'commonjs',
    bin: { 'shipit-runtime': 'bin/shipit-runtime.js' },
    files: ['bin', 'lib'],
    engines,
    dependencies: { pm2: devDependencies.pm2, yaml: dependencies.yaml },
  }
}

/** npm writes a fixed time into its tarballs, so only the content decides their bytes. */
function pack(folder, destination) {
  for (const file of [
    'bin/shipit-runtime.js',
    'lib/attach.cjs',
    ...Object.keys(BUNDLES).map((name) => `lib/${name}`),
  ])
    utimesSync(path.join(folder, file), 0, 0)
  const npm = process.env.npm_execpath
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const made = execFileSync(
    command,
    [
      ...args,
      'pack',
      folder,
      '--pack-destination',
      destination,
      '--json',
      '--ignore-scripts',
      '--silent',
    ],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, npm_config_dry_run: 'false' },
    },
  )
  const answer = JSON.parse(made)
  return path.join(
    destination,
    (Array.isArray(answer) ? answer[0] : Object.values(answer)[0]).filename,
  )
}
