import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { holdsSockets, homeName, makeHome } from '../../src/runtime/home.js'

describe('PM2_HOME', () => {
  const parent = mkdtempSync(path.join(os.tmpdir(), 'shipit-home-test-'))
  after(() => rmSync(parent, { recursive: true, force: true }))

  it('is for nobody else, and takes the place of those that killed runtimes left', () => {
    const { pid: dead } = spawnSync(process.execPath, ['-e', ''])
    const [left, living, foreign] = [
      `shipit-pm2-${dead}-x`,
      `shipit-pm2-${process.ppid}-x`,
      'shipit-pm2-notes',
    ].map((name) => path.join(parent, name)) as [string, string, string]
    for (const folder of [left, living, foreign]) mkdirSync(folder)
    writeFileSync(path.join(left, 'agent.log'), '')
    const home = homeName(parent)
    makeHome(home)
    expect(statSync(home).mode & 0o777).to.equal(0o700)
    expect(existsSync(left)).to.equal(false)
    expect(readdirSync(parent)).to.have.members(
      [home, living, foreign].map((folder) => path.basename(folder)),
    )
  })

  it('has a path that a socket can have, also where the temporary folder has not', () => {
    const deep = path.join(parent, 'd'.repeat(100))
    expect(holdsSockets(deep)).to.equal(false)
    expect(holdsSockets(homeName(deep)), homeName(deep)).to.equal(true)
    expect(path.dirname(homeName('/var/tmp'))).to.equal('/var/tmp')
  })
})
