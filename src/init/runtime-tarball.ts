import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { ShipitError } from '../errors.js'
import { runtimePackageDir } from '../paths.js'

/** The runtime as a tarball that init puts into the app's vendor folder. */
export interface RuntimeTarball {
  version: string
  /** Absolute path. */
  file: string
  sha1: string
  /** Base64, as npm and pnpm write it into their lockfiles. */
  sha512: string
}

export const VENDOR = 'vendor'
export const RUNTIME = 'shipit-runtime'

/** shipit-runtime-1.2.3.tgz, whoever's version. */
export const isRuntimeTarball = (name: string) => /^shipit-runtime-\d[\w.+-]*\.tgz$/.test(name)
export const tarballName = (version: string) => `${RUNTIME}-${version}.tgz`

/**
 * The tarball that `npm run build` left beside its package folder. Throws `internal` if there is
 * none: the installation is not whole.
 */
export function runtimeTarball(packageDir: string = runtimePackageDir): RuntimeTarball {
  const manifest = path.join(packageDir, 'package.json')
  const version = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
    : undefined
  const file = version && path.join(path.dirname(packageDir), tarballName(version))
  if (!version || !file || !existsSync(file)) {
    throw new ShipitError('internal', {
      message: 'This installation of shipit has no shipit-runtime tarball.',
      why: `It should lie in ${path.dirname(packageDir)}.`,
      next: 'Run `npm run build` in a clone of shipit, or install shipit again.',
    })
  }
  return { version, file, ...digests(readFileSync(file)) }
}

export function digests(bytes: Buffer): { sha1: string; sha512: string } {
  return {
    sha1: createHash('sha1').update(bytes).digest('hex'),
    sha512: createHash('sha512').update(bytes).digest('base64'),
  }
}
