import { createHash } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { create } from 'tar'
import type { FakePlatform } from './fake-platform.js'
import { writeTree, type Tree } from './build-app.js'

export interface Packed {
  name: string
  spec: string
  bytes: Buffer
  sha512: string
  sha1: string
}

/** A package's tarball, as a `file:vendor/…` dependency names it. */
export async function pack(
  platform: FakePlatform,
  name: string,
  files: Tree,
  manifest: object = {},
): Promise<Packed> {
  const dir = path.join(platform.root, `pack-${name}`)
  await mkdir(dir, { recursive: true })
  await writeTree(path.join(dir, 'package'), {
    'package.json': { name, version: '1.0.0', ...manifest },
    ...files,
  })
  const file = path.join(dir, 'out.tgz')
  await create({ cwd: dir, file, gzip: true, portable: true }, ['package'])
  const bytes = await readFile(file)
  await rm(dir, { recursive: true })
  const hash = (algorithm: string, encoding: 'base64' | 'hex') =>
    createHash(algorithm).update(bytes).digest(encoding)
  return {
    name,
    spec: `file:vendor/${name}-1.0.0.tgz`,
    bytes,
    sha512: `sha512-${hash('sha512', 'base64')}`,
    sha1: hash('sha1', 'hex'),
  }
}

/**
 * package-lock.json for an app whose only dependencies are such tarballs. @param ofDev what else it
 * says of each devDependency
 */
export function npmLock(
  dependencies: Packed[],
  devDependencies: Packed[] = [],
  ofDev: object = {},
): object {
  const specs = (packed: Packed[]) =>
    Object.fromEntries(packed.map(({ name, spec }) => [name, spec]))
  const entry = (packed: Packed, isDev: boolean, bin: object = {}) => [
    `node_modules/${packed.name}`,
    {
      version: '1.0.0',
      resolved: packed.spec,
      integrity: packed.sha512,
      ...(isDev ? { dev: true } : {}),
      ...bin,
    },
  ]
  return {
    name: 'app',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': {
        name: 'app',
        version: '1.0.0',
        dependencies: specs(dependencies),
        devDependencies: specs(devDependencies),
      },
      ...Object.fromEntries([
        ...dependencies.map((one) => entry(one, false)),
        ...devDependencies.map((one) =>
          entry(one, true, { bin: { [one.name]: 'cli.js' }, ...ofDev }),
        ),
      ]),
    },
  }
}
