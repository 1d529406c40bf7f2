import { expect } from 'chai'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { noAnswerFromGit } from '../../src/git/push-failure.js'
import { herokuRemoteApp } from '../../src/git/remotes.js'
import { failureOf } from '../support/failures.js'
import { repository, temporaryFolder } from './git-server.js'

const run = promisify(execFile)

describe('a git that answers nothing', () => {
  let folder: { dir: string; remove: () => Promise<void> }
  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(() => folder.remove())

  it('does not trust a folder of another user, and how to trust it is told in its own words', async () => {
    await repository(folder.dir)
    // By which git's own tests make it so (setup.c, ensure_valid_ownership).
    const said: unknown = await run('git', ['rev-parse', '--git-dir'], {
      cwd: folder.dir,
      env: { ...process.env, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1', LC_ALL: 'C' },
    }).catch((error: unknown) => error)
    expect(noAnswerFromGit(said)).to.deep.include({
      code: 'git',
      next: `If you trust it: git config --global --add safe.directory ${folder.dir}`,
    })
  })

  it('is not there', async () => {
    const before = process.env.PATH
    process.env.PATH = path.join(folder.dir, 'empty')
    try {
      expect(await failureOf(herokuRemoteApp(folder.dir))).to.include({
        code: 'git',
        message: 'git was not found on this machine.',
      })
    } finally {
      process.env.PATH = before
    }
  })

  it('is no other failure', () =>
    expect(noAnswerFromGit(new Error('fatal: not a git repository'))).to.equal(undefined))
})
