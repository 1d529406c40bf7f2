import { expect } from 'chai'
import { chmod, mkdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, list } from 'tar'
import type { SimpleGit } from 'simple-git'
import { packSource } from '../../../src/deploy/source/source-archive.js'
import { uploadSource } from '../../../src/deploy/source/source.js'
import { repositoryState, workingFiles } from '../../../src/git/index.js'
import { commitFile, repository } from '../../git/git-server.js'
import { temporaryRepository, type TemporaryRepository } from '../../support/repository.js'

describe('the working tree as a source', () => {
  let made: TemporaryRepository
  let dir: string
  let git: SimpleGit

  beforeEach(async () => {
    made = await temporaryRepository()
    ;({ dir, git } = made)
  })
  afterEach(() => made.remove())

  const write = async (file: string, content: string) => {
    await mkdir(path.dirname(path.join(dir, file)), { recursive: true })
    await writeFile(path.join(dir, file), content)
  }

  it('is what git tracks or does not ignore and what is still there', async () => {
    await commitFile(git, dir, 'gone.js', 'x', 'To be removed')
    await commitFile(git, dir, '.gitignore', '*.log\n.env\n', 'Ignore')
    await rm(path.join(dir, 'gone.js'))
    for (const file of [
      'new.js',
      'ünï cöde.txt',
      'debug.log',
      '.env',
      'node_modules/x/index.js',
      'sub/.gitignore',
      'sub/kept',
    ])
      await write(file, file === 'sub/.gitignore' ? '!debug.log\n' : 'x')
    await write('sub/debug.log', 'x')
    await repository(path.join(dir, 'nested'))
    const found = await workingFiles(dir, true)
    expect(found.files.sort()).to.deep.equal([
      '.gitignore',
      'index.js',
      'new.js',
      'sub/.gitignore',
      'sub/debug.log',
      'sub/kept',
      'ünï cöde.txt',
    ])
    expect(found.repositories).to.deep.equal(['nested'])
    expect(uploadSource({ isRepository: false }, found).warnings[0]).to.include('nested')
    expect((await workingFiles(path.join(dir, 'sub'), true)).files.sort()).to.deep.equal([
      '.gitignore',
      'debug.log',
      'kept',
    ])
  })

  it('follows .gitignore without a repository too', async () => {
    await rm(path.join(dir, '.git'), { recursive: true })
    for (const file of ['.env', 'a.js', 'node_modules/x/index.js']) await write(file, 'x')
    await write('.gitignore', '.env\n')
    expect((await workingFiles(dir, false)).files.sort()).to.deep.equal([
      '.gitignore',
      'a.js',
      'index.js',
    ])
  })

  it('keeps links, executables and names that mean something to tar', async () => {
    await write('run.sh', '#!/bin/sh\n')
    await chmod(path.join(dir, 'run.sh'), 0o755)
    await write('@scope/x.js', 'scoped')
    await symlink('run.sh', path.join(dir, 'link'))
    const archive = await packSource(dir, (await workingFiles(dir, true)).files)
    const out = path.join(made.folder, 'out')
    await mkdir(out)
    await pipeline(Readable.from([archive]), extract({ cwd: out }))
    expect(await readlink(path.join(out, 'link'))).to.equal('run.sh')
    expect((await stat(path.join(out, 'run.sh'))).mode & 0o111).to.equal(0o111)
    expect((await stat(path.join(out, '@scope/x.js'))).size).to.equal(6)
    expect(
      await stat(path.join(out, '.git')).catch(({ code }: NodeJS.ErrnoException) => code),
    ).to.equal('ENOENT')
  })

  it('is packed without the names of its owners, and of nothing but what is named', async () => {
    await write('sub/a.js', 'x')
    const entries: (string | undefined)[][] = []
    const archive = await packSource(dir, ['index.js', 'sub'])
    expect(archive.subarray(0, 2).toString('hex'), 'gzip').to.equal('1f8b')
    await pipeline(
      Readable.from([archive]),
      list({
        onReadEntry: ({ path: file, uname, gname }) => entries.push([file, uname, gname]),
      }),
    )
    expect(entries).to.deep.equal([
      ['index.js', '', ''],
      ['sub/', '', ''],
    ])
    const gone = await packSource(dir, ['index.js', 'gone.js']).catch((error: Error) => error)
    expect(gone).to.have.property('message').that.includes('gone.js')
    // Each of them is an error, and the first alone is anybody's.
    const many = Array.from({ length: 20 }, (_, i) => `gone-${i}.js`)
    expect(await packSource(dir, many).catch(() => 'an error')).to.equal('an error')
    expect((await packSource(dir, ['index.js'])).length).to.be.above(0)
  })

  it('is known by its commit, with a mark where it differs from it', async () => {
    const head = await git.revparse(['HEAD'])
    const named = async () =>
      uploadSource(await repositoryState(dir), await workingFiles(dir, true))
    expect(await named()).to.deep.include({ upload: { files: 1, isDirty: false }, branch: 'main' })
    expect((await named()).commit.id).to.equal(head)
    await write('new.js', 'x')
    expect((await named()).commit).to.include({
      id: `${head.slice(0, 2)}-dirty-${head}`,
      short: `${head.slice(0, 7)}-dirty`,
      subject: 'Say hello',
    })
    expect((await named()).upload).to.deep.equal({ files: 2, isDirty: true })
    expect(
      uploadSource(
        { isRepository: false },
        { files: [], repositories: [] },
        new Date('2026-01-02T03:04:05.678Z'),
      ).commit.id,
    ).to.equal('files-20260102T030405Z')
  })
})
