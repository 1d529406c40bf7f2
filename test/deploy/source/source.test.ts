import { expect } from 'chai'
import { dirtyVersion, isDirty, shortCommit } from '../../../src/deploy/source/short-commit.js'
import {
  deploySource,
  leftOut,
  named,
  splitSource,
  uploadSource,
  type ChosenCommit,
} from '../../../src/deploy/source/source.js'
import { chooseEnvironment, whichEnvironment } from '../../../src/deploy/source/target.js'
import type { Commit, RepositoryState } from '../../../src/git/index.js'
import { refusal } from '../../support/failures.js'

const commitOf = (letter: string, length = 40): Commit => ({
  id: letter.repeat(length),
  short: letter.repeat(7),
  subject: `Change ${letter}`,
})
const HEAD = commitOf('a')

type Repository = Extract<RepositoryState, { isRepository: true }>
const repository = (more: Partial<Repository> = {}): Repository => ({
  isRepository: true,
  isBare: false,
  isLinkedWorktree: false,
  isShallow: false,
  root: '/app',
  subdirectory: '',
  branch: 'main',
  commit: HEAD,
  changed: [],
  untracked: [],
  remotes: [],
  ...more,
})
const chosen = (ref: string, commit = commitOf('b'), isTyped = true): ChosenCommit => ({
  ref,
  commit,
  isTyped,
})

describe('the commit that is deployed', () => {
  it('is the one that is checked out, of its branch', () => {
    expect(deploySource(repository())).to.deep.equal({
      commit: HEAD,
      split: null,
      upload: null,
      branch: 'main',
      warnings: [],
    })
    expect(deploySource(repository({ branch: 'master' })).warnings).to.deep.equal([])
  })

  it('comes with a warning of another branch, and of none', () => {
    expect(deploySource(repository({ branch: 'topic' })).warnings).to.deep.equal([
      'This deploys branch topic, not main.',
    ])
    const detached = deploySource(repository({ branch: undefined }))
    expect(detached.branch).to.equal(null)
    expect(detached.warnings).to.have.lengthOf(1)
    expect(detached.warnings[0]).to.match(/^HEAD is detached/)
  })

  it('comes with a warning of a folder from whose root it is taken', () => {
    const state = repository({ subdirectory: 'packages/api' })
    expect(deploySource(state).warnings[0]).to.match(/^This folder is packages\/api of its/)
    expect(deploySource(state, undefined, 'packages/api').warnings).to.deep.equal([])
  })

  it('comes with a warning of uncommitted work in its folder', () => {
    const state = repository({ changed: ['server.js', 'api/a.js'], untracked: ['api/b.js'] })
    expect(deploySource(state).warnings).to.deep.equal([
      'Uncommitted work is not in this deploy, which is commit aaaaaaa alone: server.js, ' +
        'api/a.js, api/b.js (new).',
    ])
    expect(leftOut(state, 'api')).to.deep.equal(['api/a.js', 'api/b.js (new)'])
    expect(leftOut(state, 'ap')).to.deep.equal([])
    expect(leftOut({ isRepository: false }, '')).to.deep.equal([])
  })

  it('is the one that was chosen, which is told of unless it was typed', () => {
    const typed = deploySource(repository({ branch: 'topic' }), chosen('stable'))
    expect(typed).to.deep.include({ commit: commitOf('b'), branch: 'stable', warnings: [] })
    const { warnings } = deploySource(repository(), chosen('stable', commitOf('b'), false))
    expect(warnings).to.have.lengthOf(1)
    expect(warnings[0])
      .to.include('`ref: stable` is deployed, commit bbbbbbb')
      .and.include('checked out: main, commit aaaaaaa')
    const detached = repository({ branch: undefined })
    expect(deploySource(detached, chosen('stable', commitOf('b'), false)).warnings[0]).to.include(
      'checked out: commit aaaaaaa',
    )
    const same = deploySource(repository(), chosen('stable', { ...HEAD, subject: 'x' }, false))
    expect(same).to.deep.include({ commit: HEAD, branch: 'stable', warnings: [] })
  })

  it('has no name of HEAD, but that of the branch', () => {
    expect(deploySource(repository({ branch: 'topic' }), chosen('HEAD', HEAD)).branch).to.equal(
      'topic',
    )
    expect(deploySource(repository({ branch: undefined }), chosen('HEAD', HEAD)).branch).to.equal(
      null,
    )
  })

  it('is refused of what cannot be pushed', () => {
    for (const [state, words] of [
      [{ isRepository: false }, 'is not in a git repository'],
      [repository({ isBare: true }), 'bare repository'],
      [repository({ commit: undefined }), 'no commit yet'],
      [repository({ isShallow: true }), 'shallow clone'],
      [repository({ commit: commitOf('a', 64) }), 'SHA-256'],
    ] as const)
      expect(
        refusal(() => deploySource(state)),
        words,
      )
        .to.include({ code: 'git' })
        .and.have.property('message')
        .that.includes(words)
    expect(deploySource(repository({ commit: commitOf('a', 40) })).commit.id).to.have.lengthOf(40)
  })

  it('of a folder alone has the id of the folder’s own history, and the words of its own', () => {
    expect(splitSource(deploySource(repository()), 'c'.repeat(40), 'api')).to.deep.include({
      commit: { ...HEAD, id: 'c'.repeat(40) },
      split: { commit: HEAD.id, folder: 'api' },
    })
  })
})

describe('files as they are', () => {
  const sent = { files: ['a.js', 'b.js'], repositories: [] }
  const upload = (state: RepositoryState, more = {}) =>
    uploadSource(state, { ...sent, ...more }, new Date('2026-01-02T03:04:05.678Z'))

  it('are known by their commit, marked if they differ from it', () => {
    expect(upload(repository())).to.deep.equal({
      commit: HEAD,
      split: null,
      upload: { files: 2, isDirty: false },
      branch: 'main',
      warnings: [],
    })
    for (const state of [repository({ changed: ['a.js'] }), repository({ untracked: ['b.js'] })])
      expect(upload(state)).to.deep.include({
        commit: { id: `aa-dirty-${HEAD.id}`, short: 'aaaaaaa-dirty', subject: HEAD.subject },
        upload: { files: 2, isDirty: true },
      })
    expect(upload(repository({ branch: undefined })).branch).to.equal(null)
  })

  it('of no commit are known by the time', () => {
    const dated = { id: 'files-20260102T030405Z', short: 'files-20260102T030405Z' }
    const none: RepositoryState = { isRepository: false }
    for (const state of [none, repository({ commit: undefined })])
      expect(upload(state)).to.deep.include({
        commit: { ...dated, subject: 'of no commit' },
        upload: { files: 2, isDirty: true },
      })
    expect(upload(none).branch).to.equal(null)
    expect(uploadSource(none, sent).commit.id).to.match(/^files-\d{8}T\d{6}Z$/)
  })

  it('are told of what is not sent', () => {
    expect(upload(repository(), { repositories: ['lib', 'doc'] }).warnings).to.deep.equal([
      'Not sent, because they are repositories of their own (submodules): lib, doc.',
    ])
  })

  it('are named up to the tenth', () => {
    const files = (count: number) => Array.from({ length: count }, (_, i) => `f${i}`)
    expect(named(files(10))).to.match(/f9$/)
    expect(named(files(12))).to.match(/f9 and 2 more$/)
    expect(named([])).to.equal('')
  })

  it('have a version in which the mark is seen in a few characters', () => {
    const version = dirtyVersion(HEAD.id)
    expect(version.slice(0, 8)).to.equal('aa-dirty')
    expect([shortCommit(version), shortCommit(version, 9)]).to.deep.equal([
      'aaaaaaa-dirty',
      'aaaaaaaaa-dirty',
    ])
    expect([shortCommit(HEAD.id), shortCommit(HEAD.id, 3)]).to.deep.equal(['aaaaaaa', 'aaa'])
    expect(shortCommit('abcdef1234-dirty')).to.equal('abcdef1-dirty')
    expect([version, 'abc-dirty', HEAD.id].map(isDirty)).to.deep.equal([true, true, false])
    for (const odd of ['xaa-dirty-abc', 'aa-dirty-abcx', 'x-abc-dirty', 'abc-dirty-'])
      expect(isDirty(odd), odd).to.equal(false)
  })
})

describe('the environment that is meant', () => {
  const target = { app: 'a1' }
  const choose = (names: string[], wanted?: string, ssh: string[] = []) =>
    chooseEnvironment(Object.fromEntries(names.map((name) => [name, target])), ssh, wanted)

  it('is the named one, or the only one', () => {
    expect(choose(['a', 'b'], 'b')).to.deep.equal({ name: 'b', target })
    expect(choose(['a'])).to.deep.equal({ name: 'a', target })
    expect(choose([])).to.equal(undefined)
    expect(choose(['a', 'b'])).to.equal('ask')
  })

  it('is asked for by name if there are several', () => {
    expect(whichEnvironment(['a', 'b'])).to.include({
      code: 'usage',
      message: 'Which environment? The ecosystem file has a, b.',
      next: 'shipit deploy a',
    })
  })

  it("is refused if it is not there, or is one of PM2's own", () => {
    const missing = refusal(() => choose(['a', 'b'], 'c'))
    expect(missing).to.include({ code: 'usage', next: 'It has: a, b.' })
    expect(missing.message).to.include('no environment c')
    expect(refusal(() => choose([], 'c')).next).to.match(/^Add one:\n\ndeploy:\n {2}c:\n/)
    const ssh = refusal(() => choose(['a', 'b'], 'c', ['c']))
    expect(ssh).to.include({ code: 'usage' })
    expect(ssh.message).to.include("PM2's own deploy over ssh")
    expect(ssh.next).to.equal('Add `app: NAME` to it, or name another environment: a, b.')
    expect(refusal(() => choose([], 'c', ['c'])).next).to.equal(
      'Add `app: NAME` to it, or name another environment.',
    )
  })
})
