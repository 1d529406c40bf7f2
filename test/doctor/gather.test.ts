import { expect } from 'chai'
import { symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readEcosystem } from '../../src/ecosystem/index.js'
import { gatherCommit, gatherFolder, preflightFindings } from '../../src/doctor/index.js'
import { git, realFolder, removeFolders } from '../init/real-folder.js'
import { SOUND } from './facts.js'

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d7a2146'.repeat(8)}\nsize 12345\n`

function repository(files: Record<string, string | object>): {
  root: string
  commit: { id: string; short: string }
} {
  const root = realFolder(files)
  git(root, 'init', '--quiet', '--initial-branch', 'main')
  git(root, 'add', '--all')
  git(root, 'commit', '--quiet', '--message', 'First')
  const id = git(root, 'rev-parse', 'HEAD').trim()
  return { root, commit: { id, short: id.slice(0, 7) } }
}

const within = (folder: string, files: Record<string, string | object>) =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]))

describe('facts of a commit', () => {
  after(removeFolders)

  it('are of the commit, and not of the disk', async () => {
    const { root, commit } = repository({ ...SOUND, 'lib/a b.js': 'exports.ä = 1\n' })
    writeFileSync(path.join(root, 'package.json'), '{ broken')
    writeFileSync(path.join(root, 'new.js'), '')
    const facts = await gatherCommit({
      root,
      folder: '',
      commit,
      ecosystem: await readEcosystem(path.join(root, 'ecosystem.config.yml')),
    })
    expect(facts.manifest?.name).to.equal('a')
    expect(facts.files.map((file) => file.path)).to.have.members([
      ...Object.keys(SOUND),
      'lib/a b.js',
    ])
    expect(facts.files.find((file) => file.path === 'lib/a b.js')?.size).to.equal(15)
    expect(facts.folder.read('lib/a b.js')).to.equal('exports.ä = 1\n')
    expect(facts.folder.read('new.js')).to.equal(undefined)
    expect(facts.onDisk('new.js')).to.equal(true)
    expect(preflightFindings({ project: facts })).to.deep.equal([])
  })

  it('are of a folder of the commit where the app lies there', async () => {
    const { root, commit } = repository({
      ...within('packages/api', SOUND),
      'package.json': { name: 'all' },
    })
    const facts = await gatherCommit({
      root,
      folder: 'packages/api',
      commit,
      ecosystem: await readEcosystem(path.join(root, 'packages/api/ecosystem.config.yml')),
    })
    expect(facts.manifest?.name).to.equal('a')
    expect(facts.folder.list('').map(({ name }) => name)).to.include.members([
      'server.js',
      'vendor',
    ])
    expect(preflightFindings({ project: facts })).to.deep.equal([])
  })

  it('know links, submodules and what git LFS keeps', async () => {
    const { root } = repository({
      ...SOUND,
      '.gitattributes': '*.psd filter=lfs diff=lfs merge=lfs -text\n',
      'small.txt': 'x'.repeat(130),
    })
    symlinkSync('server.js', path.join(root, 'link.js'))
    // Past the filter, as a machine without git-lfs commits it.
    writeFileSync(path.join(root, 'pointer'), POINTER)
    const id = git(root, 'hash-object', '-w', 'pointer').trim()
    git(root, 'update-index', '--add', '--cacheinfo', `100644,${id},art/a.psd`)
    git(root, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},lib`)
    git(root, 'add', 'link.js')
    git(root, 'commit', '--quiet', '--message', 'Second')
    const facts = await gatherCommit({
      root,
      folder: '',
      commit: { id: 'HEAD', short: 'HEAD' },
      ecosystem: undefined,
    })
    expect(facts.lfsPointers).to.deep.equal(['art/a.psd'])
    expect(
      facts.files
        .filter(({ mode }) => mode !== '100644')
        .map(({ path: name, mode }) => [name, mode]),
    ).to.deep.equal([
      ['lib', '160000'],
      ['link.js', '120000'],
    ])
    expect(facts.folder.isFile('lib')).to.equal(false)
    expect(facts.folder.read('link.js')).to.equal(SOUND['server.js'])
  })
})

describe('facts of a folder', () => {
  after(removeFolders)

  it('are those of a commit of all that git does not ignore', async () => {
    const { root, commit } = repository({ ...SOUND, '.gitignore': 'ignored.js\n', 'gone.js': '' })
    writeFileSync(path.join(root, 'new.js'), 'new')
    writeFileSync(path.join(root, 'ignored.js'), '')
    git(root, 'rm', '--quiet', 'gone.js')
    const facts = await gatherFolder({
      root,
      folder: '',
      commit,
      ecosystem: undefined,
      isRepository: true,
      uncommitted: ['new.js', 'gone.js'],
    })
    expect(facts.files.find((file) => file.path === 'new.js')).to.deep.include({
      size: 3,
      isCommitted: false,
    })
    expect(facts.files.map((file) => file.path)).to.not.include.members(['gone.js', 'ignored.js'])
    expect(facts.onDisk('ignored.js')).to.equal(true)
    expect(facts.files.filter(({ isCommitted }) => isCommitted)).to.have.lengthOf(
      Object.keys(SOUND).length + 1,
    )
  })

  it('can be had without a repository', async () => {
    const root = realFolder({ ...SOUND, 'node_modules/x/index.js': '' })
    const facts = await gatherFolder({
      root,
      folder: '',
      commit: null,
      ecosystem: undefined,
      isRepository: false,
      uncommitted: [],
    })
    expect(facts.files.map((file) => file.path)).to.have.members(Object.keys(SOUND))
  })
})
