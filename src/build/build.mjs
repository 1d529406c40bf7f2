// npm run build: what runs, in dist/, bundled; the runtime's own package; oclif's manifest. Types
// are checked by npm run typecheck.
import { rmSync } from 'node:fs'
import path from 'node:path'
import { checkOptions } from './check-options.mjs'
import { buildCli } from './cli.mjs'
import { buildDashboard } from './dashboard.mjs'
import { removeManifest, writeManifests } from './oclif.mjs'
import { buildProcesses } from './processes.mjs'
import { buildRuntime } from './runtime.mjs'

const root = path.resolve(import.meta.dirname, '../..')
rmSync(path.join(root, 'dist'), { recursive: true, force: true })
removeManifest(root)
await checkOptions(root)
await Promise.all([buildCli(root), buildProcesses(root), buildDashboard(root)])
await buildRuntime(root)

writeManifests(root)
