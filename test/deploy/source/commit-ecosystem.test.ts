import { expect } from 'chai'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { SimpleGit } from 'simple-git'
import { readCommitEcosystem } from '../../../src/deploy/source/commit-ecosystem.js'
import { ShipitError } from '../../../src/errors.js'
import { resolveCommit } from '../../../src/git/index.js'
import { commitFile } from '../../git/git-server.js'
import { temporaryRepository, type TemporaryRepository } from '../../support/repository.js'

describe('the ecosystem file of a commit', () => {
  let made: TemporaryRepository
  let root: string
  let git: SimpleGit

  before(async () => {
    made = await temporaryRepository()
    ;({ dir: root, git } = made)
    await commitFile(
      git,
      root,
      'ecosystem.config.yml',
      'apps: [{ name: old, script: old.js }]\n',
      'Old',
    )
    await git.addTag('old')
    await commitFile(
      git,
      root,
      'ecosystem.config.yml',
      'apps: [{ name: new, script: new.js }]\n',
      'New',
    )
    await commitFile(git, root, 'packages/api/names.json', '{ "name": "api" }', 'A name')
    await commitFile(
      git,
      root,
      'packages/api/ecosystem.config.js',
      `const { name } = require('./names.json'); const { extra } = require('installed')
module.exports = { apps: [{ name: name + extra, script: __dirname + '/server.js' }] }`,
      'In JavaScript',
    )
    const installed = path.join(root, 'packages/api/node_modules/installed')
    await mkdir(installed, { recursive: true })
    await writeFile(path.join(installed, 'index.js'), "exports.extra = '!'")
  })
  after(() => made.remove())

  const read = async (ref: string, at = '') =>
    readCommitEcosystem({ root, folder: at, commit: await resolveCommit(root, ref) })

  it('is the one it had, under the path that it has on disk', async () => {
    const old = await read('old')
    expect(old?.apps.map(({ name }) => name)).to.deep.equal(['old'])
    expect(old?.file).to.equal(path.join(root, 'ecosystem.config.yml'))
    expect((await read('main'))?.apps[0]?.name).to.equal('new')
    expect(await read('main~3')).to.have.nested.property('apps[0].name', 'old')
    expect(await read('old~1')).to.equal(undefined)
  })

  it("in JavaScript sees the commit's own files and the installed packages, and not where it ran", async () => {
    await writeFile(path.join(root, 'packages/api/names.json'), '{ "name": "changed on disk" }')
    const api = await read('main', 'packages/api')
    expect(api?.problems).to.deep.equal([])
    expect(api?.apps[0]).to.include({
      name: 'api!',
      script: path.join(root, 'packages/api/server.js'),
    })
  })

  it('leaves nothing behind, and knows the folders that a commit has', async () => {
    const before = process.env.TMPDIR
    process.env.TMPDIR = path.join(made.folder, 'tmp')
    try {
      await mkdir(process.env.TMPDIR)
      await read('main', 'packages/api')
      expect(await readdir(process.env.TMPDIR)).to.deep.equal([])
    } finally {
      if (before === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = before
    }
    const error = await read('old', 'packages/api').then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).to.be.instanceOf(ShipitError)
    expect((error as ShipitError).message).to.include('has no folder packages/api')
  })
})
