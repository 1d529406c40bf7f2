import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { childEnvironment, failureLines, runCommand } from '../../src/init/apply/run-command.js'
import { Transaction } from '../../src/init/apply/transaction.js'
import { copyForInstall } from '../../src/init/lock/copy.js'
import { withRuntime } from '../../src/init/lock/graft.js'
import { fittingPnpm } from '../../src/init/lock/pnpm-version.js'
import { isRuntimeTarball, runtimeTarball } from '../../src/init/runtime-tarball.js'
import { mustStayInside, touchedBy } from '../../src/init/stay-inside.js'
import type { InitStep, RunStep } from '../../src/init/types.js'
import { removeFolder } from '../../src/embedded/daemon/folders.js'
import { rejection } from '../support/platform.js'
import { temporaryFolder } from '../embedded/support/platform.js'

let dir: string
const inFolder = () => {
  beforeEach(async () => {
    dir = await temporaryFolder()
  })
  afterEach(() => removeFolder(dir))
}
const at = (name: string) => path.join(dir, name)
const write = async (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(at(name)), { recursive: true })
    await writeFile(at(name), text)
  }
}
const all = async () => {
  const found = await readdir(dir, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .sort()
}

describe('changes that can be taken back', () => {
  inFolder()

  it('put every file back as it was, with its mode, and leave nothing else', async () => {
    await write({ a: '1', b: '2', c: '3', 'own/x': '' })
    await chmod(at('a'), 0o640)
    const changes = new Transaction(dir)
    await changes.expectLeftovers(['node_modules', 'own', 'log'])
    await changes.write('a', 'new')
    await changes.write('a', 'newer')
    await changes.remove('b')
    await changes.keep('c')
    await changes.write('made/deep/d', '4')
    await changes.write('own/y', '5')
    expect(changes.originals()).to.deep.equal({
      a: Buffer.from('1'),
      b: Buffer.from('2'),
      c: Buffer.from('3'),
    })
    await write({ c: 'by a program', 'node_modules/m/index.js': '', log: '' })
    await chmod(at('a'), 0o600)
    expect(await changes.rollback()).to.deep.equal([])
    expect(await all()).to.deep.equal(['a', 'b', 'c', 'own/x'])
    for (const [name, text] of Object.entries({ a: '1', b: '2', c: '3' }))
      expect(await readFile(at(name), 'utf8')).to.equal(text)
    expect((await stat(at('a'))).mode & 0o777).to.equal(0o640)
    expect(await readdir(dir)).to.not.include('made')
  })

  it('leave a file alone that is as it was, and a folder that somebody has put something in', async () => {
    await write({ a: '1' })
    const changes = new Transaction(dir)
    await changes.keep('a')
    await changes.write('made/b', '2')
    const { ino } = await stat(at('a'))
    await write({ 'made/theirs': '' })
    expect(await changes.rollback()).to.deep.equal([])
    expect((await stat(at('a'))).ino).to.equal(ino)
    expect(await all()).to.deep.equal(['a', 'made/theirs'])
  })

  it('say which file could not be put back, and put the others back', async () => {
    await write({ a: '1', b: '2' })
    const changes = new Transaction(dir)
    for (const name of ['a', 'b']) await changes.write(name, 'new')
    await removeFolder(at('b'))
    await write({ 'b/in-its-way': '' })
    expect(await changes.rollback()).to.deep.equal(['b'])
    expect(await readFile(at('a'), 'utf8')).to.equal('1')
  })
})

describe('what an installation is tried on', () => {
  inFolder()

  it('is what a package manager reads, without the app and what was installed', async () => {
    const read = [
      ...['package.json', 'package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'lerna.json'],
      ...['.npmrc', '.yarnrc.yml', '.pnpmfile.cjs', '.nvmrc', 'a.tgz', 'b/c.patch'],
      ...['packages/x/package.json', '.yarn/releases/yarn.cjs', 'vendor/deep/any.thing'],
      '1/2/3/4/5/6/package.json',
    ]
    const left = [
      ...['index.js', 'xpackage.json', 'package.jsonx', '.npmrcx', 'x.npmrc', 'a.tgzx'],
      ...[
        'node_modules/m/package.json',
        '.git/package.json',
        '.yarn/unplugged/p',
        'coverage/a.tgz',
      ],
      ...['.yarn/install-state.gz', 'packages/x/src/index.ts', '1/2/3/4/5/6/7/package.json'],
    ]
    await write(Object.fromEntries([...read, ...left].map((name) => [`from/${name}`, name])))
    expect(await copyForInstall(at('from'), at('to'))).to.equal(read.length)
    await removeFolder(at('from'))
    expect(await all()).to.deep.equal(read.map((name) => `to/${name}`).sort())
    expect(await readFile(at('to/b/c.patch'), 'utf8')).to.equal('b/c.patch')
  })
})

describe('the runtime in a lockfile of npm', () => {
  const own = JSON.stringify({
    packages: {
      '': { dependencies: { 'shipit-runtime': 'file:v.tgz' } },
      'node_modules/shipit-runtime': { version: '1' },
      'node_modules/pm2': { version: '7' },
      'node_modules/shipit-runtime/node_modules/yaml': { version: '2' },
    },
    dependencies: {
      'shipit-runtime': { version: 'file:v.tgz', dependencies: { yaml: { version: '2' } } },
      pm2: { version: '7' },
    },
  })
  const ROOT = 'node_modules/shipit-runtime'
  const PLACES = [ROOT, `${ROOT}/node_modules/pm2`, `${ROOT}/node_modules/yaml`]
  const packages = {
    '': { name: 'a', dependencies: { a: '1', z: '1' } },
    'node_modules/a': { version: '1' },
    'node_modules/z': { version: '1' },
  }
  const grafted = (lock: object, engines?: Record<string, string>, indent: number | string = 2) => {
    const text = withRuntime(JSON.stringify(lock, null, indent) + '\n', own, engines)
    return { text, lock: JSON.parse(text) as Record<string, Record<string, object>> }
  }

  it('stands with all that it needs below it, in order, and the rest is as it was', () => {
    for (const indent of [2, 4, '\t']) {
      const { text, lock } = grafted({ lockfileVersion: 3, packages }, undefined, indent)
      expect(Object.keys(lock['packages']!)).to.deep.equal([
        '',
        'node_modules/a',
        ...PLACES,
        'node_modules/z',
      ])
      expect(lock['packages']!['']).to.deep.equal({
        name: 'a',
        dependencies: { a: '1', 'shipit-runtime': 'file:v.tgz', z: '1' },
      })
      expect(lock).to.not.have.property('dependencies')
      expect(text).to.equal(JSON.stringify(lock, null, indent) + '\n')
    }
  })
  it('takes the place of an older one, and its engines with it', () => {
    const { 'node_modules/z': z, ...before } = packages
    const older = {
      ...before,
      [ROOT]: { version: '0' },
      [`${ROOT}/node_modules/gone`]: {},
      'node_modules/shipit-runtime-other': {},
      'node_modules/z': z,
    }
    const { lock } = grafted({ packages: older }, { node: '20.x' })
    expect(Object.keys(lock['packages']!)).to.deep.equal([
      '',
      'node_modules/a',
      ...PLACES,
      'node_modules/shipit-runtime-other',
      'node_modules/z',
    ])
    expect(lock['packages']!['']).to.have.property('engines').that.deep.equals({ node: '20.x' })
  })
  it('stands in the tree of the old formats too', () => {
    const tree = {
      'shipit-runtime': {
        version: 'file:v.tgz',
        dependencies: { pm2: { version: '7' }, yaml: { version: '2' } },
      },
    }
    const dependencies = { a: { version: '1' } }
    for (const lock of [{ dependencies }, { packages, dependencies }])
      expect(grafted(lock).lock['dependencies']).to.deep.equal({ ...dependencies, ...tree })
    expect(grafted({ lockfileVersion: 1 }).lock).to.deep.equal({
      lockfileVersion: 1,
      dependencies: tree,
    })
  })
  it('has the line ends of the file', () => {
    const text = JSON.stringify({ packages }, null, 2).replaceAll('\n', '\r\n')
    expect(withRuntime(text, own).replaceAll('\r\n', '')).to.not.contain('\n')
  })
})

describe('a package manager that init runs', () => {
  inFolder()
  const never = new AbortController().signal
  const command = (script: string): RunStep =>
    ({ command: ['sh', '-c', script], file: 'package-lock.json' }) as unknown as RunStep

  it("has the user's environment without keys, and without what npm tells of itself", () => {
    const foreign = [
      ...['npm_package_name', 'npm_lifecycle_event', 'NPM_CONFIG_PREFIX', 'npm_config_global'],
      ...['npm_config_frozen_lockfile', 'npm_execpath', 'INIT_CWD', 'NODE_ENV', 'npm_command'],
      ...['npm_config_local_prefix', 'npm_config_workspace', 'HEROKU_API_KEY'],
    ]
    const kept = [
      'npm_config_registry',
      'npm_config_globalconfig',
      'MY_NODE_ENV',
      'NODE_ENVS',
      'PATH',
    ]
    const env = childEnvironment(
      Object.fromEntries([...foreign, ...kept].map((name) => [name, 'x'])),
    )
    expect(Object.keys(env).sort()).to.deep.equal(
      [
        ...kept,
        ...['COREPACK_ENABLE_DOWNLOAD_PROMPT', 'YARN_ENABLE_IMMUTABLE_INSTALLS'],
        'YARN_ENABLE_TELEMETRY',
      ].sort(),
    )
    expect(env.YARN_ENABLE_IMMUTABLE_INSTALLS).to.equal('false')
  })
  it('fails with the lines that say why, out of the folder of the app', async () => {
    await runCommand(dir, command('pwd > here'), never)
    expect((await readFile(at('here'), 'utf8')).trim()).to.equal(dir)
    const error = await rejection(runCommand(dir, command('echo why >&2; exit 1'), never))
    expect(error).to.include({
      code: 'project',
      message: 'sh could not bring package-lock.json in step. The folder is as it was before.',
      why: 'why',
    })
    expect((await rejection(runCommand(dir, command('exit 3'), never))).why).to.contain('code 3')
  })
  it('is told by the first lines of an error of npm, and the last ones of any other', () => {
    const lines = (word: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${word} ${i}`)
    const npm = [
      ...lines('before', 3),
      'npm error code X',
      'npm error',
      '',
      ...lines('npm error', 20),
    ]
    expect(failureLines(npm.join('\n')).split('\n')).to.deep.equal([
      'npm error code X',
      ...lines('npm error', 11),
    ])
    expect(failureLines(['npm ERR! x', 'npm ERR! A complete log of this run'].join('\n'))).to.equal(
      'npm ERR! x',
    )
    expect(failureLines(lines('other', 20).join('\n')).split('\n')).to.deep.equal(
      lines('other', 20).slice(8),
    )
    expect(failureLines('\n x\n\n')).to.equal(' x')
    expect(failureLines(undefined)).to.equal('')
  })
  it('is the pnpm that keeps the format of a lockfile', async () => {
    const lock = (
      format: string,
      dependencies = 'dependencies:\n  a: 1.0.0\npackages:\n  /a/1.0.0:\n    resolution: {integrity: x}\n',
    ) => `lockfileVersion: '${format}'\n${dependencies}`
    const before = process.env.PATH
    const asked = async (version: string, format: string, rest?: string) => {
      await writeFile(at('pnpm'), `#!/bin/sh\n${version}\n`, { mode: 0o755 })
      process.env.PATH = `${dir}${path.delimiter}${before}`
      try {
        return await fittingPnpm(dir, lock(format, rest))
      } finally {
        process.env.PATH = before
      }
    }
    const of = (major: number) => ['npx', '--yes', `pnpm@${major}`]
    expect(await asked('echo 10.1.0', '5.4')).to.deep.equal(of(7))
    expect(await asked('echo 7.33.0', '5.4')).to.equal(undefined)
    expect(await asked('exit 1', '5.4')).to.equal(undefined)
    const recent =
      'importers:\n  .:\n    dependencies:\n      a:\n        specifier: 1.0.0\n        version: 1.0.0\n' +
      'packages:\n  a@1.0.0:\n    resolution: {integrity: x}\n'
    expect(await asked('echo 10.1.0', '6.0', recent)).to.deep.equal(of(8))
    expect(await asked('echo 8.1.0', '9.0', recent)).to.deep.equal(of(9))
    for (const version of [9, 10, 11, 12])
      expect(await asked(`echo ${version}.1.0`, '9.0', recent)).to.equal(undefined)
    expect(await asked('echo 10.1.0', '5.4', '')).to.equal(undefined)
    expect(await asked('echo 10.1.0', '4.0')).to.equal(undefined)
  })
})

describe('files that init touches', () => {
  inFolder()

  it('stay inside of the folder, whatever links lead to them', async () => {
    await write({ 'app/a': '', 'app/sub/b': '', 'outside/c': '' })
    const links = {
      in: 'a',
      deep: 'sub/../sub',
      whole: at('app/sub'),
      out: '../outside/c',
      away: at('outside'),
      gone: 'nothing',
      loop: 'loop',
      'sub/up': '../../outside',
    }
    for (const [name, target] of Object.entries(links)) await symlink(target, at(`app/${name}`))
    const check = (...files: string[]) => mustStayInside(at('app'), files)
    check('a', 'new', 'sub/b', 'sub/new', 'in', 'deep/b', 'whole/b', './a')
    for (const [file, words] of [
      ['out', 'out of the folder'],
      ['away/c', 'out of the folder'],
      ['sub/up/new', 'out of the folder'],
      ['gone', 'to a file that is not there'],
      ['deep/new', 'to a file that is not there'],
      ['loop', 'out of the folder'],
    ] as const)
      expect(() => check('a', file), file)
        .to.throw(`${file} is a link that leads ${words}. Nothing was changed.`)
        .with.property('code', 'project')
  })

  it('are those of the steps, and what a package manager writes', () =>
    expect(
      touchedBy([
        { kind: 'create', file: 'a' },
        { kind: 'run', file: 'package-lock.json' },
      ] as unknown as InitStep[]),
    ).to.deep.equal(['a', 'package-lock.json', 'package.json']))
})

describe("the runtime's tarball", () => {
  inFolder()

  it('lies beside its package, or the installation is not whole', async () => {
    const found = () => runtimeTarball(at('runtime'))
    const missing = () => expect(found).to.throw(/no shipit-runtime tarball/)
    missing()
    await write({ 'runtime/package.json': '{}' })
    missing()
    await write({ 'runtime/package.json': '{"version":"1.2.3"}' })
    missing()
    await write({ 'shipit-runtime-1.2.3.tgz': 'abc' })
    expect(found()).to.deep.equal({
      version: '1.2.3',
      file: at('shipit-runtime-1.2.3.tgz'),
      sha1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
      sha512:
        '3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==',
    })
  })

  it('is known by its name, whatever its version', () => {
    for (const name of ['shipit-runtime-1.2.3.tgz', 'shipit-runtime-2.0.0-rc.1.tgz'])
      expect(isRuntimeTarball(name), name).to.equal(true)
    for (const name of ['xshipit-runtime-1.tgz', 'shipit-runtime-1.tgzx', 'shipit-runtime-x.tgz'])
      expect(isRuntimeTarball(name), name).to.equal(false)
  })
})
