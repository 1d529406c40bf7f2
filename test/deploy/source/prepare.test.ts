import { expect } from 'chai'
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  appFolder,
  chooseEnvironment,
  examineFolder,
  findProject,
  prepareDeploy,
  prepareUpload,
  type Environment,
} from '../../../src/deploy/index.js'
import type { Ecosystem } from '../../../src/ecosystem/types.js'
import { SOUND } from '../../doctor/facts.js'
import { git, realFolder, removeFolders } from '../../init/real-folder.js'
import { failureOf } from '../../support/failures.js'

const ENVIRONMENTS = `deploy:
  production: { app: myapp }
  stable: { app: myapp, ref: stable }
  api: { app: myapp-api, subdirectory: ./packages/api/ }
  root: { app: myapp, subdirectory: . }
`
const YAML = String(SOUND['ecosystem.config.yml'])

describe('what a deploy prepares', () => {
  let root: string
  before(() => {
    root = realpathSync(
      realFolder({
        ...SOUND,
        'ecosystem.config.yml': `${YAML}${ENVIRONMENTS}`,
        ...Object.fromEntries(
          Object.entries(SOUND).map(([name, text]) => [`packages/api/${name}`, text]),
        ),
        'packages/api/ecosystem.config.yml': `${YAML}${ENVIRONMENTS}`,
        'packages/plain/package.json': '{}',
      }),
    )
    git(root, 'init', '--quiet', '--initial-branch', 'main')
    commit('Sound')
    git(root, 'branch', 'stable')
    write('server.js', `${String(SOUND['server.js'])}\n// Newer\n`)
    commit('Newer')
    git(root, 'tag', 'begin')
  })
  afterEach(() => {
    git(root, 'reset', '--quiet', '--hard', 'begin')
    git(root, 'clean', '--quiet', '--force', '-d')
  })
  after(removeFolders)

  const write = (file: string, text: string) => writeFileSync(path.join(root, file), text)
  const commit = (message: string) => {
    git(root, 'add', '--all')
    git(root, 'commit', '--quiet', '--message', message)
  }
  const idOf = (ref: string) => git(root, 'rev-parse', ref).toString().trim()
  const environment =
    (name?: string) =>
    ({ deploy, sshTargets }: Ecosystem): Promise<Environment | undefined> =>
      Promise.resolve(
        name === undefined
          ? undefined
          : (chooseEnvironment(deploy, sshTargets, name) as Environment),
      )
  const prepare = async (
    name?: string,
    { dir = root, folder, ref }: { dir?: string; folder?: string; ref?: string } = {},
  ) => {
    const prepared = await prepareDeploy(await findProject(dir, folder), {
      ref,
      isFolderTyped: folder !== undefined,
      environment: environment(name),
    })
    await prepared.remove()
    return prepared
  }
  const upload = async (name?: string, dir = root, folder?: string) => {
    const prepared = await prepareUpload(await findProject(dir, folder), {
      isFolderTyped: folder !== undefined,
      environment: environment(name),
    })
    await prepared.remove()
    return prepared
  }

  describe('of a commit', () => {
    it('is the one that is checked out, with the files that it has', async () => {
      write('new.js', '')
      const { source, facts, leftOut, ...rest } = await prepare('production')
      expect(source).to.deep.include({ branch: 'main', split: null, upload: null })
      expect(source.commit.id).to.equal(idOf('main'))
      expect(rest.environment?.name).to.equal('production')
      expect(leftOut).to.equal('new.js (new)')
      expect(facts.files.map((file) => file.path))
        .to.include('server.js')
        .and.not.include('new.js')
      expect(rest.objects).to.equal(undefined)
    })

    it('is that of the environment, or the one that is typed before it', async () => {
      const { source } = await prepare('stable')
      expect(source).to.deep.include({ branch: 'stable' })
      expect(source.commit.id).to.equal(idOf('stable'))
      expect(source.warnings).to.have.lengthOf(1)
      const typed = await prepare('stable', { ref: 'HEAD' })
      expect(typed.source.commit.id).to.equal(idOf('main'))
      expect(typed.source.warnings).to.deep.equal([])
      expect((await failureOf(prepare('production', { ref: 'nowhere' }))).code).to.equal('git')
    })

    it('is a folder of it alone, with a history of its own', async () => {
      for (const wanted of [
        await prepare('api'),
        await prepare('root', { folder: 'packages/api' }),
      ]) {
        expect(wanted.source.split).to.deep.equal({ commit: idOf('main'), folder: 'packages/api' })
        expect(wanted.source.commit.id).to.not.equal(idOf('main'))
        expect(wanted.source.commit.subject).to.equal('Newer')
        expect(wanted.objects).to.be.a('string')
        expect(wanted.facts.folder.name).to.equal('api')
      }
      expect((await prepare('root')).source.split).to.equal(null)
    })

    it('says what a folder lacks that is deployed alone, and what of it is left out', async () => {
      write('packages/api/new.js', '')
      write('other.js', '')
      const { source, leftOut } = await prepare('api')
      expect(leftOut).to.equal('packages/api/new.js (new)')
      expect(source.warnings).to.have.lengthOf(1)
      git(root, 'rm', '--quiet', 'packages/api/package-lock.json')
      commit('Without its lockfile')
      const { warnings } = (await prepare('api')).source
      expect(warnings.join()).to.include('packages/api has no lockfile')
    })

    it('must have the folder, and an ecosystem file', async () => {
      mkdirSync(path.join(root, 'packages/empty'))
      const none = await failureOf(prepare(undefined, { folder: 'packages/empty' }))
      expect(none.code).to.equal('project')
      expect(none.message).to.equal(
        `There is no ecosystem file in ${path.join(root, 'packages/empty')}.`,
      )
      expect(none.next).to.equal(`shipit init ${path.join(root, 'packages/empty')}`)
      const gone = await failureOf(prepare(undefined, { folder: 'packages/none', ref: 'HEAD' }))
      expect(gone.message).to.include('has no folder packages/none')
      const plain = await failureOf(prepare(undefined, { folder: 'packages/plain', ref: 'HEAD' }))
      expect(plain.code).to.equal('project')
      expect(plain.message).to.match(
        /^Commit \w+ \(Newer\) has no ecosystem file in packages\/plain\.$/,
      )
      expect(plain.next).to.include('`shipit init packages/plain`')
    })

    it('has the ecosystem file of the commit, whatever lies on disk', async () => {
      const changed = `${YAML}${ENVIRONMENTS}`.replace('production:', 'renamed:')
      write('ecosystem.config.yml', changed)
      const { environment: found, facts } = await prepare('renamed')
      expect(found?.name).to.equal('renamed')
      expect(Object.keys(facts.ecosystem?.deploy ?? {})).to.include('production')
      const typed = await prepare('stable', { ref: 'stable' })
      expect(Object.keys(typed.facts.ecosystem?.deploy ?? {})).to.include('production')
    })

    it('is refused if its ecosystem file has errors, which are told with their places', async () => {
      const broken = 'apps:\n  - name: api\n    instances: -3x\n'
      write('ecosystem.config.yml', broken)
      const onDisk = await failureOf(prepare())
      expect(onDisk.code).to.equal('project')
      expect(onDisk.message).to.match(
        /^ecosystem\.config\.yml has .*errors?\. Nothing was deployed\.$/,
      )
      expect(onDisk.why).to.match(/ecosystem\.config\.yml:\d/)
      expect(onDisk.next).to.equal('Correct the file, commit, and deploy again.')
      expect((onDisk.details as { problems: unknown[] }).problems).to.not.have.lengthOf(0)
      commit('Broken')
      write('ecosystem.config.yml', `${YAML}${ENVIRONMENTS}`)
      const committed = await failureOf(prepare())
      expect(committed.message).to.match(/^ecosystem\.config\.yml of commit \w+ has /)
    })

    it('is read with the data that it has, whatever lies on disk', async () => {
      git(root, 'rm', '--quiet', 'ecosystem.config.yml')
      write(
        'ecosystem.config.js',
        `const { readFileSync } = require('node:fs')
const read = (file) => readFileSync(__dirname + '/' + file, 'utf8')
const env = { JSON: require('./names.json').name, YAML: read('names.yaml'), ENV: read('.env.app') }
module.exports = { apps: [{ name: 'web', script: 'server.js', env }] }`,
      )
      const data = { 'names.json': '{ "name": "committed" }', 'names.yaml': 'y', '.env.app': 'e' }
      for (const [file, text] of Object.entries(data)) write(file, text)
      git(root, 'add', '--force', '.env.app')
      commit('In JavaScript')
      const env = async () => (await prepare()).facts.ecosystem?.apps[0]?.env
      const committed = { JSON: 'committed', YAML: 'y', ENV: 'e' }
      expect(await env()).to.deep.equal(committed)
      for (const file of Object.keys(data)) {
        write(file, '{ "name": "changed" }')
        expect(await env(), file).to.deep.equal(committed)
        write(file, data[file as keyof typeof data])
      }
    })

    it('must have the folder that is deployed alone, though it lies on disk', async () => {
      mkdirSync(path.join(root, 'packages/new'))
      write('packages/new/package.json', '{}')
      write('packages/new/ecosystem.config.yml', YAML)
      const error = await failureOf(prepare(undefined, { folder: 'packages/new' }))
      expect(error.code).to.equal('git')
      expect(error.message).to.match(/^Commit \w+ \(Newer\) has no folder packages\/new\.$/)
    })

    it('may not have the ecosystem file yet that is new on disk: the checks say so', async () => {
      git(root, 'rm', '--quiet', 'ecosystem.config.yml')
      commit('Without')
      write('ecosystem.config.yml', YAML)
      const { facts } = await prepare()
      expect(facts.files.map((file) => file.path)).to.not.include('ecosystem.config.yml')
      rmSync(path.join(root, 'ecosystem.config.yml'))
      const missing = await failureOf(prepare())
      expect(missing.next).to.equal('shipit init')
      expect((await failureOf(prepare(undefined, { ref: 'HEAD' }))).message).to.match(
        /has no ecosystem file\.$/,
      )
      const old = await prepare('stable', { ref: 'stable' })
      expect(old.source.commit.id).to.equal(idOf('stable'))
    })
  })

  describe('of files as they are', () => {
    it('is all that is not ignored, as if all were committed', async () => {
      write('new.js', '1')
      const { source, facts, leftOut, pack } = await upload('production')
      expect(source.upload).to.deep.include({ isDirty: true })
      expect(source.commit.short).to.match(/-dirty$/)
      const files = facts.files.map((file) => file.path)
      expect(files).to.include.members(['server.js', 'new.js'])
      expect(facts.files.every(({ isCommitted }) => isCommitted)).to.equal(true)
      expect([facts.uncommitted, facts.isRepository, leftOut]).to.deep.equal([[], true, ''])
      expect((await pack!()).length).to.be.greaterThan(100)
    })

    it('is a folder, of the environment or named', async () => {
      for (const { source, facts, environment: found } of [
        await upload('api'),
        await upload('root', root, 'packages/api'),
      ]) {
        expect(found).to.not.equal(undefined)
        expect(facts.folder.name).to.equal('api')
        expect(facts.ecosystem?.file).to.equal(path.join(root, 'packages/api/ecosystem.config.yml'))
        expect(facts.commit?.id).to.equal(idOf('main'))
        expect(source.upload).to.deep.equal({
          files: Object.keys(SOUND).length,
          isDirty: false,
        })
      }
      expect((await upload('root')).facts.folder.name).to.equal(path.basename(root))
    })

    it('is nothing that is not sent, with a repository or without', async () => {
      write('.gitignore', 'local.js\n')
      write('local.js', '')
      const { facts } = await upload('production')
      expect(facts.files.map((file) => file.path)).to.not.include('local.js')
      const plain = realpathSync(realFolder({ ...SOUND, 'node_modules/x/index.js': '' }))
      const without = await upload(undefined, plain)
      expect(without.facts.files.map((file) => file.path))
        .to.include('server.js')
        .and.not.include('node_modules/x/index.js')
      expect(without.source.warnings).to.deep.equal([])
    })

    it('needs no repository, and none that is bare', async () => {
      const plain = realpathSync(realFolder(SOUND))
      const { source, facts } = await upload(undefined, plain)
      expect(source.commit.subject).to.equal('of no commit')
      expect([facts.isRepository, facts.uncommitted]).to.deep.equal([true, []])
      const bare = path.join(plain, 'bare.git')
      git(plain, 'init', '--quiet', '--bare', bare)
      expect((await failureOf(upload(undefined, bare))).message).to.include('bare repository')
    })

    it('says what a folder lacks that is sent alone', async () => {
      rmSync(path.join(root, 'packages/api/package-lock.json'))
      const { source } = await upload('api')
      expect(source.warnings.join()).to.include('packages/api has no lockfile')
      // The root lacks nothing that lies beside it.
      rmSync(path.join(root, 'package-lock.json'))
      expect((await upload('root')).source.warnings).to.deep.equal([])
    })
  })

  describe('is looked for', () => {
    it('from the root, or in a folder that has an ecosystem file while the root has none', async () => {
      const api = path.join(root, 'packages/api')
      expect(await findProject(api)).to.include({ root, folder: '' })
      git(root, 'mv', 'ecosystem.config.yml', 'kept.yml')
      expect(await findProject(api)).to.include({
        folder: 'packages/api',
        ecosystemFile: path.join(api, 'ecosystem.config.yml'),
      })
      expect(await findProject(path.join(root, 'packages'))).to.include({ folder: '' })
      expect((await findProject(root)).ecosystemFile).to.equal(undefined)
    })

    it('in a folder of the repository alone', async () => {
      const api = path.join(root, 'packages/api')
      expect((await findProject(api, '.')).folder).to.equal('packages/api')
      expect((await findProject(api, '..')).folder).to.equal('packages')
      expect((await findProject(api, '../..')).folder).to.equal('')
      for (const outside of ['../../..', '../../../elsewhere', tmpdir()]) {
        const error = await failureOf(findProject(api, outside))
        expect(error).to.include({ code: 'usage', next: 'Name a folder of it.' })
        expect(error.message).to.include(`--dir ${outside} is not in the repository`)
      }
      mkdirSync(path.join(root, '..kept'))
      expect((await findProject(root, '..kept')).folder).to.equal('..kept')
    })
  })

  describe('is seen by the doctor', () => {
    it('as the folder of the command if that is an app, else as the root', async () => {
      const api = path.join(root, 'packages/api')
      expect((await appFolder(api)).folder).to.equal(api)
      expect((await appFolder(path.join(root, 'packages'))).folder).to.equal(root)
      const plain = realpathSync(realFolder({ 'a.txt': '' }))
      expect((await appFolder(plain)).folder).to.equal(plain)
    })

    it('with what is not committed, and with what a folder lacks', async () => {
      write('new.js', '')
      const facts = await examineFolder(root)
      expect([facts.uncommitted, facts.refusal, facts.outside]).to.deep.equal([
        ['new.js'],
        undefined,
        undefined,
      ])
      expect(facts.commit?.id).to.equal(idOf('main'))
      const api = await examineFolder(path.join(root, 'packages/api'))
      expect([api.folder.name, api.outside]).to.deep.equal(['api', []])
      expect(api.ecosystem?.file).to.equal(path.join(root, 'packages/api/ecosystem.config.yml'))
    })

    it('with the refusal of a deploy, in its own words', async () => {
      const plain = realpathSync(realFolder(SOUND))
      const outside = await examineFolder(plain)
      expect(outside.refusal?.message).to.include('is not in a git repository')
      expect(outside.commit).to.equal(null)
      expect([outside.isRepository, outside.uncommitted]).to.deep.equal([false, []])
      git(plain, 'init', '--quiet')
      const young = await examineFolder(plain)
      expect(young.refusal?.message).to.include('no commit yet')
      expect([young.isRepository, young.uncommitted, young.commit]).to.deep.equal([true, [], null])
      mkdirSync(path.join(plain, 'inner'))
      writeFileSync(path.join(plain, 'inner/package.json'), '{}')
      expect((await examineFolder(path.join(plain, 'inner'))).outside).to.equal(undefined)
      rmSync(path.join(plain, 'inner'), { recursive: true })
      rmSync(path.join(plain, 'ecosystem.config.yml'))
      expect((await examineFolder(plain)).ecosystem).to.equal(undefined)
    })
  })
})
