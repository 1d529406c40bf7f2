import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { packageRoot } from '../../src/paths.js'
import { GROUPS } from './official-cli.cases.js'
import { officialCliDocument } from './support/official-cli-doc.js'

describe('.github/docs/official-cli.md', () => {
  it('is what `npm run docs:official` writes of the cases', () => {
    expect(readFileSync(path.join(packageRoot, '.github/docs/official-cli.md'), 'utf8')).to.equal(
      officialCliDocument(GROUPS),
    )
  })
})
