import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { readdir, rm, stat } from 'node:fs/promises'
import type { SimpleGit } from 'simple-git'
import { foldHistory, type FolderCommit } from '../../src/git/subtree.js'
import { push, subtree } from '../../src/git/index.js'
import { commitFile, GitServer, TOKEN } from './git-server.js'
import { temporaryRepository, type TemporaryRepository } from '../support/repository.js'

describe('the history of a folder', () => {
  let temporary: TemporaryRepository
  let dir: string
  let git: SimpleGit

  beforeEach(async () => {
    temporary = await temporaryRepository()
    ;({ dir, git } = temporary)
  })
  afterEach(() => temporary.remove())

  const change = (file: string, content: string) =>
    commitFile(git, dir, file, content, `Write ${content}`)
  /** Asks git about the history that was made, then removes it. */
  const split = async (commit = 'HEAD', at = 'packages/api') => {
    const made = await subtree(dir, await git.revparse([commit]), at)
    const ask = (...args: string[]) =>
      execFileSync('git', args, {
        cwd: dir,
        env: { ...process.env, GIT_OBJECT_DIRECTORY: made.objects },
        encoding: 'utf8',
      }).trim()
    try {
      return made.id === undefined
        ? { id: undefined }
        : {
            id: made.id,
            log: ask('log', '--format=%s', made.id).split('\n'),
            files: ask('ls-tree', '-r', '--name-only', made.id).split('\n'),
            faults: ask('fsck', '--no-dangling', made.id),
            ancestors: ask('rev-list', made.id).split('\n'),
          }
    } finally {
      await made.remove()
    }
  }

  it('has the folder as its root and only the commits that change it', async () => {
    await change('packages/api/a.js', 'a')
    await change('packages/web/b.js', 'b')
    await change('packages/api/c.js', 'c')
    const made = await split()
    expect(made.log).to.deep.equal(['Write c', 'Write a'])
    expect(made.files).to.deep.equal(['a.js', 'c.js'])
    expect(made.faults).to.equal('')
    expect((await split()).id).to.equal(made.id)
  })

  it('is what git subtree split makes', async function () {
    await change('packages/api/a.js', 'a')
    await git.checkoutBranch('side', 'HEAD')
    await change('packages/api/side.js', 'side')
    await git.checkout('main')
    await change('packages/api/c.js', 'c')
    await git.merge(['--no-ff', 'side'])
    let theirs: string
    try {
      theirs = execFileSync('git', ['subtree', 'split', '-q', '--prefix', 'packages/api'], {
        cwd: dir,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }).trim()
    } catch (error) {
      if (/is not a git command/.test(String((error as { stderr?: string }).stderr)))
        return this.skip()
      throw error
    }
    expect((await split()).id).to.equal(theirs)
  })

  it('goes on from its earlier self after commits, merges, a removal and a return', async () => {
    await change('packages/api/a.js', 'a')
    const steps = [(await split()).id]
    await change('index.js', 'elsewhere')
    steps.push((await split()).id)
    await git.checkoutBranch('side', 'HEAD')
    await change('packages/api/side.js', 'side')
    await git.checkout('main')
    await change('packages/api/c.js', 'c')
    steps.push((await split()).id)
    await git.merge(['--no-ff', 'side'])
    steps.push((await split()).id)
    await git.raw(['mv', 'packages/api', 'packages/moved']).then(() => git.commit('Move it away'))
    expect((await split()).id).to.equal(undefined)
    await git.raw(['mv', 'packages/moved', 'packages/api']).then(() => git.commit('Move it back'))
    await change('packages/api/a.js', 'again')
    const last = await split()
    expect(steps[1]).to.equal(steps[0])
    for (const step of steps) expect(last.ancestors).to.include(step)
    expect(last.files).to.deep.equal(['a.js', 'c.js', 'side.js'])
  })

  it('is nothing where the folder is not, and of a file', async () => {
    expect((await split('HEAD', 'packages/none')).id).to.equal(undefined)
    expect((await split('HEAD', 'index.js')).id).to.equal(undefined)
  })

  it('can be pushed, and again after another commit, and leaves the repository as it was', async () => {
    await change('packages/api/a.js', 'a')
    const before = [await git.raw(['for-each-ref']), await git.raw(['count-objects', '-v'])]
    const server = await GitServer.start(temporary.folder)
    try {
      const remote = await server.addApp('api')
      const send = async () => {
        const { id, objects, remove } = await subtree(
          dir,
          await git.revparse(['HEAD']),
          'packages/api',
        )
        await push({
          dir,
          objects,
          url: server.url('api'),
          token: TOKEN,
          refspec: `${id}:refs/heads/main`,
        })
        await remove()
        expect(await stat(objects).catch(({ code }: NodeJS.ErrnoException) => code)).to.equal(
          'ENOENT',
        )
        return id
      }
      await send()
      expect([
        await git.raw(['for-each-ref']),
        await git.raw(['count-objects', '-v']),
      ]).to.deep.equal(before)
      await change('packages/api/b.js', 'b')
      const second = await send()
      expect(await remote.revparse(['main'])).to.equal(second)
      expect(await remote.raw(['ls-tree', '--name-only', 'main'])).to.equal('a.js\nb.js\n')
      // All of it is there: the clone of another folder than the one that made it.
      await rm(dir, { recursive: true })
      await remote.raw(['fsck', '--full'])
      expect(await readdir(temporary.folder)).to.not.include('app')
    } finally {
      await server.stop()
    }
  })
})

describe('folding a history', () => {
  /** A history by its lines: id, parents, tree ('-' for none). */
  const read = (lines: string[]): FolderCommit[] =>
    lines.map((line) => {
      const [id = '', parents = '', tree = ''] = line.split(' ')
      return {
        id,
        parents: parents === '' ? [] : parents.split(','),
        tree: tree === '-' ? undefined : tree,
      }
    })
  const fold = (lines: string[]) =>
    foldHistory(read(lines), (_original, tree, parents) => `${tree}(${parents.join('+')})`)

  it('keeps both sides of a merge, and one where the other did not touch the folder', () => {
    expect(fold(['1  A', '2 1 B', '3 1 C', '4 2,3 D']).get('4')).to.equal('D(B(A())+C(A()))')
    expect(fold(['1  A', '2 1 A', '3 1 A', '4 2,3 A']).get('4')).to.equal('A()')
  })

  it('begins where the folder does, on whichever side', () => {
    expect(fold(['1  -', '2 1 A', '3 1 -', '4 3,2 A']).get('4')).to.equal('A()')
  })

  it('any longer history contains what a shorter one gave: 200 random ones', () => {
    let seed = 7
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
    for (let round = 0; round < 200; round++) {
      const history: FolderCommit[] = []
      for (let i = 0; i < 12; i++) {
        const parents =
          i === 0 ? [] : [...new Set(Array.from({ length: 1 + random(2) }, () => `c${random(i)}`))]
        history.push({
          id: `c${i}`,
          parents,
          tree: random(5) === 0 ? undefined : 'ABC'[random(3)]!,
        })
      }
      const made = new Map<string, string[]>()
      const tips = foldHistory(history, (original, tree, parents) => {
        const id = `${original}:${tree}`
        made.set(id, parents)
        return id
      })
      const within = (id: string): string[] => [id, ...(made.get(id) ?? []).flatMap(within)]
      const above = (id: string): string[] => [
        id,
        ...history.find((one) => one.id === id)!.parents.flatMap(above),
      ]
      for (const [id, tip] of tips) {
        for (const ancestor of above(id))
          if (tips.has(ancestor))
            expect(within(tip), `${ancestor} under ${id}`).to.include(tips.get(ancestor))
      }
    }
  })
})
