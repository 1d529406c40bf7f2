import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { changeLockfile, inWords, type LockReport } from '../../src/init/apply/lockfile.js'
import { Transaction } from '../../src/init/apply/transaction.js'
import type { RunStep } from '../../src/init/types.js'
import { rejection } from '../support/platform.js'
import { until } from '../support/until.js'
import { type Behaviour, FakeManager } from './fake-manager.js'
import { contents, realFolder, removeFolders } from './real-folder.js'

const SPEC = 'file:vendor/shipit-runtime-1.0.0.tgz'
const OWN = 'node_modules/shipit-runtime'
const RUNTIME = { version: '1.0.0', resolved: SPEC, integrity: 'sha512-new' }

const lines = (value: object) => `${JSON.stringify(value, null, 2)}\n`
const MANIFEST = lines({
  name: 'shop',
  dependencies: { ms: '^2.0.0', 'shipit-runtime': SPEC },
  engines: { node: '20.x' },
})
const ORIGINAL = lines({ name: 'shop', dependencies: { ms: '^2.0.0' } })

const needs = { dependencies: { 'shipit-runtime': SPEC } }

/** package-lock.json with ms of a version, and what else is given. */
const npmLock = (ms: string, more: object = {}, root: object = { name: 'shop' }, format = 3) =>
  lines({
    lockfileVersion: format,
    packages: { '': root, 'node_modules/ms': { version: ms }, ...more },
  })
const BEFORE = npmLock('2.0.0')
/** With the runtime as npm adds it by itself. */
const byNpm = (ms: string, format = 3) =>
  npmLock(ms, { [OWN]: RUNTIME }, { name: 'shop', ...needs }, format)
const BY_NPM = byNpm('2.0.0')
/** With the runtime added to what was there. */
const GRAFTED = npmLock(
  '2.0.0',
  { [OWN]: RUNTIME },
  { engines: { node: '20.x' }, name: 'shop', ...needs },
)
const ALONE = lines({
  lockfileVersion: 3,
  packages: { '': { name: 'runtime-alone', ...needs }, [OWN]: RUNTIME },
})

/** yarn.lock with so many packages of a version each. */
const yarnLock = (version: string, count: number) =>
  Array.from({ length: count }, (_, i) => `p${i}@^1:\n  version "${version}"\n\n`).join('')
const YARN_OWN = `"shipit-runtime@${SPEC}":\n  version "1.0.0"\n  resolved "${SPEC}#new"\n`

interface Case {
  /** The lockfile that is there. */
  before?: string
  /** Files of the project beside manifest and lockfile. */
  files?: Record<string, string>
  step?: Partial<RunStep>
  isTried?: boolean
  signal?: AbortSignal
}

describe('the lockfile that a package manager writes', function () {
  this.timeout(60_000)
  let manager: FakeManager
  let dir: string
  let tried: string[][]
  beforeEach(() => {
    manager = new FakeManager()
    tried = []
  })
  afterEach(removeFolders)

  const lockfile = (name = 'package-lock.json') => readFileSync(path.join(dir, name), 'utf8')

  /** Init has written package.json and the tarball, and comes to the lockfile. */
  async function change({
    before,
    files = {},
    step = {},
    isTried = true,
    signal = new AbortController().signal,
  }: Case): Promise<LockReport> {
    const whole: RunStep = {
      kind: 'run',
      manager: 'npm',
      file: 'package-lock.json',
      command: ['npm', 'lock'],
      install: ['npm', 'ci'],
      mustHold: [`"${SPEC}"`, 'sha512-new'],
      isAlone: false,
      isApart: false,
      why: '',
      ...step,
    }
    dir = realFolder({
      'package.json': ORIGINAL,
      'vendor/shipit-runtime-1.0.0.tgz': 'tarball',
      ...(before === undefined ? {} : { [whole.file]: before }),
      ...files,
    })
    const transaction = new Transaction(dir)
    const original = contents(dir)
    if (!files['package.json']) await transaction.write('package.json', MANIFEST)
    try {
      return await manager.during(() =>
        changeLockfile({
          dir,
          step: whole,
          transaction,
          signal,
          isTried,
          onTry: (command) => tried.push(command),
        }),
      )
    } catch (error) {
      await transaction.rollback()
      expect(contents(dir)).to.deep.equal(original)
      throw error
    } finally {
      expect(readdirSync(manager.temporary)).to.deep.equal([])
    }
  }

  describe('of npm', () => {
    it('counts as npm writes it if it adds the runtime alone, and an install passes', async () => {
      manager.behave('npm', { lock: manager.writes('package-lock.json', BY_NPM) })
      expect(await change({ before: BEFORE })).to.deep.equal({ install: 'proved', notes: [] })
      expect(manager.asked()).to.deep.equal(['npm lock in shop', 'npm ci in shop'])
      expect(tried).to.deep.equal([['npm', 'ci']])
      expect(lockfile()).to.equal(BY_NPM)
    })

    it('is not tried where nobody asks for that, and says so', async () => {
      manager.behave('npm', { lock: manager.writes('package-lock.json', BY_NPM) })
      expect(await change({ before: BEFORE, isTried: false })).to.deep.equal({
        install: 'unknown',
        why: 'npm was not asked to install from it.',
        notes: [],
      })
      expect(manager.asked()).to.deep.equal(['npm lock in shop'])
      expect(tried).to.deep.equal([])
    })

    for (const [what, lock] of [
      ['another version of a package', byNpm('2.1.0')],
      ['another format', byNpm('2.0.0', 2)],
    ] as const)
      it(`is as it was, with the runtime in it, where npm would write ${what}`, async () => {
        manager.behave('npm', {
          lock: manager.writes('package-lock.json', lock),
          alone: manager.writes('package-lock.json', ALONE),
        })
        expect(await change({ before: BEFORE })).to.deep.equal({ install: 'proved', notes: [] })
        expect(manager.asked()).to.deep.equal([
          'npm lock in shop',
          'npm lock in runtime-alone',
          'npm ci in shop',
        ])
        expect(lockfile()).to.equal(GRAFTED)
      })

    it('is as it was, with the runtime in it, where npm fails', async () => {
      manager.behave('npm', {
        lock: 'echo half >package-lock.json; exit 1',
        alone: manager.writes('package-lock.json', ALONE),
      })
      expect(await change({ before: BEFORE })).to.deep.equal({ install: 'proved', notes: [] })
      expect(lockfile()).to.equal(GRAFTED)
    })

    it('is not to be had where npm fails and there was none', async () => {
      manager.behave('npm', { lock: 'echo half >package-lock.json; echo why; exit 1' })
      expect(await rejection(change({}))).to.include({
        code: 'project',
        message: 'npm could not bring package-lock.json in step. The folder is as it was before.',
        why: 'why',
      })
      expect(manager.asked()).to.deep.equal(['npm lock in shop'])
    })

    it('counts whatever npm writes where there was none', async () => {
      manager.behave('npm', { lock: manager.writes('package-lock.json', BY_NPM) })
      expect(await change({})).to.deep.equal({ install: 'proved', notes: [] })
      expect(lockfile()).to.equal(BY_NPM)
    })

    it('of version 1 is never left to npm, which looks at the runtime alone', async () => {
      const [v1, own] = [
        { lockfileVersion: 1, dependencies: { ms: { version: '2.0.0' } } },
        { version: SPEC, integrity: 'sha512-new', dependencies: {} },
      ]
      manager.behave('npm', {
        lock: 'echo spoilt >package-lock.json',
        alone: [
          'cp package.json .npmrc vendor/* "$TOLD"',
          manager.writes(
            'package-lock.json',
            lines({ lockfileVersion: 1, dependencies: { 'shipit-runtime': own } }),
          ),
        ].join('; '),
      })
      const told = realFolder()
      process.env['TOLD'] = told
      const before = lines(v1)
      try {
        expect(
          await change({
            before,
            step: { isApart: true, file: 'npm-shrinkwrap.json' },
            files: { 'package.json': `\ufeff${MANIFEST}`, '.npmrc': 'registry=http://own\n' },
          }),
        ).to.deep.equal({ install: 'proved', notes: [] })
      } finally {
        delete process.env['TOLD']
      }
      expect(manager.asked()).to.deep.equal(['npm lock in runtime-alone', 'npm ci in shop'])
      expect(lockfile('npm-shrinkwrap.json')).to.equal(
        lines({ ...v1, dependencies: { ...v1.dependencies, 'shipit-runtime': own } }),
      )
      expect(existsSync(path.join(dir, 'package-lock.json'))).to.equal(false)
      const read = (file: string) => readFileSync(path.join(told, file), 'utf8')
      expect(JSON.parse(read('package.json'))).to.deep.equal({
        name: 'runtime-alone',
        version: '1.0.0',
        private: true,
        dependencies: { 'shipit-runtime': SPEC },
      })
      expect(read('.npmrc')).to.equal('registry=http://own\n')
      expect(read('shipit-runtime-1.0.0.tgz')).to.equal('tarball')
    })

    it('names the file that npm could not write for the runtime alone', async () => {
      manager.behave('npm', { lock: 'exit 1', alone: 'echo no room; exit 1' })
      expect(
        await rejection(change({ before: BEFORE, step: { file: 'npm-shrinkwrap.json' } })),
      ).to.include({
        message: 'npm could not bring package-lock.json in step. The folder is as it was before.',
        why: 'no room',
      })
    })
  })

  describe('that cannot be installed from', () => {
    const refuses = (when: string) =>
      `if ${when}; then echo "npm error code EUSAGE in $(pwd)"; exit 1; fi`
    const hasEngines = `grep -q engines package-lock.json`
    const hasRuntime = `grep -q shipit-runtime package.json`

    it('is written anew from what was there', async () => {
      manager.behave('npm', {
        lock: manager.writes('package-lock.json', BY_NPM),
        alone: manager.writes('package-lock.json', ALONE),
        install: refuses(`! ${hasEngines}`),
      })
      expect(await change({ before: BEFORE })).to.deep.equal({ install: 'proved', notes: [] })
      expect(manager.asked()).to.deep.equal([
        'npm lock in shop',
        'npm ci in shop',
        'npm lock in runtime-alone',
        'npm ci in shop',
      ])
      expect(tried).to.deep.equal([
        ['npm', 'ci'],
        ['npm', 'ci'],
      ])
      expect(lockfile()).to.equal(GRAFTED)
    })

    it('is no fault of the runtime if it could not be before', async () => {
      manager.behave('npm', {
        lock: manager.writes('package-lock.json', BY_NPM),
        alone: manager.writes('package-lock.json', ALONE),
        install: refuses('true'),
      })
      expect(await change({ before: BEFORE })).to.deep.equal({
        install: 'failed',
        why: `npm error code EUSAGE in ${dir}`,
        notes: [],
      })
      expect(manager.asked().slice(3)).to.deep.equal(['npm ci in shop', 'npm ci in shop'])
      expect(lockfile()).to.equal(GRAFTED)
    })

    it('is written anew once, and refused if the one before it could be', async () => {
      manager.behave('npm', {
        lock: 'exit 1',
        alone: manager.writes('package-lock.json', ALONE),
        install: refuses(hasRuntime),
      })
      const error = await rejection(
        change({
          before: BEFORE,
          step: { install: ['npm', 'ci', '--no-audit', '--include=dev', '--loud'] },
        }),
      )
      expect(error).to.include({
        code: 'project',
        message:
          '`npm ci --loud` fails with the runtime in package-lock.json, so the build on Heroku ' +
          'would fail. The folder is as it was before.',
        why: `npm error code EUSAGE in ${dir}`,
        next:
          'See that `npm install ./vendor/…` of any package works in this folder, then run ' +
          'shipit init again. --no-install-check leaves this check out.',
      })
      expect(manager.asked()).to.deep.equal([
        'npm lock in shop',
        'npm lock in runtime-alone',
        ...Array(2).fill('npm ci --no-audit --include=dev --loud in shop'),
      ])
    })

    it('is refused if this machine cannot tell of the one before', async () => {
      manager.behave('npm', {
        lock: manager.writes('package-lock.json', BY_NPM),
        alone: manager.writes('package-lock.json', ALONE),
        install: `if ${hasRuntime}; then echo bad; else echo ECONNREFUSED; fi; exit 1`,
      })
      expect(await rejection(change({ before: BEFORE }))).to.include({ why: 'bad' })
    })

    it('is refused where there was none before', async () => {
      manager.behave('npm', {
        lock: manager.writes('package-lock.json', BY_NPM),
        install: refuses('true'),
      })
      expect((await rejection(change({}))).why).to.match(/EUSAGE/)
      expect(manager.asked()).to.deep.equal(['npm lock in shop', 'npm ci in shop'])
    })

    it('stays, with the reason, where this machine cannot tell', async () => {
      manager.behave('npm', {
        lock: manager.writes('package-lock.json', BY_NPM),
        install: 'echo ENOTFOUND registry; exit 1',
      })
      expect(await change({ before: BEFORE })).to.deep.equal({
        install: 'unknown',
        why: 'ENOTFOUND registry',
        notes: [],
      })
      expect(tried).to.have.length(1)
      expect(lockfile()).to.equal(BY_NPM)
    })
  })

  describe('of another package manager', () => {
    const yarn = {
      manager: 'yarn' as const,
      file: 'yarn.lock',
      command: ['yarn', 'lock'],
      install: ['yarn', 'ci'],
      mustHold: [`${SPEC}#new`],
    }
    const pnpm = {
      manager: 'pnpm' as const,
      file: 'pnpm-lock.yaml',
      command: ['pnpm', 'lock'],
      install: ['pnpm', 'ci'],
      mustHold: [SPEC],
    }
    const pnpmLock = (format: string) =>
      `lockfileVersion: '${format}'\n\npackages:\n\n  ms@2.0.0:\n    resolution: {integrity: x}\n\n` +
      `  shipit-runtime@${SPEC}:\n    resolution: {integrity: y}\n`

    for (const [count, more] of [
      [5, ''],
      [6, ' and 1 more'],
    ] as const)
      it(`says what else has changed in it, of ${count} packages`, async () => {
        manager.behave('yarn', {
          lock: manager.writes('yarn.lock', yarnLock('1.2.0', count) + YARN_OWN),
        })
        const named = [0, 1, 2, 3, 4].map((i) => `p${i}@^1 1.1.0 → 1.2.0`).join(', ')
        const notes = [
          'yarn.lock was not in step with package.json before: yarn has changed ' +
            `${named}${more} as well.`,
        ]
        const before = yarnLock('1.1.0', count)
        expect(await change({ before, step: yarn })).to.deep.equal({ install: 'proved', notes })
        expect(await change({ before, step: yarn, isTried: false })).to.deep.equal({
          install: 'unknown',
          why: 'yarn was not asked to install from it.',
          notes,
        })
      })

    it('says that nothing else has', async () => {
      const before = yarnLock('1.1.0', 1)
      manager.behave('yarn', { lock: manager.writes('yarn.lock', before + YARN_OWN) })
      expect(await change({ before, step: yarn })).to.deep.equal({ install: 'proved', notes: [] })
      expect(manager.asked()).to.deep.equal(['yarn lock in shop', 'yarn ci in shop'])
    })

    it('is not written anew from what was there: a failure is one', async () => {
      manager.behave('yarn', {
        lock: manager.writes('yarn.lock', YARN_OWN),
        install: `if grep -q shipit-runtime package.json; then echo bad; exit 1; fi`,
      })
      expect(await rejection(change({ before: yarnLock('1.1.0', 1), step: yarn }))).to.include({
        code: 'project',
        why: 'bad',
      })
      expect(manager.asked()).to.deep.equal([
        'yarn lock in shop',
        'yarn ci in shop',
        'yarn ci in shop',
      ])
      manager.behave('yarn', { lock: 'echo worse; exit 1' })
      expect(await rejection(change({ before: yarnLock('1.1.0', 1), step: yarn }))).to.include({
        message: 'yarn could not bring yarn.lock in step. The folder is as it was before.',
        why: 'worse',
      })
    })

    it('keeps its format, or is refused with the tool that would write another', async () => {
      manager.behave('pnpm', { lock: manager.writes('pnpm-lock.yaml', pnpmLock('9.0')) })
      expect(await change({ before: pnpmLock('9.0'), step: pnpm })).to.include({
        install: 'proved',
      })
      const before = pnpmLock('6.0')
      expect(await rejection(change({ before, step: pnpm }))).to.include({
        code: 'project',
        message:
          'pnpm would write pnpm-lock.yaml in version 9.0 of its format, and it is in version ' +
          '6.0. The folder is as it was before.',
        why:
          'Everything in pnpm-lock.yaml would be rewritten, and the pnpm that Heroku runs for ' +
          'it could be another one.',
        next:
          'Name the pnpm that wrote it in package.json ("packageManager": "pnpm@VERSION"), ' +
          'then run shipit init again.',
      })
      manager.behave('npx', { lock: manager.writes('pnpm-lock.yaml', pnpmLock('9.0')) })
      const command = ['npx', '--yes', 'pnpm@8', 'lock']
      expect((await rejection(change({ before, step: { ...pnpm, command } }))).message).to.match(
        /^pnpm@8 would write/,
      )
      const berry = (version: number) =>
        `__metadata:\n  version: ${version}\n\n"shipit-runtime@${SPEC}":\n  version: 1.0.0\n`
      manager.behave('yarn', { lock: manager.writes('yarn.lock', berry(8)) })
      const error = await rejection(
        change({
          before: berry(6),
          step: { ...yarn, manager: 'yarn-berry', mustHold: [SPEC] },
        }),
      )
      expect(error.message).to.match(/^yarn would write yarn\.lock in version 8 /)
      expect(error.next).to.equal(
        'Bring the project to this Yarn first (`yarn install`, then commit), or name the one ' +
          'that wrote the file: yarn set version VERSION',
      )
      expect(tried).to.have.length(1)
    })

    it('may be written where it could not be read before', async () => {
      manager.behave('pnpm', { lock: manager.writes('pnpm-lock.yaml', pnpmLock('9.0')) })
      expect(await change({ before: '', step: pnpm })).to.deep.equal({
        install: 'proved',
        notes: [],
      })
    })

    describe('whose cache has another runtime of that version', () => {
      const old = YARN_OWN.replace('#new', '#old')
      const orElse = ['yarn', 'again']
      const seen = 'if [ -e yarn.lock ]; then cat yarn.lock; else echo none; fi >seen'

      for (const [what, before] of [
        ['as it was', yarnLock('1.1.0', 1)],
        ['not there', undefined],
      ] as const)
        it(`is ${what} before it is written with a cache of its own`, async () => {
          manager.behave('yarn', {
            lock: manager.writes('yarn.lock', old),
            again: `${seen}; ${manager.writes('yarn.lock', (before ?? '') + YARN_OWN)}`,
          })
          expect(
            await change({ ...(before ? { before } : {}), step: { ...yarn, orElse } }),
          ).to.deep.equal({ install: 'proved', notes: [] })
          expect(manager.asked()).to.deep.equal([
            'yarn lock in shop',
            'yarn again in shop',
            'yarn ci in shop',
          ])
          expect(lockfile('seen')).to.equal(before ?? 'none\n')
          expect(lockfile('yarn.lock')).to.equal((before ?? '') + YARN_OWN)
        })

      it('is written once if it holds the runtime', async () => {
        manager.behave('yarn', { lock: manager.writes('yarn.lock', YARN_OWN) })
        await change({ before: '', step: { ...yarn, orElse } })
        expect(manager.asked()).to.deep.equal(['yarn lock in shop', 'yarn ci in shop'])
      })

      it('is refused if it does not hold the runtime after all', async () => {
        manager.behave('yarn', { lock: manager.writes('yarn.lock', old) })
        expect(await rejection(change({ before: '', step: yarn }))).to.include({
          code: 'project',
          message:
            'yarn ended well, but yarn.lock does not hold the runtime as it is in vendor. The ' +
            'folder is as it was before.',
          why:
            'Another file of the same version may be in its cache, or a setting may keep it ' +
            'from writing the lockfile.',
          next: 'Try `yarn cache clean`, then run shipit init again.',
        })
        manager.behave('yarn', { lock: ':' })
        expect((await rejection(change({ step: yarn }))).message).to.match(/ended well/)
        manager.behave('npm', { lock: manager.writes('package-lock.json', npmLock('2.0.0')) })
        expect((await rejection(change({}))).next).to.equal(
          'Try `npm cache clean --force`, then run shipit init again.',
        )
        expect(tried).to.deep.equal([])
      })
    })

    it("leaves the user's way of writing package.json, and a file that it did not touch", async () => {
      const lock = manager.writes('yarn.lock', YARN_OWN)
      manager.behave('yarn', { lock: `${lock}; echo '{"name":"shop"}' >package.json` })
      await change({ step: yarn })
      expect(lockfile('package.json')).to.equal(MANIFEST)
      manager.behave('yarn', { lock: `${lock}; touch -d 2001-01-01 package.json` })
      await change({ step: yarn })
      expect(statSync(path.join(dir, 'package.json')).mtime.getFullYear()).to.equal(2001)
    })
  })

  describe('whose writing is stopped', () => {
    const stop = new Error('stopped')
    /** A manager that is stopped when it is at work. */
    async function stoppedMidway(at: keyof Behaviour, given: Case): Promise<unknown> {
      const [controller, work] = [new AbortController(), path.join(realFolder(), 'begun')]
      manager.behave('npm', {
        lock: manager.writes('package-lock.json', BY_NPM),
        [at]: `touch '${work}'; exec sleep 60`,
      })
      const ended = rejection<Error>(change({ ...given, signal: controller.signal }))
      await until('the package manager at work', () => existsSync(work))
      controller.abort(stop)
      return ended
    }

    const midway: [keyof Behaviour, Case][] = [
      ['lock', { before: BEFORE }],
      ['alone', { before: BEFORE, step: { isApart: true } }],
      ['again', { before: BEFORE, step: { mustHold: ['?'], orElse: ['npm', 'again'] } }],
      ['install', { before: BEFORE }],
    ]
    for (const [at, given] of midway)
      it(`ends with that, midway in ${at}`, async () => {
        expect(await stoppedMidway(at, given)).to.equal(stop)
        expect(tried).to.have.length(at === 'install' ? 1 : 0)
      })

    for (const isApart of [false, true])
      it(`ends with that before anything is begun${isApart ? ' apart' : ''}`, async () => {
        manager.behave('npm', { lock: 'exit 1', alone: 'exit 1' })
        const ended = change({ before: BEFORE, step: { isApart }, signal: AbortSignal.abort(stop) })
        expect(await rejection<Error>(ended)).to.equal(stop)
      })
  })

  it('is told without the flags that only keep it quiet', () => {
    const quiet = [
      ...['--no-audit', '--no-fund', '--prefer-offline', '--non-interactive', '--no-progress'],
      ...['--workspaces=false', '--ignore-workspace', '--include=dev', '--yes'],
    ]
    const others = quiet.flatMap((flag) => [`x${flag}`, `${flag}x`])
    expect(inWords(['npm', ...quiet, 'ci', ...others])).to.equal(`npm ci ${others.join(' ')}`)
  })
})
