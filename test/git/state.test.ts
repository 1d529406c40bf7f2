import { expect } from 'chai'
import { mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { simpleGit } from 'simple-git'
import { ensureHerokuRemote, herokuRemoteApp } from '../../src/git/remotes.js'
import { isInCommit, repositoryState, type RepositoryState } from '../../src/git/state.js'
import { commitFile, repository, temporaryFolder } from './git-server.js'

type Known = Extract<RepositoryState, { isRepository: true }>

describe('the state of a repository', () => {
  let folder: { dir: string; remove: () => Promise<void> }
  let work: string

  beforeEach(async () => {
    folder = await temporaryFolder()
    work = path.join(await realpath(folder.dir), 'app')
  })
  afterEach(() => folder.remove())

  const state = async (dir = work): Promise<Known> => {
    const found = await repositoryState(dir)
    if (!found.isRepository) throw new Error(`${dir} is no repository`)
    return found
  }

  it('is nothing in a folder without git', async () => {
    expect(await repositoryState(folder.dir)).to.deep.equal({ isRepository: false })
  })

  it('has no commit after git init', async () => {
    await mkdir(work)
    await simpleGit(work).init(['--initial-branch=main'])
    expect(await state()).to.include({
      commit: undefined,
      branch: 'main',
      isBare: false,
      isShallow: false,
      root: work,
    })
  })

  it('names the commit and the branch', async () => {
    const git = await repository(work)
    const { commit, branch, subdirectory, changed, untracked } = await state()
    expect(commit).to.deep.equal({
      id: await git.revparse(['HEAD']),
      short: await git.revparse(['--short', 'HEAD']),
      subject: 'Say hello',
    })
    expect({ branch, subdirectory, changed, untracked }).to.deep.equal({
      branch: 'main',
      subdirectory: '',
      changed: [],
      untracked: [],
    })
  })

  it('has no branch when HEAD is detached', async () => {
    const git = await repository(work)
    await git.checkout(['--detach'])
    expect((await state()).branch).to.equal(undefined)
  })

  it('tells changed files from new ones, wherever it is asked', async () => {
    const git = await repository(work)
    await commitFile(git, work, 'packages/api/old.js', 'x', 'Add the API')
    await writeFile(path.join(work, 'index.js'), 'changed')
    await rm(path.join(work, 'packages/api/old.js'))
    await writeFile(path.join(work, 'packages/api/neu é.js'), 'new')
    const found = await state(path.join(work, 'packages/api'))
    expect(found).to.include({ root: work, subdirectory: 'packages/api' })
    expect(found.changed).to.have.members(['index.js', 'packages/api/old.js'])
    expect(found.untracked).to.deep.equal(['packages/api/neu é.js'])
  })

  it('sees shallow clones, bare repositories and linked working trees', async () => {
    const git = await repository(work)
    await commitFile(git, work, 'index.js', 'second', 'Say more')
    const shallow = path.join(folder.dir, 'shallow')
    const bare = path.join(folder.dir, 'bare.git')
    const linked = path.join(folder.dir, 'linked')
    await git.raw(['clone', '--quiet', '--depth=1', `file://${work}`, shallow])
    await git.raw(['clone', '--quiet', '--bare', work, bare])
    await git.raw(['worktree', 'add', '--quiet', linked, '-b', 'side'])
    expect(await state(shallow)).to.include({ isShallow: true, isLinkedWorktree: false })
    expect(await state(bare)).to.include({ isBare: true, subdirectory: '' })
    expect(await state(linked)).to.include({
      isLinkedWorktree: true,
      branch: 'side',
      isBare: false,
    })
  })

  it('knows whether a file is in a commit or only on disk', async () => {
    const git = await repository(work)
    const commit = await git.revparse(['HEAD'])
    await writeFile(path.join(work, 'ecosystem.config.yml'), 'apps: []')
    expect(await isInCommit(work, commit, 'index.js')).to.equal(true)
    expect(await isInCommit(work, commit, 'ecosystem.config.yml')).to.equal(false)
  })

  it('adds the remote `heroku` once, and never replaces one', async () => {
    const git = await repository(work)
    expect(await ensureHerokuRemote(work, 'https://git.heroku.com', 'myapp')).to.equal(true)
    expect(await herokuRemoteApp(work)).to.equal('myapp')
    expect((await state()).remotes).to.deep.equal([
      { name: 'heroku', url: 'https://git.heroku.com/myapp.git' },
    ])
    expect(await ensureHerokuRemote(work, 'https://git.heroku.com', 'other')).to.equal(false)
    expect((await git.getRemotes(true))[0]?.refs.push).to.equal('https://git.heroku.com/myapp.git')
  })
})
