import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import semver from 'semver'
import type { BuildFailure } from '../../../src/embedded/build/failure.js'
import { provideNode, sizeOfFolder, sweepNodes } from '../../../src/embedded/build/node-runtime.js'
import { npmRangeBeside, RECOMMENDED_LTS } from '../../../src/embedded/build/node-versions.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { rejection } from '../../support/platform.js'
import { writeTree } from './build-app.js'
import { standIns, type StandIns } from './stand-ins.js'

const OWN = process.versions.node
const HOUR = 60 * 60 * 1000

describe('the choice of a Node.js, before a stand-in of the registry', () => {
  let build: StandIns
  let nodes: string
  const { hrtime } = process
  beforeEach(async () => {
    build = await standIns()
    nodes = path.join(build.root, 'nodes')
  })
  afterEach(async () => {
    process.hrtime = hrtime
    await build.end()
  })

  const registry = (versions: readonly string[] | undefined) =>
    build.tool(
      'npm',
      versions === undefined
        ? 'echo "npm error no answer"; exit 1'
        : `[ "$3" = versions ] && { echo '${JSON.stringify(versions)}'; exit; }; echo "npm error no answer"; exit 1`,
    )
  /** Versions that were brought before. */
  const kept = (...versions: string[]) =>
    writeTree(nodes, Object.fromEntries(versions.map((one) => [`${one}/bin/node`, 'x'])))
  const own = { version: OWN, dir: undefined }
  const brought = (version: string) => ({ version, dir: path.join(nodes, version) })
  const provide = async (
    asked: string | undefined,
    { mode, configVars = {} }: { mode?: string; configVars?: Record<string, string> } = {},
  ) => {
    build.printed = ''
    return provideNode(build.context({}, { configVars }), asked, mode)
  }
  const lists = async () =>
    (await build.calls()).filter((line) => line.includes(' versions ')).length
  const list = () => path.join(nodes, 'versions.json')

  it('is told, and of those that are there already it says no more', async () => {
    await registry(['23.1.0', '23.5.0', '24.2.0'])
    await kept('23.5.0', '24.2.0')
    expect(await provide('23.x')).to.deep.equal(brought('23.5.0'))
    expect(build.printed).to.match(
      /^ +Resolving node version 23\.x\.\.\.\n !.*End-of-Life[^\n]*\n +Using node 23\.5\.0\n$/,
    )
    for (const asked of [undefined, '']) {
      expect(await provide(asked)).to.deep.equal(brought('24.2.0'))
      expect(build.printed).to.equal(
        '       No Node.js version specified, resolving current LTS version...\n       Using node 24.2.0\n',
      )
    }
  })
  it('is held to the recommended line, unless a config var says otherwise', async () => {
    await registry(['24.2.0', '26.1.0'])
    await kept('24.2.0', '26.1.0')
    const choice = async (value?: string) =>
      (await provide('>=24', value ? { configVars: { NODEJS_ALLOW_WIDE_RANGE: value } } : {}))
        .version
    expect(await choice()).to.equal('24.2.0')
    expect(build.printed).to.contain(' !     The requested Node.js version is using a wide range')
    expect(await choice('1')).to.equal('24.2.0')
    expect(await choice('true')).to.equal('26.1.0')
  })
  it('is the nearest one if the registry lacks those of a range, with a warning', async () => {
    await registry(['23.1.0', '23.5.0'])
    await kept('23.5.0')
    expect(await provide('23.3.x')).to.deep.equal(brought('23.5.0'))
    expect(build.printed.split('\n').slice(1, 3)).to.deep.equal([
      ' !     THIS APP ASKS FOR NODE 23.3.x AND RUNS ON NODE 23.5.0 HERE.',
      ' !     The npm registry lacks some versions of Node.js, and has none in this range. Heroku would install what it asks for.',
    ])
  })
  it('is an error if there is none, or for what is no range', async () => {
    await registry(['22.1.0'])
    const failure = async (asked: string | undefined, mode?: string) => {
      const { message, details } = await rejection<BuildFailure>(
        provide(asked, mode === undefined ? {} : { mode }),
      )
      return [message, ...details].join('\n')
    }
    expect(await failure('0.11.333')).to.match(/^Error: No published[^]*\(0\.11\.333\)/)
    expect(await failure(undefined)).to.contain(`(${RECOMMENDED_LTS})`)
    for (const mode of [undefined, 'machine'])
      expect(await failure('newest', mode)).to.match(/^Error: Invalid[^]*\(newest\)/)
  })

  describe("is this machine's", () => {
    it('if it is that version with an npm that came with its line, else another copy', async () => {
      await registry([OWN])
      await kept(OWN)
      const withNpm = async (version: string | undefined) => {
        if (version === undefined) await removeFolder(path.join(build.root, 'package.json'))
        else await writeTree(build.root, { 'package.json': { version } })
        return provide(OWN)
      }
      const beside = semver.minVersion(npmRangeBeside(OWN))!.version
      expect(await withNpm(beside)).to.deep.equal(own)
      expect(build.printed).to.contain(`       Using node ${OWN} of this machine\n`)
      expect(await withNpm('1.0.0')).to.deep.equal(brought(OWN))
      expect(await withNpm(undefined)).to.deep.equal(brought(OWN))
    })
    it('if that is asked for, with a warning unless it is in the range', async () => {
      expect(await provide('>=4', { mode: 'machine' })).to.deep.equal(own)
      expect(build.printed).to.equal(
        `       Resolving node version >=4...\n       Using node ${OWN} of this machine\n`,
      )
      expect(await provide('4.x', { mode: 'machine' })).to.deep.equal(own)
      expect(build.printed).to.contain(
        [
          `       Using node ${OWN} of this machine`,
          ` !     THIS APP ASKS FOR NODE 4.x AND RUNS ON NODE ${OWN} HERE.`,
          ' !     Heroku would install what it asks for; here it could not be had: SHIPIT_LOCAL_NODE=machine.',
          '',
        ].join('\n'),
      )
      await provide(undefined, { mode: 'machine' })
      expect(build.printed.includes(`NODE ${RECOMMENDED_LTS} (NONE IS SPECIFIED)`)).to.equal(
        !semver.satisfies(OWN, RECOMMENDED_LTS),
      )
      expect(await build.calls()).to.deep.equal([])
      // Any other word is no mode.
      await registry(['24.2.0'])
      await kept('24.2.0')
      expect(await provide('24.x', { mode: 'x' })).to.deep.equal(brought('24.2.0'))
    })
  })

  describe('without the registry', () => {
    const WHY = 'the list of Node.js versions: no answer'
    beforeEach(() => registry(undefined))

    it('is the newest that was brought before', async () => {
      await kept('23.1.0', '23.2.0')
      await writeTree(nodes, { '23.9.0/x': '', 'not-a-version/bin/node': '' })
      expect(await provide('23.x')).to.deep.equal(brought('23.2.0'))
      expect(build.printed).to.contain(
        `       The newest version could not be had (${WHY}).\n       Using node 23.2.0\n`,
      )
    })
    it('of the recommended line alone, too, unless a config var says otherwise', async () => {
      await kept('24.1.0', '99.1.0')
      expect((await provide('>=24')).version).to.equal('24.1.0')
      const configVars = { NODEJS_ALLOW_WIDE_RANGE: 'true' }
      expect((await provide('>=24', { configVars })).version).to.equal('99.1.0')
    })
    it("is this machine's if that is in the range, whatever its npm", async () => {
      expect(await provide(OWN)).to.deep.equal(own)
      expect(build.printed).to.contain(
        `could not be had (${WHY}).\n       Using node ${OWN} of this machine\n`,
      )
      await kept(OWN)
      expect(await provide(OWN)).to.deep.equal(brought(OWN))
    })
    it("is this machine's with a warning otherwise", async () => {
      expect(await provide('4.x')).to.deep.equal(own)
      expect(build.printed).to.contain(
        ` !     Heroku would install what it asks for; here it could not be had: ${WHY}.\n`,
      )
    })
    it('is one that was brought before if the newest cannot be installed', async () => {
      await registry(['23.1.0', '23.2.0'])
      await kept('23.1.0')
      expect(await provide('23.x')).to.deep.equal(brought('23.1.0'))
      expect(build.printed).to.contain('could not be had (node 23.2.0: no answer)')
    })
    it('is an error if the folder cannot be read', async () => {
      await writeFile(nodes, '')
      expect((await rejection<NodeJS.ErrnoException>(provide('23.x'))).code).to.equal('ENOTDIR')
    })
  })

  describe('goes by a list', () => {
    const write = (at: number, versions: unknown = ['24.1.0']) =>
      writeTree(nodes, { 'versions.json': { at, versions } })
    const chosen = async () => (await provide('24.x')).version
    beforeEach(async () => {
      await registry(['24.2.0'])
      await kept('24.1.0', '24.2.0')
    })

    it('that is kept for a day', async () => {
      const before = Date.now()
      expect(await chosen()).to.equal('24.2.0')
      const { at, versions } = JSON.parse(await readFile(list(), 'utf8')) as {
        at: number
        versions: string[]
      }
      expect(at).to.be.within(before, Date.now())
      expect(versions).to.deep.equal(['24.2.0'])
      await write(Date.now() - 23 * HOUR)
      expect(await chosen()).to.equal('24.1.0')
      await write(Date.now() + 23 * HOUR)
      expect(await chosen()).to.equal('24.1.0')
      expect(await lists()).to.equal(1)
      for (const hours of [-25, 25]) {
        await write(Date.now() + hours * HOUR)
        expect(await chosen(), `${hours} hours`).to.equal('24.2.0')
      }
    })
    it('that serves for longer if the registry does not answer', async () => {
      await registry(undefined)
      await write(Date.now() - 25 * HOUR)
      expect(await chosen()).to.equal('24.1.0')
      expect(build.printed).to.not.contain('could not be had')
    })
    it('that is none if it cannot be understood', async () => {
      for (const text of [
        ...['{"at":', 'null', '[]'],
        JSON.stringify({ at: String(Date.now()), versions: ['24.1.0'] }),
        JSON.stringify({ at: Date.now(), versions: '24.1.0' }),
        JSON.stringify({ at: Date.now(), versions: ['24.1.0', 7] }),
      ]) {
        await writeFile(list(), text)
        expect(await chosen(), text).to.equal('24.2.0')
      }
      await removeFolder(list())
      await mkdir(list())
      expect((await rejection<NodeJS.ErrnoException>(provide('24.x'))).code).to.equal('EISDIR')
    })
  })

  it('does not ask a registry that is silent for two minutes', async () => {
    await registry(undefined)
    let ms = 1000
    process.hrtime = Object.assign(
      (): [number, number] => [Math.floor(ms / 1000), (ms % 1000) * 1e6],
      { bigint: hrtime.bigint },
    )
    for (const [at, asked] of [
      [1000, 1],
      [1000 + 119_999, 1],
      [1000 + 120_000, 2],
    ] as const) {
      ms = at
      await provide(OWN)
      expect(await lists(), `after ${at} ms`).to.equal(asked)
      expect(build.printed).to.contain('the list of Node.js versions: no answer')
    }
    await registry(['23.2.0'])
    await kept('23.2.0')
    ms += 120_000
    for (let i = 0; i < 2; i++) expect(await provide('23.x')).to.deep.equal(brought('23.2.0'))
  })
  it('takes a build that ends for no silence', async () => {
    await registry(['23.2.0'])
    await kept('23.2.0')
    const ended = build.context({}, { signal: AbortSignal.abort(new Error('stopped')) })
    expect((await rejection<Error>(provideNode(ended, '23.x', undefined))).message).to.equal(
      'stopped',
    )
    expect(await provide('23.x')).to.deep.equal(brought('23.2.0'))
  })

  describe('leaves the disk', () => {
    const swept = async (used: string[] = [], atMost?: number) => {
      await sweepNodes(
        nodes,
        used.map((version) => path.join(nodes, version)),
        atMost,
      )
      return (await readdir(nodes)).sort()
    }
    it('without what is left of half an installation, and nothing else of other names', async () => {
      await writeTree(nodes, { '.fresh-x/a': '', 'versions.json': '{}', 'x.fresh-/a': '' })
      await kept('22.1.0')
      expect(await swept()).to.deep.equal(['22.1.0', 'versions.json', 'x.fresh-'])
    })
    it('with the newest of those that nobody uses, as far as there is room', async () => {
      await kept('22.10.0', '22.9.0', '23.1.0', '24.1.0')
      const size = await sizeOfFolder(path.join(nodes, '22.9.0'))
      expect(await swept(['24.1.0'], 2 * size)).to.deep.equal(['22.10.0', '23.1.0', '24.1.0'])
      expect(await swept(['24.1.0'], 2 * size - 1)).to.deep.equal(['23.1.0', '24.1.0'])
      expect(await swept([], 0)).to.deep.equal([])
    })
    it('as it is where there is none', async () => {
      await sweepNodes(nodes, [])
      expect(existsSync(nodes)).to.equal(false)
    })
    it('within a GB of them', async () => {
      await kept('22.1.0')
      const searchPath = process.env.PATH
      const size = async (kilobytes: number) => {
        await writeFile(path.join(build.root, 'bin/du'), `#!/bin/sh\necho ${kilobytes}\n`)
        await chmod(path.join(build.root, 'bin/du'), 0o755)
      }
      process.env.PATH = `${path.join(build.root, 'bin')}:${searchPath}`
      try {
        await size(1_048_576)
        expect(await swept()).to.deep.equal(['22.1.0'])
        await size(1_048_577)
        expect(await swept()).to.deep.equal([])
      } finally {
        process.env.PATH = searchPath
      }
    })
  })
})
