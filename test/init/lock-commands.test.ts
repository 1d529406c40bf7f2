import { expect } from 'chai'
import {
  frozenCommand,
  lockCommand,
  lockHolds,
  withoutStaleEntry,
} from '../../src/init/lock/commands.js'
import { lockContents, npmLockFormat } from '../../src/init/lock/contents.js'
import type { RuntimeTarball } from '../../src/init/runtime-tarball.js'

const TARBALL = { version: '1.0.0', sha1: 'one', sha512: 'five' } as RuntimeTarball
const SPEC = 'file:vendor/shipit-runtime-1.0.0.tgz'

describe('what init has a package manager do', () => {
  const words = (command: readonly string[]) => command.join(' ').replace(/\S*\/(\w+)$/, '…/$1')

  it('writes the lockfile, runs no script, and leaves node_modules alone', () => {
    const of = (manager: Parameters<typeof lockCommand>[0], more = {}) =>
      words(lockCommand(manager, { isAlone: false, hasOtherBytes: false, ...more }))
    const npm = 'npm install --package-lock-only --ignore-scripts --no-audit --no-fund'
    expect(of('npm')).to.equal(npm)
    expect(of('npm', { isAlone: true, format: 1 })).to.equal(
      `${npm} --lockfile-version=1 --workspaces=false`,
    )
    const yarn =
      'yarn install --ignore-scripts --ignore-engines --non-interactive --no-progress --modules-folder'
    expect(of('yarn')).to.equal(`${yarn} …/modules`)
    expect(of('yarn', { hasOtherBytes: true })).to.match(/\/modules --cache-folder …\/cache$/)
    expect(of('yarn-berry')).to.equal('yarn install --mode=update-lockfile')
    const pnpm = 'install --lockfile-only --ignore-scripts --no-frozen-lockfile'
    expect(of('pnpm')).to.equal(`pnpm ${pnpm}`)
    expect(of('pnpm', { isAlone: true, tool: ['npx', 'pnpm@8'] })).to.equal(
      `npx pnpm@8 ${pnpm} --ignore-workspace`,
    )
  })

  it("is tried as Heroku's build installs, without scripts", () => {
    const of = (manager: Parameters<typeof lockCommand>[0], tool: string, isAlone = false) =>
      words(frozenCommand(manager, { isAlone, tool: [tool] }))
    const npm = 'npm ci --include=dev --ignore-scripts --no-audit --no-fund --prefer-offline'
    expect(of('npm', 'npm')).to.equal(npm)
    expect(of('npm', 'npm', true)).to.equal(`${npm} --workspaces=false`)
    expect(of('yarn', 'yarn')).to.equal(
      'yarn install --frozen-lockfile --ignore-engines --ignore-scripts --prefer-offline --non-interactive --no-progress',
    )
    expect(of('yarn-berry', 'yarn')).to.equal('yarn install --immutable --mode=skip-build')
    expect(of('pnpm', 'pnpm')).to.equal('pnpm install --frozen-lockfile --ignore-scripts')
    expect(of('pnpm', 'pnpm', true)).to.match(/ --ignore-workspace$/)
  })
})

describe('a lockfile that holds the runtime', () => {
  const holds = (manager: Parameters<typeof lockHolds>[0], text?: string) =>
    lockHolds(manager, text, SPEC, TARBALL)

  it('names its path, and its digest if the format has one', () => {
    const rows = [
      ['npm', `"${SPEC}"`, 'sha512-five'],
      ['yarn', `"shipit-runtime@${SPEC}"`, `${SPEC}#one`],
      ['pnpm', `specifier: ${SPEC}`, 'sha512-five'],
    ] as const
    for (const [manager, path, digest] of rows) {
      expect(holds(manager, `${path}\n${digest}`), manager).to.equal(true)
      for (const text of [path, digest, '', undefined])
        expect(holds(manager, text), `${manager}: ${text}`).to.equal(false)
    }
    expect(holds('yarn-berry', `"shipit-runtime@${SPEC}"`)).to.equal(true)
    expect(holds('yarn-berry', SPEC)).to.equal(false)
  })

  it('loses an entry of other bytes under the same path, and no other', () => {
    const pruned = (manager: Parameters<typeof lockHolds>[0], lock: unknown) =>
      withoutStaleEntry(
        manager,
        typeof lock === 'string' ? lock : JSON.stringify(lock),
        SPEC,
        TARBALL,
      )
    const v3 = (spec: string, integrity?: string) => ({
      packages: {
        '': { dependencies: { 'shipit-runtime': spec } },
        'node_modules/shipit-runtime': { integrity },
        'node_modules/a': {},
      },
    })
    expect(JSON.parse(pruned('npm', v3(SPEC, 'sha512-old'))!)).to.deep.equal({
      packages: {
        '': { dependencies: { 'shipit-runtime': SPEC } },
        'node_modules/a': {},
      },
    })
    const v1 = { dependencies: { 'shipit-runtime': { version: SPEC, integrity: 'sha512-old' } } }
    expect(JSON.parse(pruned('npm', v1)!)).to.deep.equal({ dependencies: {} })
    for (const lock of [
      v3(SPEC, 'sha512-five'),
      v3('file:other.tgz', 'sha512-old'),
      v3(SPEC),
      { packages: { '': 7, 'node_modules/shipit-runtime': 7 } },
      { dependencies: { 'shipit-runtime': 7 } },
      { dependencies: 7 },
      '[]',
      '',
    ])
      expect(pruned('npm', lock), JSON.stringify(lock)).to.equal(undefined)

    const entry = (sha: string) =>
      `"shipit-runtime@${SPEC}":\n  version "1.0.0"\n  resolved "${SPEC}#${sha}"\n\n`
    const [before, after] = ['a@1:\n  version "1"\n\n', 'z@1:\n  version "1"\n']
    expect(pruned('yarn', before + entry('old') + after)).to.equal(before + after)
    expect(pruned('yarn', before + entry('one') + after)).to.equal(undefined)
    expect(pruned('yarn', before + after)).to.equal(undefined)
    for (const manager of ['pnpm', 'yarn-berry'] as const)
      expect(pruned(manager, entry('old'))).to.equal(undefined)
  })
})

describe('what a lockfile pins', () => {
  const pinned = (manager: Parameters<typeof lockContents>[0], text: string) => {
    const contents = lockContents(manager, text)
    return contents && { format: contents.format, entries: Object.fromEntries(contents.entries) }
  }

  it('is told by npm in three formats', () => {
    for (const [lock, format] of [
      [{ lockfileVersion: 3 }, 3],
      [{ lockfileVersion: 2, packages: {} }, 2],
      [{ lockfileVersion: 1 }, 1],
      [{}, 1],
      [{ packages: {} }, undefined],
      [{ lockfileVersion: 4, packages: {} }, undefined],
      [[], undefined],
    ] as const)
      expect(npmLockFormat(JSON.stringify(lock)), JSON.stringify(lock)).to.equal(format)
    const a = { version: '1', resolved: 'r', integrity: 'i', dev: true }
    const own = 'node_modules/shipit-runtime'
    expect(
      pinned(
        'npm',
        JSON.stringify({
          lockfileVersion: 3,
          packages: { '': {}, 'node_modules/a': a, [own]: a, [`${own}/node_modules/b`]: a, x: 7 },
        }),
      ),
    ).to.deep.equal({
      format: '3',
      entries: { 'node_modules/a': { version: '1', resolved: 'r', integrity: 'i' } },
    })
    expect(
      pinned(
        'npm',
        JSON.stringify({
          dependencies: { a: { version: '1', dependencies: { b: { version: '2' } } }, c: 7 },
        }),
      ),
    ).to.deep.equal({
      format: '1',
      entries: {
        'node_modules/a': { version: '1' },
        'node_modules/a/node_modules/b': { version: '2' },
      },
    })
    expect(pinned('npm', '[]')).to.equal(undefined)
  })

  it('is told by Yarn, the old and the new', () => {
    const classic =
      '# yarn lockfile v1\n\n"@x/a@^1", "@x/a@^1.1":\n  version "1.1"\n  resolved "r"\n  integrity sha512-x\n  dependencies:\n    integrity "9"\n\n' +
      `"shipit-runtime@${SPEC}":\n  version "1"\n`
    const a = { version: '1.1', resolved: 'r', integrity: 'sha512-x' }
    expect(pinned('yarn', classic)).to.deep.equal({
      format: '1',
      entries: { '@x/a@^1': a, '@x/a@^1.1': a },
    })
    const berry =
      '__metadata:\n  version: 8\n  cacheKey: 10\n\n"a@npm:^1, a@npm:^1.1":\n  version: 1.1.0\n  resolution: "a@npm:1.1.0"\n  checksum: 10/abc\n\n' +
      `"shipit-runtime@${SPEC}":\n  resolution: "x"\n\n"b@workspace:.":\n  version: 0\n`
    const b = { version: 'a@npm:1.1.0', integrity: '10/abc' }
    expect(pinned('yarn-berry', berry)).to.deep.equal({
      format: '8',
      entries: { 'a@npm:^1': b, 'a@npm:^1.1': b, 'b@workspace:.': {} },
    })
    expect(pinned('yarn-berry', 'a:\n  version: 8\n')).to.equal(undefined)
  })

  it('is told by pnpm in its last document', () => {
    const text =
      "lockfileVersion: '9.0'\npackages:\n\n  other@1:\n    resolution: {integrity: no}\n---\n" +
      "lockfileVersion: '9.0'\n\npackages:\n\n  'a@1.0.0':\n    resolution: {integrity: sha512-x, tarball: t}\n  b@2: {}\n" +
      `  shipit-runtime@${SPEC}:\n    resolution: {integrity: own}\n\nsnapshots:\n\n  c@3: {}\n`
    expect(pinned('pnpm', text)).to.deep.equal({
      format: '9.0',
      entries: { 'a@1.0.0': { integrity: 'sha512-x' }, 'b@2': {} },
    })
    expect(pinned('pnpm', 'packages:\n')).to.equal(undefined)
  })
})
