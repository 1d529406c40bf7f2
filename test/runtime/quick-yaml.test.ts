import { expect } from 'chai'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { readEcosystem } from '../../src/ecosystem/read.js'
import { quickYaml } from '../../src/runtime/quick-yaml.js'

/** Values that readers of YAML have been known to take differently. */
const VALUES = [
  'yes',
  'Yes',
  'on',
  'true',
  'True',
  '~',
  'null',
  '',
  '0777',
  '0o17',
  '0x1F',
  '0b11',
  '1_000',
  '1e3',
  '1.',
  '.5',
  '+7',
  '-0',
  '.inf',
  '.NaN',
  '12:30:45',
  '2020-01-01',
  "'quoted'",
  '"a\\tb"',
  'a b # comment',
  'a#b',
  '>-\n      folded\n      text',
  '|\n      kept\n      lines',
  '{ A: 1, B: [x, y] }',
  '[a, b]',
  '*none',
  '!!str 5',
  '&anchor 5',
  '"\\u00e9"',
  'é',
  '- x',
  'a: b',
  '50%',
  '@at',
  '`tick',
]

describe('quick reading of YAML', () => {
  let dir: string
  before(() => (dir = mkdtempSync(path.join(os.tmpdir(), 'shipit-quick-'))))
  after(() => rmSync(dir, { recursive: true, force: true }))

  for (const value of VALUES) {
    it(`says what the other reader says of ${JSON.stringify(value)}`, async () => {
      const file = path.join(dir, 'ecosystem.config.yml')
      writeFileSync(
        file,
        `apps:\n  - name: api\n    script: app.js\n    env:\n      VALUE: ${value}\n`,
      )
      expect(await readEcosystem(file, { quickYaml })).to.deep.equal(await readEcosystem(file))
    })
  }

  it('leaves every complaint, with its place, to the other reader', async () => {
    for (const text of [
      'apps:\n  - name: api\n    scrpt: app.js\n',
      'apps: [\n',
      '',
      'apps:\n  - { name: a, script: a.js }\n  - { name: a, script: b.js }\n',
      'a: 1\na: 2\n',
      '---\na: 1\n---\nb: 2\n',
    ]) {
      const file = path.join(dir, 'ecosystem.config.yml')
      writeFileSync(file, text)
      const found = await readEcosystem(file, { quickYaml })
      expect(found.problems).not.to.deep.equal([])
      expect(found).to.deep.equal(await readEcosystem(file))
    }
  })

  it('is used for a plain file', () => {
    expect(quickYaml('apps:\n  - { name: api, script: app.js, instances: 2 }\n')).to.deep.equal({
      apps: [{ name: 'api', script: 'app.js', instances: 2 }],
    })
  })
})
