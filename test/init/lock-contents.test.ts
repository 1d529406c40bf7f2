import { expect } from 'chai'
import { lockContents, npmLockFormat } from '../../src/init/lock/contents.js'
import { isSame, lockDifference } from '../../src/init/lock/difference.js'
import { lockMarks, withoutStaleEntry } from '../../src/init/lock/commands.js'
import { withRuntime } from '../../src/init/lock/graft.js'
import type { RuntimeTarball } from '../../src/init/runtime-tarball.js'

const SPEC = 'file:vendor/shipit-runtime-1.0.0.tgz'
const TARBALL = { version: '1.0.0', sha1: 'one', sha512: 'five' } as RuntimeTarball
const OWN = 'node_modules/shipit-runtime'

const pinned = (manager: Parameters<typeof lockContents>[0], text: string | object) => {
  const found = lockContents(manager, typeof text === 'string' ? text : JSON.stringify(text))
  return found && { format: found.format, entries: Object.fromEntries(found.entries) }
}

describe('the borders of what a lockfile pins', () => {
  it('are text in a lockfile of npm, but for what is the runtime', () => {
    expect(
      pinned('npm', {
        lockfileVersion: 2,
        packages: {
          'node_modules/a': { version: 5, resolved: true, integrity: null },
          [`${OWN}-other`]: { version: '1' },
          [`node_modules/b/${OWN}`]: { version: '1' },
        },
        dependencies: { c: { version: '1' } },
      }),
    ).to.deep.equal({
      format: '2',
      entries: {
        'node_modules/a': {},
        [`${OWN}-other`]: { version: '1' },
        [`node_modules/b/${OWN}`]: { version: '1' },
      },
    })
    expect(pinned('npm', { lockfileVersion: 3 })).to.deep.equal({ format: '3', entries: {} })
    expect(
      pinned('npm', {
        dependencies: { 'shipit-runtime': { version: '1', dependencies: { b: { version: '1' } } } },
      }),
    ).to.deep.equal({ format: '1', entries: {} })
    expect(npmLockFormat('5')).to.equal(undefined)
  })

  it('are headings and their lines in one of Yarn 1', () => {
    const a = { version: '1', resolved: 'r', integrity: 'i' }
    expect(
      pinned(
        'yarn',
        [
          '# yarn lockfile v1',
          'a@1,b@2, "c d@3":',
          '  version 1',
          '  resolved r',
          '  integrity i',
          '  dependencies:',
          '    version "9"',
          '    resolved "9"',
          '',
          'no heading',
          '  version "5"',
          'shipit-runtime-other@1:',
          '  xversion "1"',
          '  version "1" x',
          '  integrity a b',
        ].join('\r\n'),
      ),
    ).to.deep.equal({
      format: '1',
      entries: { 'a@1': a, 'b@2': a, 'c d@3': a, 'shipit-runtime-other@1': {} },
    })
    expect(pinned('yarn', '  version "1"\n')).to.deep.equal({ format: '1', entries: {} })
  })

  it('are headings and their lines in one of the Yarn after it', () => {
    expect(
      pinned(
        'yarn-berry',
        [
          '__metadata:',
          '  version: 8',
          'a@npm:1:',
          '  version: 1',
          '  resolution: a@npm:1',
          '  checksum: 10/x y',
          "'b@npm:1':",
          "  resolution: 'b@npm:1'",
          '    checksum: deep',
        ].join('\n'),
      ),
    ).to.deep.equal({
      format: '8',
      entries: { 'a@npm:1': { version: 'a@npm:1' }, 'b@npm:1': { version: 'b@npm:1' } },
    })
    for (const version of ['  version: 8 # x', '   version: 8', '  xversion: 8'])
      expect(pinned('yarn-berry', `__metadata:\n${version}\n`), version).to.equal(undefined)
  })

  it('are keys of packages in one of pnpm', () => {
    const file = (...packages: string[]) =>
      ["lockfileVersion: '6.0'", 'packages:', ...packages, 'other:', '  z@1: {}', ''].join('\n')
    expect(
      pinned(
        'pnpm',
        file(
          '  a@1:',
          '    resolution: {tarball: t, integrity: i, x: y}',
          '    peerDependencies:',
          '      p: 1',
          '      deep:',
          '    resolutions: {integrity: no}',
          '  "b@1": {}',
          "  'c@1':",
          '      resolution: {integrity: no}',
          '  shipit-runtime@1: {}',
          '  file:vendor/shipit-runtime-1.tgz:',
          '    resolution: {integrity: no}',
          '  x-shipit-runtime@1: {}',
          '  d@1: 5',
        ),
      ),
    ).to.deep.equal({
      format: '6.0',
      entries: { 'a@1': { integrity: 'i' }, 'b@1': {}, 'c@1': {}, 'x-shipit-runtime@1': {} },
    })
    const only = { format: '5.4', entries: { 'a@1': {} } }
    for (const text of [
      'lockfileVersion: 5.4\r\npackages:\r\n  a@1: {}\r\n',
      'lockfileVersion: "5.4"\npackages:\n  a@1: {}',
      'lockfileVersion: 6\n--- \nlockfileVersion: 5.4\npackages:\n  a@1: {}\n',
    ])
      expect(pinned('pnpm', text), text).to.deep.equal(only)
    const none = { format: '5.4', entries: {} }
    for (const text of ['lockfileVersion: 5.4\n', 'lockfileVersion: 5.4\nxpackages:\n  a@1: {}\n'])
      expect(pinned('pnpm', text), text).to.deep.equal(none)
    expect(pinned('pnpm', 'xlockfileVersion: 6\n')).to.equal(undefined)
    expect(pinned('pnpm', '')).to.equal(undefined)
  })
})

describe('the difference between two lockfiles', () => {
  const contents = (format: string, entries: Record<string, object>) => ({
    format,
    entries: new Map(Object.entries(entries)),
  })
  const difference = (before: object, after: object, formats = ['1', '1']) =>
    lockDifference(
      contents(formats[0]!, before as Record<string, object>),
      contents(formats[1]!, after as Record<string, object>),
    )

  it('is none where entries are new, or have gained what they lacked', () => {
    const same = difference({ a: { version: '1' } }, { a: { version: '1', resolved: 'r' }, b: {} })
    expect(same).to.deep.equal({ changed: [] })
    expect(isSame(same)).to.equal(true)
    const lost = difference({ a: { version: '1', resolved: 'r' } }, { a: { version: '1' } })
    expect(lost).to.deep.equal({ changed: [] })
  })

  it('is told once, by the name and the versions', () => {
    expect(
      difference(
        {
          'node_modules/a': { version: '1' },
          'node_modules/b/node_modules/a': { version: '1' },
          'node_modules/c': {},
          'node_modules/d': { version: '1' },
          'node_modules/@x/e': { resolved: 'r' },
          f: { version: '1' },
        },
        {
          'node_modules/a': { version: '2' },
          'node_modules/b/node_modules/a': { version: '2' },
          'node_modules/c': { version: '1' },
          'node_modules/d': {},
          'node_modules/@x/e': { resolved: 's' },
        },
      ),
    ).to.deep.equal({
      changed: ['a 1 → 2', 'c ? → 1', 'd 1 → ?', '@x/e (from elsewhere)', 'f (removed)'],
    })
  })

  it('is that of the format', () => {
    const other = difference({}, {}, ['1', '2'])
    expect(other).to.deep.equal({ changed: [], format: { before: '1', after: '2' } })
    expect(isSame(other)).to.equal(false)
    expect(isSame({ changed: ['a'] })).to.equal(false)
  })
})

describe('the entry of the runtime', () => {
  it('is known by words of its format', () => {
    const marks = (manager: Parameters<typeof lockMarks>[0]) => lockMarks(manager, SPEC, TARBALL)
    expect(marks('npm')).to.deep.equal([`"${SPEC}"`, 'sha512-five'])
    expect(marks('yarn')).to.deep.equal([`"shipit-runtime@${SPEC}"`, `${SPEC}#one`])
    expect(marks('yarn-berry')).to.deep.equal([`shipit-runtime@${SPEC}`])
    expect(marks('pnpm')).to.deep.equal([`: ${SPEC}`, 'sha512-five'])
  })

  it('is taken out with its own lines alone', () => {
    const without = (text: string) => withoutStaleEntry('yarn', text, SPEC, TARBALL)
    const entry = `"shipit-runtime@${SPEC}":\n  version "1"\n\tdependencies:\n    a "1"\n`
    expect(without(`${entry}\n\nz@1:\n`)).to.equal('\nz@1:\n')
    expect(without(`a@1:\n  "shipit-runtime@${SPEC}" "1"\n${entry}z@1:\n`)).to.equal(
      `a@1:\n  "shipit-runtime@${SPEC}" "1"\nz@1:\n`,
    )
    const both = `"shipit-runtime@${SPEC}", "shipit-runtime@other":\n  version "1"\n`
    expect(without(both)).to.equal('')
    const npm = {
      packages: {
        '': { dependencies: { 'shipit-runtime': SPEC } },
        [OWN]: { integrity: 'sha512-old' },
        'node_modules/a': {},
      },
    }
    expect(withoutStaleEntry('npm', JSON.stringify(npm, null, 2), SPEC, TARBALL)).to.equal(
      JSON.stringify({ packages: { '': npm.packages[''], 'node_modules/a': {} } }, null, 2),
    )
  })

  it('stands in order among what a graft finds, whatever that is', () => {
    const own = (packages?: object, dependencies?: object) =>
      JSON.stringify({
        ...(packages
          ? { packages: { '': { dependencies: { 'shipit-runtime': SPEC } }, ...packages } }
          : {}),
        ...(dependencies ? { dependencies } : {}),
      })
    const result = (lock: object, from: string) =>
      JSON.parse(withRuntime(JSON.stringify(lock), from)) as Record<string, object>
    expect(
      result(
        { dependencies: { 'shipit-runtime': { version: 'old' }, a: {} } },
        own(undefined, {
          'shipit-runtime': {
            version: '1',
            dependencies: { b: { version: '1' }, c: { version: '3' } },
          },
          c: { version: '2' },
          a: { version: '2' },
        }),
      ),
    ).to.deep.equal({
      dependencies: {
        'shipit-runtime': {
          version: '1',
          dependencies: { a: { version: '2' }, b: { version: '1' }, c: { version: '3' } },
        },
        a: {},
      },
    })
    // Whatever is no entry is none of the runtime's.
    for (const none of [undefined, 5, { 'shipit-runtime': 5 }])
      expect(result({}, own(undefined, none as object))).to.deep.equal({
        dependencies: { 'shipit-runtime': { dependencies: {} } },
      })
    const packages = { '': {}, 'node_modules/z': {} }
    const grafted = result(
      { packages },
      own({ [OWN]: {}, 'node_modules/b': {}, 'node_modules/a': {} }),
    )
    expect(Object.keys(grafted['packages']!)).to.deep.equal([
      '',
      OWN,
      `${OWN}/node_modules/a`,
      `${OWN}/node_modules/b`,
      'node_modules/z',
    ])
    expect(grafted).to.not.have.property('dependencies')
    expect(result({ packages }, own(undefined, {}))).to.deep.equal({ packages })
  })
})
