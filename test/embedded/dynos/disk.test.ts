import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { makeDisk, removeDisk } from '../../../src/embedded/dynos/disk.js'

describe("a dyno's disk", () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'shipit-test-disk-'))
  after(() => rmSync(root, { recursive: true }))

  const tree = (name: string, files: string[]): string => {
    for (const file of files) {
      mkdirSync(path.dirname(path.join(root, name, file)), { recursive: true })
      writeFileSync(path.join(root, name, file), file)
    }
    return path.join(root, name)
  }

  it('has node_modules from where the slug keeps it, by links, and the rest as copies', async () => {
    const inside = tree('slug', ['server.js', 'node_modules/a/index.js'])
    const shared = {
      dir: tree('code', ['server.js']),
      modules: path.join(tree('tree', ['node_modules/a/index.js']), 'node_modules'),
    }
    for (const [at, slug] of [
      ['1', { dir: inside }],
      ['2', shared],
    ] as const) {
      const { app } = await makeDisk(path.join(root, 'dynos', at), slug)
      const inode = (dir: string, file: string) => statSync(path.join(dir, file)).ino
      expect(inode(app, 'node_modules/a/index.js')).to.equal(
        inode('modules' in slug ? slug.modules : path.join(slug.dir, 'node_modules'), 'a/index.js'),
      )
      expect(inode(app, 'server.js')).not.to.equal(inode(slug.dir, 'server.js'))
    }
  })

  it('takes a node_modules that was linked ahead', async () => {
    const spare = path.join(tree('spare', ['node_modules/a/index.js']), 'node_modules')
    const { app } = await makeDisk(
      path.join(root, 'dynos', 'with-spare'),
      { dir: tree('bare', ['server.js']), modules: '/nowhere' },
      spare,
    )
    expect([
      existsSync(path.join(app, 'node_modules/a/index.js')),
      existsSync(path.join(app, 'server.js')),
      existsSync(path.dirname(spare)),
    ]).to.deep.equal([true, true, false])
  })

  it('is gone with the dyno, and the slug is not', async () => {
    const dir = tree('kept', ['server.js', 'node_modules/a/index.js'])
    const disk = await makeDisk(path.join(root, 'dynos', '3'), { dir })
    await removeDisk(disk.dir)
    await removeDisk(disk.dir)
    expect(existsSync(disk.dir)).to.equal(false)
    expect(existsSync(path.join(dir, 'node_modules/a/index.js'))).to.equal(true)
  })
})
