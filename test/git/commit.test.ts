import { expect } from 'chai'
import type { SimpleGit } from 'simple-git'
import { ShipitError } from '../../src/errors.js'
import { resolveCommit } from '../../src/git/index.js'
import { commitFile } from './git-server.js'
import { temporaryRepository, type TemporaryRepository } from '../support/repository.js'

describe('a commit by its name', () => {
  let made: TemporaryRepository
  let dir: string
  let git: SimpleGit
  let first: string
  let second: string

  before(async () => {
    made = await temporaryRepository()
    ;({ dir, git } = made)
    first = await git.revparse(['HEAD'])
    await git.addAnnotatedTag('v1.0.0', 'The first')
    second = await commitFile(git, dir, 'index.js', 'second', 'Say more')
    await git.raw(['update-ref', 'refs/remotes/origin/develop', first])
    await git.raw(['update-ref', 'refs/remotes/origin/shared', first])
    await git.raw(['update-ref', 'refs/remotes/fork/shared', second])
  })
  after(() => made.remove())

  const refusal = async (name: string): Promise<ShipitError> =>
    resolveCommit(dir, name).then(
      () => {
        throw new Error(`${name} was found`)
      },
      (error: ShipitError) => error,
    )

  it('is found by branch, annotated tag, short hash and expression', async () => {
    expect(await resolveCommit(dir, 'main')).to.include({ id: second, subject: 'Say more' })
    expect(await resolveCommit(dir, 'v1.0.0')).to.include({ id: first, subject: 'Say hello' })
    expect((await resolveCommit(dir, first.slice(0, 8))).id).to.equal(first)
    expect((await resolveCommit(dir, 'HEAD~1')).id).to.equal(first)
  })

  it('is found on a remote, by its own name there and by the branch alone', async () => {
    expect((await resolveCommit(dir, 'origin/develop')).id).to.equal(first)
    expect((await resolveCommit(dir, 'develop')).id).to.equal(first)
    expect(await refusal('shared')).to.include({
      code: 'git',
      next: 'Name one: fork/shared, origin/shared',
    })
  })

  it('is refused with the nearest name where there is none, and never taken for an option', async () => {
    const error = await refusal('mian')
    expect(error).to.include({
      code: 'git',
      message: 'This repository has no branch, tag or commit mian.',
      why: 'Did you mean main?',
    })
    expect(error.next).to.include('v1.0.0').and.include('git fetch')
    expect((await refusal('devlop')).why).to.equal('Did you mean develop?')
    expect((await refusal('--all')).code).to.equal('git')
    expect((await refusal('HEAD:index.js')).code).to.equal('git')
  })
})
