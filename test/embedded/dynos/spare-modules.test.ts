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
import { expect } from 'chai'
import { SpareModules } from '../../../src/embedded/dynos/spare-modules.js'
import { until } from '../../support/until.js'

describe('a spare node_modules', () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'shipit-test-spare-'))
  const dynosDir = path.join(root, 'dynos')
  after(() => rmSync(root, { recursive: true }))

  const tree = (name: string): string => {
    const dir = path.join(root, name, 'node_modules')
    mkdirSync(path.join(dir, 'a'), { recursive: true })
    writeFileSync(path.join(dir, 'a', 'index.js'), name)
    return dir
  }
  let spares: SpareModules
  beforeEach(() => {
    mkdirSync(dynosDir, { recursive: true })
    spares = new SpareModules(dynosDir)
  })
  afterEach(() => spares.drop())

  const taken = (modules: string) => until('the spare', () => spares.take('app', modules))

  it('is linked ahead, handed out once, and of those dependencies alone', async () => {
    const modules = tree('one')
    spares.prepare('app', modules)
    const made = await taken(modules)
    expect(statSync(path.join(made, 'a/index.js')).ino).to.equal(
      statSync(path.join(modules, 'a/index.js')).ino,
    )
    expect(await spares.take('app', modules)).to.equal(undefined)
    spares.prepare('app', modules)
    expect(await spares.take('app', tree('two'))).to.equal(undefined)
    expect(await spares.take('other', modules)).to.equal(undefined)
    expect(path.dirname(await taken(modules))).not.to.equal(path.dirname(made))
  })

  it('gives way to one of newer dependencies, and leaves nothing behind', async () => {
    const [old, newer] = [tree('old'), tree('newer')]
    rmSync(dynosDir, { recursive: true })
    mkdirSync(dynosDir)
    spares.prepare('app', old)
    await until('the old spare', () =>
      readdirSync(dynosDir).some((name) =>
        existsSync(path.join(dynosDir, name, 'node_modules/a/index.js')),
      ),
    )
    spares.prepare('app', newer)
    const made = await taken(newer)
    expect(readdirSync(dynosDir)).to.deep.equal([path.basename(path.dirname(made))])
    rmSync(path.dirname(made), { recursive: true })
    spares.prepare('app', old)
    await spares.drop('app')
    expect(readdirSync(dynosDir)).to.deep.equal([])
  })

  it('is done without where it cannot be made', async () => {
    spares.prepare('app', path.join(root, 'nowhere', 'node_modules'))
    spares.prepare('other', tree('three'))
    await until('the other spare', () =>
      spares.take('other', path.join(root, 'three', 'node_modules')),
    )
    expect(await spares.take('app', path.join(root, 'nowhere', 'node_modules'))).to.equal(undefined)
  })
})
