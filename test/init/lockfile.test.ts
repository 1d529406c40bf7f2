import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { ShipitError } from '../../src/errors.js'
import { childEnvironment } from '../../src/init/apply/run-command.js'
import { applyPlan, prepareInit, type InitPlan, type LockReport } from '../../src/init/index.js'
import { lockContents } from '../../src/init/lock/contents.js'
import { lockDifference } from '../../src/init/lock/difference.js'
import { withRuntime } from '../../src/init/lock/graft.js'
import type { RuntimeTarball } from '../../src/init/runtime-tarball.js'
import {
  contents,
  options,
  packRuntime,
  plainEcosystem,
  realFolder,
  removeFolders,
} from './real-folder.js'
import { inSoak } from '../support/soak.js'

/**
 * react-dom 18 wants react 18 as its peer. npm 6 only warned of that; a newer npm reads such a
 * lockfile of version 1, and refuses one of version 2 or 3 that it has made of it.
 */
const conflicting = {
  'package.json': {
    name: 'old-shop',
    version: '1.0.0',
    private: true,
    scripts: { start: 'node server.js' },
    dependencies: { react: '17.0.2', 'react-dom': '18.2.0' },
  },
  'server.js': '',
}

const old = readFileSync(path.join(import.meta.dirname, 'lockfiles/version-1.json'), 'utf8')
const small = {
  'package.json': { name: 'small', scripts: { start: 'node server.js' } },
  'server.js': '',
}

describe('shipit init and the lockfile of npm', function () {
  this.timeout(120_000)
  let runtime: RuntimeTarball
  before(() => {
    runtime = packRuntime('1.0.0', '', { ms: '2.1.3' })
  })
  after(removeFolders)

  const npm = (dir: string, ...args: string[]) =>
    execFileSync('npm', [...args, '--no-audit', '--no-fund', '--silent'], {
      cwd: dir,
      stdio: 'pipe',
      encoding: 'utf8',
      env: childEnvironment(process.env),
    })
  const read = (dir: string) => readFileSync(path.join(dir, 'package-lock.json'), 'utf8')
  const plan = async (dir: string): Promise<InitPlan> =>
    (await prepareInit(dir, options(), { ecosystem: plainEcosystem, runtime })).plan
  const init = async (dir: string): Promise<LockReport | undefined> => applyPlan(await plan(dir))

  /** A lockfile of the format, as npm made it when it did not look at peers. */
  function locked(format: number, files: Record<string, string | object> = conflicting): string {
    const dir = realFolder(files)
    npm(dir, 'install', '--package-lock-only', `--lockfile-version=${format}`, '--legacy-peer-deps')
    return dir
  }

  /** Lines of one text that the other does not have. */
  const lost = (before: string, after: string) =>
    before.split('\n').filter((line) => !after.split('\n').includes(line))

  inSoak(
    'is needed for a lockfile of version 1: npm itself makes one of it that it cannot install',
    () => {
      const dir = realFolder({ ...conflicting, 'package-lock.json': old })
      npm(dir, 'ci', '--ignore-scripts')
      npm(dir, 'install', '--package-lock-only')
      expect(JSON.parse(read(dir)))
        .to.have.property('lockfileVersion')
        .that.is.greaterThan(1)
      expect(() => npm(dir, 'ci', '--ignore-scripts')).to.throw()
    },
  )

  it('adds the runtime to a lockfile of version 1, and no more', async () => {
    const dir = realFolder({ ...conflicting, 'package-lock.json': old })
    const before = read(dir)
    const asked: string[][] = []
    const report = await applyPlan(await plan(dir), { onTry: (command) => asked.push(command) })
    expect(report).to.deep.equal({ install: 'proved', notes: [] })
    expect(asked.map((command) => command.slice(0, 2).join(' '))).to.deep.equal(['npm ci'])
    const after = read(dir)
    expect(lost(before, after)).to.deep.equal([])
    expect(JSON.parse(after)).to.have.property('lockfileVersion', 1)
    expect(after.split('\n').length - before.split('\n').length).to.be.lessThan(25)
    npm(dir, 'ci', '--ignore-scripts')
    expect(
      JSON.parse(readFileSync(path.join(dir, 'node_modules/react/package.json'), 'utf8')),
    ).to.have.property('version', '17.0.2')
    expect(
      execFileSync(path.join(dir, 'node_modules/.bin/shipit-runtime'), { encoding: 'utf8' }),
    ).to.equal('')
    expect((await plan(dir)).steps).to.deep.equal([])
  })

  for (const format of [2, 3]) {
    inSoak(`keeps version ${format} and every entry of the lockfile`, async () => {
      const dir = locked(format, {
        ...conflicting,
        'package.json': { ...conflicting['package.json'], dependencies: { react: '17.0.2' } },
      })
      const before = read(dir)
      expect(await init(dir)).to.deep.equal({ install: 'proved', notes: [] })
      const after = read(dir)
      expect(JSON.parse(after)).to.have.property('lockfileVersion', format)
      expect(
        lockDifference(lockContents('npm', before)!, lockContents('npm', after)!),
      ).to.deep.equal({ changed: [] })
      npm(dir, 'ci', '--ignore-scripts')
    })
  }

  inSoak('takes nothing for its own fault that failed before, and says so', async () => {
    const dir = locked(3)
    const before = read(dir)
    const report = await init(dir)
    expect(report).to.include({ install: 'failed' })
    expect(report!.why).to.match(/ERESOLVE/)
    expect(
      lost(before, read(dir)).filter((line) => !/^\s*}?[},]?$|"react-dom"|"node": /.test(line)),
    ).to.deep.equal([])
  })

  it('undoes everything if the install fails with the runtime, and did not before', async () => {
    const dir = realFolder({
      ...small,
      'package-lock.json': {
        name: 'small',
        lockfileVersion: 3,
        requires: true,
        packages: { '': { name: 'small' } },
      },
    })
    const made = await plan(dir)
    const before = contents(dir)
    // A manager whose frozen install cannot pass once the runtime is there.
    const refuses = [
      'node',
      '-e',
      'if (require("./package.json").dependencies?.["shipit-runtime"]) { console.error("npm error code EUSAGE"); process.exit(1) }',
    ]
    const error: unknown = await applyPlan({
      ...made,
      steps: made.steps.map((step) => (step.kind === 'run' ? { ...step, install: refuses } : step)),
    }).catch((reason: unknown) => reason)
    expect(error).to.be.instanceOf(ShipitError).and.have.property('why', 'npm error code EUSAGE')
    expect(contents(dir)).to.deep.equal(before)
  })

  it('does not call a project broken where this machine cannot tell', async () => {
    const dir = realFolder({
      ...small,
      'package-lock.json': {
        name: 'small',
        lockfileVersion: 3,
        requires: true,
        packages: { '': { name: 'small' } },
      },
    })
    const made = await plan(dir)
    const offline = ['node', '-e', 'console.error("npm error code ENOTFOUND"); process.exit(1)']
    const report = await applyPlan({
      ...made,
      steps: made.steps.map((step) => (step.kind === 'run' ? { ...step, install: offline } : step)),
    })
    expect(report).to.deep.equal({ install: 'unknown', why: 'npm error code ENOTFOUND', notes: [] })
  })
})

describe('what a lockfile pins', () => {
  it('is read from every format', () => {
    const entries = (...[manager, text]: Parameters<typeof lockContents>) => {
      const found = lockContents(manager, text)
      return (
        found && [
          found.format,
          ...[...found.entries].map(
            ([place, pinned]) => `${place}=${Object.values(pinned).join(' ')}`,
          ),
        ]
      )
    }
    expect(
      entries(
        'npm',
        '{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0","integrity":"x"}}},"shipit-runtime":{"version":"file:v"}}}',
      ),
    ).to.deep.equal(['1', 'node_modules/a=1.0.0', 'node_modules/a/node_modules/b=2.0.0 x'])
    expect(
      entries(
        'npm',
        '{"lockfileVersion":3,"packages":{"":{},"node_modules/a":{"version":"1.0.0","resolved":"u"},"node_modules/shipit-runtime/node_modules/c":{"version":"1.0.0"}}}',
      ),
    ).to.deep.equal(['3', 'node_modules/a=1.0.0 u'])
    expect(
      entries(
        'yarn',
        '# yarn lockfile v1\n\n\na@^1.0.0, "@b/c@~1":\n  version "1.2.0"\n  resolved "https://r/a.tgz#1"\n  integrity sha512-x\n  dependencies:\n    d "1"\n',
      ),
    ).to.deep.equal([
      '1',
      'a@^1.0.0=1.2.0 https://r/a.tgz#1 sha512-x',
      '@b/c@~1=1.2.0 https://r/a.tgz#1 sha512-x',
    ])
    expect(
      entries(
        'yarn-berry',
        '__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"a@npm:^1.0.0, a@npm:~1":\n  version: 1.2.0\n  resolution: "a@npm:1.2.0"\n  checksum: 10c0/x\n',
      ),
    ).to.deep.equal(['8', 'a@npm:^1.0.0=a@npm:1.2.0 10c0/x', 'a@npm:~1=a@npm:1.2.0 10c0/x'])
    expect(
      entries(
        'pnpm',
        "---\nlockfileVersion: '9.0'\n\npackages:\n\n  pnpm@11.0.0:\n    resolution: {integrity: z}\n\n---\nlockfileVersion: '9.0'\n\npackages:\n\n  '@b/c@1.0.0':\n    resolution: {integrity: sha512-x}\n    engines: {node: '>=8'}\n\n  a@1.0.0:\n    resolution: {integrity: y, tarball: u}\n\nsnapshots:\n\n  a@1.0.0: {}\n",
      ),
    ).to.deep.equal(['9.0', '@b/c@1.0.0=sha512-x', 'a@1.0.0=y'])
    expect(
      entries(
        'pnpm',
        'lockfileVersion: 5.4\n\npackages:\n\n  /a/1.0.0:\n    resolution: {integrity: y}\n    dev: false\n',
      ),
    ).to.deep.equal(['5.4', '/a/1.0.0=y'])
    expect(entries('yarn-berry', '')).to.equal(undefined)
  })

  it('differs where an entry is another, from elsewhere or gone, and not where it has gained a digest', () => {
    const of = (packages: object) =>
      lockContents('npm', JSON.stringify({ lockfileVersion: 3, packages }))!
    const before = of({
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '1.0.0', integrity: 'x' },
      'node_modules/b/node_modules/c': { version: '2.0.0' },
      'node_modules/d': { version: '1.0.0' },
    })
    const after = of({
      'node_modules/a': { version: '1.0.0', integrity: 'new' },
      'node_modules/b': { version: '1.0.0', integrity: 'y' },
      'node_modules/b/node_modules/c': { version: '2.1.0' },
      'node_modules/e': { version: '1.0.0' },
    })
    expect(lockDifference(before, after)).to.deep.equal({
      changed: ['b (from elsewhere)', 'c 2.0.0 → 2.1.0', 'd (removed)'],
    })
  })

  it('is kept byte by byte by a graft, tabs and line ends too, and an older runtime goes', () => {
    const own = {
      lockfileVersion: 2,
      packages: {
        '': { dependencies: { 'shipit-runtime': 'file:v/2' } },
        'node_modules/shipit-runtime': { version: '2.0.0' },
        'node_modules/ms': { version: '2.1.3' },
      },
      dependencies: { 'shipit-runtime': { version: 'file:v/2' }, ms: { version: '2.1.3' } },
    }
    const lock = {
      name: 'a',
      lockfileVersion: 2,
      packages: {
        '': { dependencies: { ms: '1' } },
        'node_modules/ms': { version: '1.0.0' },
        'node_modules/shipit-runtime': { version: '1.0.0' },
        'node_modules/shipit-runtime/node_modules/old': { version: '1.0.0' },
      },
      dependencies: { ms: { version: '1.0.0' } },
    }
    const text = JSON.stringify(lock, null, '\t').replaceAll('\n', '\r\n') + '\r\n'
    const after = withRuntime(text, JSON.stringify(own), { node: '22.x' })
    const expected = {
      name: 'a',
      lockfileVersion: 2,
      packages: {
        '': { dependencies: { ms: '1', 'shipit-runtime': 'file:v/2' }, engines: { node: '22.x' } },
        'node_modules/ms': { version: '1.0.0' },
        'node_modules/shipit-runtime': { version: '2.0.0' },
        'node_modules/shipit-runtime/node_modules/ms': { version: '2.1.3' },
      },
      dependencies: {
        ms: { version: '1.0.0' },
        'shipit-runtime': { version: 'file:v/2', dependencies: { ms: { version: '2.1.3' } } },
      },
    }
    expect(after).to.equal(JSON.stringify(expected, null, '\t').replaceAll('\n', '\r\n') + '\r\n')
  })
})
