import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { SimpleGit } from 'simple-git'
import { readCommitEcosystem } from '../../../src/deploy/source/commit-ecosystem.js'
import { findEcosystemFile } from '../../../src/ecosystem/index.js'
import { resolveCommit } from '../../../src/git/index.js'
import { commitFile } from '../../git/git-server.js'
import { failureOf } from '../../support/failures.js'
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

  it('is the same of several as on disk', async () => {
    for (const [name, format] of [
      ['ecosystem.config.json', '{ "apps": [{ "name": "of json", "script": "a.js" }] }'],
      ['ecosystem.config.js', "module.exports = { apps: [{ name: 'of js', script: 'a.js' }] }"],
      ['ecosystem.config.yml', 'apps: [{ name: of yml, script: a.js }]'],
    ] as const)
      await commitFile(git, root, `several/${name}`, format, `Add ${name}`)
    const dir = path.join(root, 'several')
    expect((await read('main', 'several'))?.file).to.equal(await findEcosystemFile(dir))
    for (const ref of ['main~1', 'main~2'])
      expect((await read(ref, 'several'))?.file).to.not.equal(undefined)
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

  it('in JavaScript may read code and data of a size for that, and no links', async () => {
    const files = {
      'ecosystem.config.js': `const { readdirSync } = require('node:fs')
const SEEN = readdirSync(__dirname, { recursive: true }).sort().join(' ')
module.exports = { apps: [{ name: 'list', script: 'x.js', env: { SEEN } }] }`,
      'a.mjs': '',
      'b.cjs': '',
      'config/deep.yaml': '',
      'data.json5': '',
      '.env.prod': '',
      '.env.d/note': '',
      'sub/.env': '',
      'x.env': '',
      'logo.png': '',
      'data.json.txt': '',
      'exact.json': ' '.repeat(1024 * 1024),
      'large.json': ' '.repeat(1024 * 1024 + 1),
    }
    const dir = path.join(root, 'packages/list')
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(dir, file)), { recursive: true })
      await writeFile(path.join(dir, file), text)
    }
    await symlink('data.json5', path.join(dir, 'link.json'))
    await mkdir(path.join(root, 'packages/linked'))
    await symlink('../../ecosystem.config.yml', `${root}/packages/linked/ecosystem.config.yml`)
    await git.add(['--force', 'packages/list', 'packages/linked']).commit('A list')
    expect((await read('main', 'packages/list'))?.apps[0]?.env).to.deep.equal({
      SEEN:
        '.env.prod a.mjs b.cjs config config/deep.yaml data.json5 ecosystem.config.js ' +
        'exact.json sub sub/.env',
    })
    expect(await read('main', 'packages/linked')).to.equal(undefined)
  })

  it('may lie beside folders whose names begin with dots, and none that lead out', async () => {
    const run = (input: string, ...args: string[]) =>
      execFileSync('git', args, { cwd: root, input, encoding: 'utf8' }).trim()
    const file = run(
      'module.exports = { apps: [{ name: "dots", script: "x.js" }] }',
      'hash-object',
      '-w',
      '--stdin',
    )
    const inner = run(`100644 blob ${file}\tx.js\n`, 'mktree')
    const commitWith = (name: string) => {
      const tree = run(
        `040000 tree ${inner}\t${name}\n100644 blob ${file}\tecosystem.config.js\n`,
        'mktree',
      )
      return run('', 'commit-tree', '-m', name, tree)
    }
    expect((await read(commitWith('..kept')))?.apps[0]?.name).to.equal('dots')
    const error = await failureOf(read(commitWith('..')))
    expect(error).to.include({
      code: 'git',
      message: 'The commit holds a path that leads out of it: ../x.js',
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
    const error = await failureOf(read('old', 'packages/api'))
    expect(error.code).to.equal('git')
    expect(error.message).to.match(/^Commit \w{7,} \(Old\) has no folder packages\/api\.$/)
    const commit = { id: 'f'.repeat(40), short: 'fffffff', subject: 'Nowhere' }
    const none = await readCommitEcosystem({ root, folder: '', commit }).catch(
      (thrown: Error) => thrown.message,
    )
    expect(none).to.include('f'.repeat(40)).and.not.include('has no folder')
  })
})
