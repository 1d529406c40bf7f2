import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { applyPlan } from '../../src/init/apply/index.js'
import { childEnvironment, runCommand } from '../../src/init/apply/run-command.js'
import { Transaction } from '../../src/init/apply/transaction.js'
import { folderOnDisk } from '../../src/init/folder.js'
import { gitIgnored, isRepository, isRepositoryRoot } from '../../src/init/git-ignored.js'
import { mustStayInside } from '../../src/init/stay-inside.js'
import type { FileStep, InitPlan, InitStep, RunStep } from '../../src/init/types.js'
import { withSiblings } from '../../src/init/workspace-root.js'
import { rejection } from '../support/platform.js'
import { FakeManager } from './fake-manager.js'
import { contents, git, realFolder, removeFolders } from './real-folder.js'

const create = (file: string, after = ''): FileStep => ({ kind: 'create', file, after, why: '' })
const plan = (dir: string, ...steps: InitStep[]): InitPlan => ({
  dir,
  steps,
  decisions: [],
  warnings: [],
})

describe("init's view of a folder", () => {
  afterEach(removeFolders)

  it('has files and folders, links followed, in order', () => {
    const dir = realFolder({ b: 'B', 'a/y': '', 'a/x': '', c: '' })
    symlinkSync('b', path.join(dir, 'link'))
    symlinkSync('gone', path.join(dir, 'broken'))
    const view = folderOnDisk(dir)
    expect(view.name).to.equal(path.basename(dir))
    expect(['b', 'link', 'a', 'broken', 'none'].map((name) => view.isFile(name))).to.deep.equal([
      ...[true, true, false, false, false],
    ])
    expect(['b', 'a', '', 'broken', 'none'].map((name) => view.isDirectory(name))).to.deep.equal([
      ...[false, true, true, false, false],
    ])
    expect(['b', 'link', 'a', 'none'].map((name) => view.read(name))).to.deep.equal([
      ...['B', 'B', undefined, undefined],
    ])
    expect(view.list('')).to.deep.equal([
      { name: 'a', isDirectory: true },
      { name: 'b', isDirectory: false },
      { name: 'broken', isDirectory: false },
      { name: 'c', isDirectory: false },
      { name: 'link', isDirectory: false },
    ])
    expect(view.list('a').map(({ name }) => name)).to.deep.equal(['x', 'y'])
    expect([view.list('b'), view.list('none')]).to.deep.equal([[], []])
  })

  it('has what git says of it, and nothing where there is no git', async () => {
    const dir = realFolder({ '.gitignore': 'a\n', 'sub/x': '' })
    const manager = new FakeManager()
    const ignored = () => gitIgnored(dir, ['a', 'b'], { shared: true })
    expect(await manager.during(ignored)).to.deep.equal(['a'])
    expect(readdirSync(manager.temporary)).to.deep.equal([])
    expect(existsSync(path.join(dir, '.git'))).to.equal(false)
    expect([await isRepository(dir), await isRepositoryRoot(dir)]).to.deep.equal([false, true])
    git(dir, 'init', '-q')
    expect(await manager.during(ignored)).to.deep.equal(['a'])
    const sub = path.join(dir, 'sub')
    expect([await isRepository(dir), await isRepositoryRoot(dir)]).to.deep.equal([true, true])
    expect([await isRepository(sub), await isRepositoryRoot(sub)]).to.deep.equal([true, false])
    const before = process.env['PATH']
    process.env['PATH'] = sub
    try {
      expect(await ignored()).to.equal(undefined)
      expect(await isRepository(dir)).to.equal(false)
    } finally {
      process.env['PATH'] = before
    }
  })

  it("counts this user's own excludes only where they are asked for", async () => {
    const dir = realFolder({ '.gitignore': '' })
    git(dir, 'init', '-q')
    git(dir, 'config', 'core.excludesFile', path.join(realFolder({ mine: 'b\n' }), 'mine'))
    expect(await gitIgnored(dir, ['a', 'b'], { shared: false })).to.deep.equal(['b'])
    expect(await gitIgnored(dir, ['a', 'b'], { shared: true })).to.deep.equal([])
  })

  it('gives git no key', async () => {
    const dir = realFolder()
    const manager = new FakeManager().behave('git', { install: 'env >seen-$1; echo true' })
    process.env['HEROKU_API_KEY'] = 'k'
    try {
      await manager.during(async () => {
        await gitIgnored(dir, ['a'], { shared: false })
        await isRepository(dir)
        await isRepositoryRoot(dir)
      })
    } finally {
      delete process.env['HEROKU_API_KEY']
    }
    const seen = readdirSync(dir).filter((name) => name.startsWith('seen-'))
    expect(seen).to.deep.equal(['seen-check-ignore', 'seen-rev-parse'])
    for (const name of seen)
      expect(readFileSync(path.join(dir, name), 'utf8')).to.not.contain('HEROKU_API_KEY')
  })
})

describe('the workspaces beside an app', () => {
  afterEach(removeFolders)
  const root = { private: true, workspaces: ['packages/*'] }
  const needy = { name: 'api', dependencies: { shared: '*', express: '4' } }
  const shared = { name: 'shared' }
  const look = (files: Record<string, string | object>, at = 'packages/api') => {
    const dir = realFolder(files)
    const found = withSiblings(path.join(dir, at))
    return found && { ...found, root: path.relative(dir, found.root) }
  }
  const files = {
    'package.json': root,
    'packages/api/package.json': needy,
    'packages/shared/package.json': shared,
  }
  const found = { root: '', workspace: 'packages/api', siblings: ['shared'] }

  it('are those that it needs, in npm and in pnpm', () => {
    expect(look(files)).to.deep.equal(found)
    const pnpm = { 'package.json': {}, 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' }
    expect(look({ ...files, ...pnpm })).to.deep.equal(found)
    const between = { 'packages/package.json': { name: 'between' } }
    expect(look({ ...files, ...between })).to.deep.equal(found)
  })

  it('are none where it can be deployed alone, or is none of them', () => {
    expect(look({ ...files, 'packages/api/package.json': { name: 'api' } })).to.equal(undefined)
    expect(look({ ...files, 'package.json': {} })).to.equal(undefined)
    expect(look({ ...files, 'package.json': { workspaces: ['other/*'] } })).to.equal(undefined)
    expect(look(files, 'packages/none')).to.equal(undefined)
    expect(look({ 'packages/api/package.json': needy })).to.equal(undefined)
    expect(look(files, '')).to.equal(undefined)
  })

  it('are looked for no further up than the root of the repository', () => {
    expect(look({ ...files, 'packages/api/.git': '' })).to.equal(undefined)
    expect(look({ ...files, 'packages/.git': '' })).to.equal(undefined)
    expect(look({ ...files, '.git': '' })).to.deep.equal(found)
  })
})

describe('the steps of a plan', function () {
  this.timeout(60_000)
  afterEach(removeFolders)

  for (const at of [0, 1, 2])
    it(`are all undone by a stop in step ${at + 1}, and none is begun after it`, async () => {
      const dir = realFolder({ a: 'before' })
      const before = contents(dir)
      const begun: string[] = []
      const listeners = process.listenerCount('SIGHUP')
      const ended = applyPlan(plan(dir, create('a', '1'), create('b'), create('c/d')), {
        onStep: ({ file }) => {
          begun.push(file)
          if (begun.length === at + 1) process.emit('SIGHUP', 'SIGHUP')
        },
      })
      expect(await rejection(ended)).to.include({
        code: 'interrupted',
        message: 'Stopped by SIGHUP. The folder is as it was before.',
        exitCode: 129,
      })
      expect(begun).to.deep.equal(['a', 'b', 'c/d'].slice(0, at + 1))
      expect(contents(dir)).to.deep.equal(before)
      expect(process.listenerCount('SIGHUP')).to.equal(listeners)
    })

  it('are taken in order: texts, bytes of other files, and what goes', async () => {
    const dir = realFolder({ gone: '', edited: 'x' })
    const from = path.join(realFolder({ bytes: '\u0000é' }), 'bytes')
    const listeners = process.listenerCount('SIGTERM')
    const report = await applyPlan(
      plan(
        dir,
        create('a/b', 'new'),
        { kind: 'edit', file: 'edited', before: 'x', after: 'y', why: '' },
        { kind: 'create', file: 'copy', from, why: '' },
        { kind: 'remove', file: 'gone', why: '' },
        { kind: 'remove', file: 'never-there', why: '' },
      ),
    )
    expect(report).to.equal(undefined)
    const read = (file: string) => readFileSync(path.join(dir, file), 'utf8')
    expect(['a/b', 'edited', 'copy'].map(read)).to.deep.equal(['new', 'y', '\u0000é'])
    expect(existsSync(path.join(dir, 'gone'))).to.equal(false)
    expect(process.listenerCount('SIGTERM')).to.equal(listeners)
  })

  it('write through no link that leads out', async () => {
    const dir = realFolder({ a: '' })
    const outside = realFolder({ b: 'theirs' })
    symlinkSync(path.join(outside, 'b'), path.join(dir, 'link'))
    expect(await rejection(applyPlan(plan(dir, create('a', '1'), create('link'))))).to.include({
      code: 'project',
    })
    expect(readFileSync(path.join(outside, 'b'), 'utf8')).to.equal('theirs')
    expect(readFileSync(path.join(dir, 'a'), 'utf8')).to.equal('')
  })

  it('have the lockfile tried, unless that is not wanted', async () => {
    const manager = new FakeManager()
    const lock = JSON.stringify({ lockfileVersion: 3, packages: { a: {} } })
    manager.behave('npm', { lock: manager.writes('package-lock.json', lock) })
    const step: RunStep = {
      kind: 'run',
      manager: 'npm',
      file: 'package-lock.json',
      command: ['npm', 'lock'],
      install: ['npm', 'ci'],
      mustHold: ['packages'],
      isAlone: false,
      isApart: false,
      why: '',
    }
    const applied = (options?: Parameters<typeof applyPlan>[1]) =>
      manager.during(() =>
        applyPlan(plan(realFolder({ 'package.json': { name: 'shop' } }), step), options),
      )
    const tried: string[][] = []
    expect(await applied({ onTry: (command) => tried.push(command) })).to.deep.equal({
      install: 'proved',
      notes: [],
    })
    expect(tried).to.deep.equal([['npm', 'ci']])
    expect(await applied()).to.include({ install: 'proved' })
    expect(await applied({ isInstallTried: false })).to.include({ install: 'unknown' })
  })

  for (const [count, words] of [
    [1, 'a could not be put back as it was.'],
    [2, 'b, a could not be put back as they were.'],
  ] as const)
    it(`say what could not be put back, of ${count}`, async () => {
      const dir = realFolder({ a: '1', b: '2' })
      const steps = ['a', 'b'].slice(0, count).map((file) => create(file, 'new'))
      const ended = applyPlan(plan(dir, ...steps, create('last')), {
        onStep: ({ file }) => {
          if (file !== 'last') return
          for (const { file: one } of steps) block(path.join(dir, one))
          throw new Error('no room')
        },
      })
      expect(await rejection(ended)).to.include({
        code: 'project',
        message: `init failed, and ${words}`,
        why: 'no room',
        next: 'See `git status` and put it back with `git checkout`.',
      })
    })
})

describe('small rules of what init runs and takes back', () => {
  afterEach(removeFolders)

  it('keep a variable that only looks like one of npm', () => {
    const kept = [
      ...['xnpm_package_name', 'xnpm_config_prefix', 'npm_config_prefixes', 'npm_config_globals'],
      ...['xnpm_config_global', 'xINIT_CWD', 'INIT_CWDS', 'npm_commands', 'npm_configs'],
    ]
    expect(
      Object.keys(childEnvironment(Object.fromEntries(kept.map((name) => [name, ''])))),
    ).to.include.members(kept)
    expect(childEnvironment({})).to.deep.equal({
      YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
      YARN_ENABLE_TELEMETRY: '0',
      COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
    })
  })

  it('give a command a folder of the moment', async () => {
    const dir = realFolder({ 'package.json': { name: 'shop' } })
    const manager = new FakeManager().behave('yarn', { lock: 'mkdir -p "$2" && echo "$2" >at' })
    const step = { command: ['yarn', 'lock', '<scratch>/m'], file: 'yarn.lock' } as RunStep
    await manager.during(() => runCommand(dir, step, new AbortController().signal))
    const at = readFileSync(path.join(dir, 'at'), 'utf8')
    expect(at.trim().startsWith(`${manager.temporary}${path.sep}`)).to.equal(true)
    expect(at.trim().endsWith('/m')).to.equal(true)
    expect(readdirSync(manager.temporary)).to.deep.equal([])
  })

  it('keep a file once, and take folders back from within', async () => {
    const dir = realFolder({ 'a/here': '' })
    const before = contents(dir)
    const changes = new Transaction(dir)
    await changes.expectLeftovers([])
    await changes.write('a/b/c/d', '1')
    await changes.write('x/y', '1')
    await changes.remove('never-there')
    expect(changes.originals()).to.deep.equal({})
    expect(await changes.rollback()).to.deep.equal([])
    expect(contents(dir)).to.deep.equal(before)
    // A file that the folder turned into meanwhile cannot be kept.
    writeFileSync(path.join(dir, 'file'), '')
    expect(await rejection(changes.keep('file/x'))).to.have.property('code', 'ENOTDIR')
    expect(await rejection(changes.keep('a'))).to.have.property('code', 'EISDIR')
  })

  it('follow forty links, and no more', () => {
    const dir = realFolder({ file: '' })
    symlinkSync('file', path.join(dir, 'link-1'))
    for (let n = 2; n <= 41; n++) symlinkSync(`link-${n - 1}`, path.join(dir, `link-${n}`))
    mustStayInside(dir, ['link-40', 'link-1', './file', 'sub\\new'])
    expect(() => mustStayInside(dir, ['link-41'])).to.throw(/^link-41 is a link that leads/)
    symlinkSync('.', path.join(dir, 'self'))
    mustStayInside(dir, ['self/file'])
    expect(() => mustStayInside(dir, ['self'])).to.throw(/out of the folder/)
    symlinkSync(path.join(dir, '..x'), path.join(dir, 'dots'))
    expect(() => mustStayInside(dir, ['dots'])).to.throw(/to a file that is not there/)
  })
})

/** A folder that is not empty in the place of a file. */
function block(at: string): void {
  rmSync(at, { force: true })
  mkdirSync(at)
  writeFileSync(path.join(at, 'in-its-way'), '')
}
