import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { between } from '../../src/git/index.js'

describe('the commits between two', () => {
  let dir: string
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: dir,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: dir,
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.com',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
      },
    }).trim()
  const commit = (subject: string) => {
    git('commit', '--quiet', '--allow-empty', '--message', subject)
    return git('rev-parse', 'HEAD')
  }
  beforeEach(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'shipit-test-'))
    git('init', '--quiet', '--initial-branch', 'main')
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  it('are listed, newest first, with how many each lacks', async () => {
    const first = commit('First')
    const left = commit('Left')
    git('checkout', '--quiet', '-b', 'other', first)
    commit('Right')
    const right = commit('Right: again')
    const found = await between(dir, left, right, 1)
    expect(found?.added.map(({ subject }) => subject)).to.deep.equal(['Right: again'])
    expect(found).to.deep.include({ addedCount: 2, droppedCount: 1 })
    expect(await between(dir, left, left, 5)).to.deep.equal({
      added: [],
      addedCount: 0,
      droppedCount: 0,
    })
  })

  it('are not known where the folder lacks one of them, or is no repository', async () => {
    const first = commit('First')
    expect(await between(dir, first, 'f00ba44'.repeat(6).slice(0, 40), 5)).to.equal(undefined)
    await rm(path.join(dir, '.git'), { recursive: true })
    expect(await between(dir, first, first, 5)).to.equal(undefined)
  })
})
