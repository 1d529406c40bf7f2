// npm run build: TypeScript to dist/, the runtime's own package, oclif's manifest.
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const require = createRequire(import.meta.url)
const run = (script, args) => execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true' } })

rmSync(path.join(root, 'dist'), { recursive: true, force: true })
rmSync(path.join(root, 'oclif.manifest.json'), { force: true })
run(require.resolve('typescript/bin/tsc'), ['-p', 'tsconfig.json'])
await (await import('./check-options.mjs')).checkOptions(root)
await (await import('./cli.mjs')).buildCli(root)

const runtime = path.join(root, 'src/build/runtime.mjs')
if (existsSync(runtime)) await (await import(runtime)).buildRuntime(root)

run(path.join(path.dirname(require.resolve('oclif/package.json')), 'bin/run.js'), ['manifest', root])
