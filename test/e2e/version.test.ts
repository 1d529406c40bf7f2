import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../../src/paths.js'

describe('the version', () => {
  const { version } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as {
    version: string
  }

  it("is printed as Heroku's CLI prints its own, and under PM2's word too", () => {
    for (const word of ['--version', '-v', 'version']) {
      const printed = execFileSync(
        process.execPath,
        [path.join(packageRoot, 'bin/shipit.js'), word],
        { encoding: 'utf8' },
      )
      expect(printed, word).to.equal(
        `shipit-heroku/${version} ${process.platform}-${process.arch} node-${process.version}\n`,
      )
    }
  })
})
