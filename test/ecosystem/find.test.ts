import { expect } from 'chai'
import { createRequire } from 'node:module'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { ECOSYSTEM_FILES, findEcosystemFile } from '../../src/ecosystem/index.js'
import { formatOf } from '../../src/ecosystem/names.js'

describe('finding the ecosystem file', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'ecosystem-find-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  const choices: [string[], string | undefined][] = [
    [[], undefined],
    [['package.json', 'ecosystem.js', 'ecosystem.config.toml'], undefined],
    [['ecosystem.config.js', 'ecosystem.config.yml'], 'ecosystem.config.yml'],
    [['ecosystem.config.cjs', 'ecosystem.json'], 'ecosystem.config.cjs'],
    [['ecosystem.config.mjs'], 'ecosystem.config.mjs'],
    [['ecosystem.yml', 'ecosystem.json', 'process.json'], 'ecosystem.json'],
    [['process.yml', 'process.json'], 'process.json'],
    [['process.yaml'], 'process.yaml'],
    [['apps.yml', 'pm2.json', 'pm2.config.js', 'process.config.js'], 'process.config.js'],
    [['apps.yml', 'pm2.config.cjs'], 'pm2.config.cjs'],
    [['apps.yml', 'pm2.js', 'apps.js'], 'apps.yml'],
  ]
  for (const [names, expected] of choices) {
    it(`takes ${expected ?? 'none'} of ${names.join(', ') || 'an empty folder'}`, async () => {
      for (const name of names) await writeFile(path.join(dir, name), '')
      expect(await findEcosystemFile(dir)).to.equal(expected && path.join(dir, expected))
    })
  }

  it('looks for the names in one order, in which what shipit writes is first', () => {
    expect(ECOSYSTEM_FILES.join(' ')).to.equal(
      'ecosystem.config.yml ecosystem.config.yaml ecosystem.config.json ecosystem.config.js ' +
        'ecosystem.config.cjs ecosystem.config.mjs ecosystem.json ecosystem.yml ecosystem.yaml ' +
        'ecosystem.json5 process.json process.yml process.yaml process.json5 process.config.js ' +
        'process.config.cjs process.config.mjs process.config.json process.config.yml ' +
        'process.config.yaml pm2.json pm2.yml pm2.yaml pm2.json5 pm2.config.js pm2.config.cjs ' +
        'pm2.config.mjs pm2.config.json pm2.config.yml pm2.config.yaml apps.json apps.yml ' +
        'apps.yaml apps.config.js',
    )
    // Each is of a format that is read.
    expect(ECOSYSTEM_FILES.filter((name) => formatOf(name) === undefined)).to.deep.equal([])
  })

  it('knows a format by the end of a name alone', () => {
    const formats = (...names: string[]) => names.map(formatOf)
    expect(formats('a.yml', 'a.yaml', 'a.json', 'a.json5', 'a.config.mjs')).to.deep.equal([
      'yml',
      'yml',
      'json',
      'json',
      'js',
    ])
    for (const name of ['a.yml.txt', 'a.json.txt', 'a.config.js.txt', 'a.js', 'yml', 'a.json55'])
      expect(formatOf(name), name).to.equal(undefined)
  })

  it('passes over a folder of that name, and a folder that is not there', async () => {
    await mkdir(path.join(dir, 'ecosystem.config.yml'))
    await writeFile(path.join(dir, 'process.json'), '[]')
    expect(await findEcosystemFile(dir)).to.equal(path.join(dir, 'process.json'))
    expect(await findEcosystemFile(path.join(dir, 'nowhere'))).to.equal(undefined)
    expect(await findEcosystemFile(path.join(dir, 'process.json'))).to.equal(undefined)
  })

  it('looks for nothing that PM2 would not read, in the same format', () => {
    const pm2 = createRequire(import.meta.url)('pm2/lib/Common.js') as {
      isConfigFile: (name: string) => string | null
      getConfigFileCandidates: (name: string) => string[]
    }
    for (const name of ECOSYSTEM_FILES) {
      const theirs = { json: 'json', yaml: 'yml', js: 'js', mjs: 'js' }[
        String(pm2.isConfigFile(name))
      ]
      expect(formatOf(name), name).to.equal(theirs)
    }
    const theirs = pm2.getConfigFileCandidates('ecosystem')
    expect(ECOSYSTEM_FILES).to.include.members(theirs)
    const plain = (names: readonly string[]): string[] =>
      names.filter((name) => /^ecosystem\.(json|ya?ml)$/.test(name))
    expect(plain(ECOSYSTEM_FILES)).to.deep.equal(plain(theirs))
  })
})
