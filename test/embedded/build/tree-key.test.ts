import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { BuildContext } from '../../../src/embedded/build/context.js'
import type { Manifest } from '../../../src/embedded/build/manifest.js'
import type { PackageManager } from '../../../src/embedded/build/package-manager.js'
import { treeKey } from '../../../src/embedded/build/tree-cache.js'

describe('what an installed tree depends on', () => {
  let dir: string
  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'shipit-test-'))
    await writeFile(path.join(dir, 'package-lock.json'), '{}')
  })
  after(() => rm(dir, { recursive: true }))

  const manifest: Manifest = {
    scripts: {},
    engines: {},
    packageManager: undefined,
    raw: { dependencies: { a: '1' } },
  }
  const keyWith = (configVars: Record<string, string>) =>
    treeKey(
      { places: { dir }, configVars } as unknown as BuildContext,
      manifest,
      { name: 'npm', lockfile: 'package-lock.json' } as PackageManager,
      'v20',
    )

  it('is not what the runtime and PM2 read in the dyno: setting keys or instances leaves the next build warm', async () => {
    const bare = await keyWith({})
    expect(bare).to.be.a('string')
    expect(
      await keyWith({
        PM2_PUBLIC_KEY: 'a',
        PM2_SECRET_KEY: 'b',
        PM2_MACHINE_NAME: 'c',
        SHIPIT_INSTANCES: 'api=4',
        SHIPIT_ENV: 'prod',
      }),
    ).to.equal(bare)
  })

  it('is any other config var: an install script may read it', async () => {
    const bare = await keyWith({})
    for (const name of [
      'NPM_CONFIG_REGISTRY',
      'NODE_ENV',
      'PUPPETEER_SKIP_DOWNLOAD',
      'MY_PM2_HOST',
    ])
      expect(await keyWith({ [name]: '1' }), name).to.not.equal(bare)
  })

  it('is one of the former too where .npmrc names it', async () => {
    await writeFile(path.join(dir, '.npmrc'), '@mine:registry=${SHIPIT_REGISTRY}\n')
    expect(await keyWith({ SHIPIT_REGISTRY: 'http://a' })).to.not.equal(
      await keyWith({ SHIPIT_REGISTRY: 'http://b' }),
    )
    expect(await keyWith({ SHIPIT_ENV: 'a' })).to.equal(await keyWith({ SHIPIT_ENV: 'b' }))
  })
})
