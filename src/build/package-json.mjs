// The package.json that users get has no scripts and no tools of development: npm warns who installs
// a package with a script named `prepare`, although it never runs there.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const fileOf = (root) => path.join(root, 'package.json')
const keptOf = (root) => path.join(root, 'node_modules/.cache/shipit-pack/package.json')

/** For esbuild: what src/own-version.ts asks for. */
export function definedVersion(root) {
  const { version } = JSON.parse(readFileSync(fileOf(root), 'utf8'))
  return { SHIPIT_VERSION: JSON.stringify(version) }
}

/** What a package's own package.json is to users. */
export function forUsers({ scripts: _scripts, devDependencies: _tools, ...rest }) {
  return rest
}

export function writeForUsers(root) {
  const manifest = JSON.parse(readFileSync(fileOf(root), 'utf8'))
  writeFileSync(fileOf(root), `${JSON.stringify(forUsers(manifest), null, 2)}\n`)
}

/** Before `npm pack`: keeps ours aside until `bringBack`. */
export function putAside(root) {
  bringBack(root)
  mkdirSync(path.dirname(keptOf(root)), { recursive: true })
  writeFileSync(keptOf(root), readFileSync(fileOf(root)))
  writeForUsers(root)
}

/** After `npm pack`, and before the next one if npm was killed in between. */
export function bringBack(root) {
  if (!existsSync(keptOf(root))) return
  writeFileSync(fileOf(root), readFileSync(keptOf(root)))
  rmSync(keptOf(root))
}
