// npm run build: what runs, in dist/, bundled; the runtime's own package; oclif's manifest. Types
// are checked by npm run typecheck.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { checkOptions } from './check-options.mjs'
import { buildCli } from './cli.mjs'
import { buildProcesses } from './processes.mjs'
import { buildRuntime } from './runtime.mjs'

const root = path.resolve(import.meta.dirname, '../..')
const require = createRequire(import.meta.url)
const run = (script, args) =>
  execFileSync(process.execPath, [script, ...args], {
    cwd: root,
    // What npm prints on stdout, of a package that it makes, is for programs.
    stdio: ['ignore', 2, 2],
    env: { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true' },
  })

const manifest = path.join(root, 'oclif.manifest.json')
rmSync(path.join(root, 'dist'), { recursive: true, force: true })
rmSync(manifest, { force: true })
await checkOptions(root)
await Promise.all([buildCli(root), buildProcesses(root)])
await buildRuntime(root)

run(path.join(path.dirname(require.resolve('oclif/package.json')), 'bin/run.js'), [
  'manifest',
  root,
])
// It is read at every start.
writeFileSync(manifest, JSON.stringify(JSON.parse(readFileSync(manifest, 'utf8'))))
