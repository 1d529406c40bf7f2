// npm's `prepare`, after `npm install` in a clone and before a package is made of one. For
// `npm install --global git+https://…` npm makes such a clone in its cache, and `npm install` in it
// inherits --global: instead of the tools of the build, it installs a link from the global folder to
// the clone, which npm removes at the end. So here the link makes way, and the tools come.
import { execFileSync } from 'node:child_process'
import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { writeForUsers } from './package-json.mjs'

const root = path.resolve(import.meta.dirname, '../..')
/** npm's own clone of a repository that it installs from, which it packs next and then removes. */
const isClone = root.includes('_cacache')

function hasTools() {
  try {
    createRequire(import.meta.url).resolve('esbuild')
    return true
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return false
    throw error
  }
}

function removeGlobalLink() {
  const prefix = process.env.npm_config_global_prefix
  const name = process.env.npm_package_name
  if (process.env.npm_config_global !== 'true' || !prefix || !name) return
  const folder = process.platform === 'win32' ? 'node_modules' : 'lib/node_modules'
  const link = path.join(prefix, folder, name)
  // A developer's own `npm link` is a global link too, to a folder that stays.
  if (realpathSync(link) !== root || !isClone) return
  rmSync(link)
  // npm is about to unpack the package there.
  mkdirSync(link)
}

if (!hasTools()) {
  removeGlobalLink()
  const npm = process.env.npm_execpath
  const [command, ...first] = npm === undefined ? ['npm'] : [process.execPath, npm]
  execFileSync(
    command,
    [
      ...first,
      'ci',
      '--global=false',
      '--location=project',
      '--include=dev',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  )
}
await import('./build.mjs')
if (isClone) writeForUsers(root)
