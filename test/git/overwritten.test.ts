import { expect } from 'chai'
import path from 'node:path'
import type { SimpleGit } from 'simple-git'
import { ShipitError } from '../../src/errors.js'
import { overwrittenBy, push } from '../../src/git/index.js'
import { commitFile, GitServer, repository, temporaryFolder, TOKEN } from './git-server.js'

describe('what a forced push drops', () => {
  let folder: { dir: string; remove: () => Promise<void> }
  let server: GitServer
  let dir: string
  let git: SimpleGit

  beforeEach(async () => {
    folder = await temporaryFolder()
    server = await GitServer.start(path.join(folder.dir, 'remotes'))
    dir = path.join(folder.dir, 'app')
    git = await repository(dir)
    await server.addApp('a1')
  })
  afterEach(async () => {
    await server.stop()
    await folder.remove()
  })

  const head = () => git.revparse(['HEAD'])
  const send = (from = dir) =>
    push({ dir: from, url: server.url('a1'), token: TOKEN, refspec: 'HEAD:refs/heads/main' })
  const ask = async (app = 'a1') =>
    overwrittenBy({ dir, url: server.url(app), token: TOKEN }, await head())

  it('is nothing where there is nothing yet, or where the push goes on from it', async () => {
    expect(await ask()).to.equal(null)
    await send()
    expect(await ask()).to.equal(null)
    await commitFile(git, dir, 'index.js', 'second', 'Second')
    expect(await ask()).to.equal(null)
  })

  it('is counted where the commits are here, and named by the newest', async () => {
    const first = await head()
    await commitFile(git, dir, 'index.js', 'second', 'Second')
    const newest = await commitFile(git, dir, 'index.js', 'third', 'Third, of the app alone')
    await send()
    await git.reset(['--hard', first])
    expect(await ask()).to.deep.equal({
      commit: newest,
      count: 2,
      subject: 'Third, of the app alone',
    })
  })

  it('is known by its hash alone where another clone pushed it', async () => {
    const other = path.join(folder.dir, 'other')
    const commit = await commitFile(await repository(other), other, 'x.js', 'x', 'From elsewhere')
    await send(other)
    expect(await ask()).to.deep.equal({ commit, count: null, subject: null })
  })

  it('fails as a push does', async () => {
    const error = await ask('none').then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).to.be.instanceOf(ShipitError)
    expect((error as ShipitError).code).to.equal('not_found')
    expect((error as ShipitError).message).to.not.include(TOKEN)
  })
})
