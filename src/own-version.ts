import { readFileSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from './paths.js'

/** What the build writes in its place: to read it at each start takes as long as half a request. */
declare const SHIPIT_VERSION: string | undefined

/** The version of the package that this code belongs to. */
export const ownVersion = (): string =>
  typeof SHIPIT_VERSION === 'string' ? SHIPIT_VERSION : writtenVersion()

function writtenVersion(): string {
  const manifest = readFileSync(path.join(packageRoot, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
