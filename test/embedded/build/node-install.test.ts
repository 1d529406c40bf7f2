import { existsSync } from 'node:fs'
import fs, { mkdir, readFile, readdir, readlink, stat } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { expect } from 'chai'
import {
  installNode,
  NODE_PACKAGE,
  publishedNodes,
} from '../../../src/embedded/build/node-install.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { rejection } from '../../support/platform.js'
import { standIns, type StandIns } from './stand-ins.js'

const { statfs } = fs
const MB = 1024 * 1024
const VERSION = '20.10.0'
const QUICK = '--fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=20000'
/** When the npm of that line came out: the second one is later than the Node.js. */
const NPM_TIMES = { '10.2.3': '2023-11-01', '10.2.5': '2024-02-01', created: '2010-01-01' }

describe('a Node.js from the registry, before a stand-in of npm', () => {
  let build: StandIns
  let root: string
  let nodes: string
  beforeEach(async () => {
    build = await standIns()
    ;({ root } = build)
    nodes = path.join(root, 'nodes')
  })
  afterEach(async () => {
    fs.statfs = statfs
    syncBuiltinESMExports()
    await build.end()
  })

  /** What the packages hold, as lines of a shell in their folder. */
  interface Registry {
    times?: string
    versions?: string
    node?: string
    npm?: string
    /** In place of the installation. */
    install?: string
  }
  const says = (text: string) => `cat <<'X'\n${text}\nX\n`
  const NODE = (version = VERSION) =>
    `mkdir bin include; touch LICENSE README include/node.h; printf '#!/bin/sh\\necho warning\\necho v${version}\\n' > bin/node; chmod 600 bin/node`
  const NPM =
    "mkdir bin; printf '#!/bin/sh\\necho 10.2.3\\n' > bin/npm-cli.js; echo > bin/npx-cli.js"
  const registry = ({
    times = `${says('npm warn config')}case "$2" in npm) ${says(JSON.stringify(NPM_TIMES, null, 1))};; *) ${says(JSON.stringify({ [VERSION]: '2023-11-22' }))};; esac`,
    versions = 'exit 1',
    node = NODE(),
    npm = NPM,
    install = `mkdir -p node_modules/${NODE_PACKAGE} node_modules/npm
      (cd node_modules/${NODE_PACKAGE}; ${node})
      (cd node_modules/npm; ${npm})`,
  }: Registry = {}) =>
    build.tool(
      'npm',
      `case "$1 $3" in "view time") ${times};; "view versions") ${versions};; *) ${install};; esac`,
    )
  const dir = () => path.join(nodes, VERSION)
  const install = () => installNode(build.context(), VERSION, dir())
  const failure = async () => (await rejection<Error>(install())).message
  const asked = async () =>
    (await build.calls())
      .filter((line) => line.startsWith('npm install'))
      .map((line) => line.slice(line.indexOf(NODE_PACKAGE)))

  it('is put together as its own archives are, whole', async () => {
    await registry()
    await install()
    expect(await readdir(nodes)).to.deep.equal([VERSION])
    expect((await readdir(dir())).sort()).to.deep.equal(['LICENSE', 'bin', 'include', 'lib'])
    expect((await readdir(path.join(dir(), 'bin'))).sort()).to.deep.equal(['node', 'npm', 'npx'])
    for (const tool of ['npm', 'npx']) {
      const cli = `lib/node_modules/npm/bin/${tool}-cli.js`
      expect(await readlink(path.join(dir(), 'bin', tool))).to.equal(`../${cli}`)
      expect((await stat(path.join(dir(), cli))).mode & 0o777).to.equal(0o755)
    }
    expect((await stat(path.join(dir(), 'bin/node'))).mode & 0o777).to.equal(0o755)
    // A dyno's global installations are not those of other apps.
    expect(await readFile(path.join(dir(), 'lib/node_modules/npm/npmrc'), 'utf8')).to.equal(
      'prefix=${HOME}/.heroku/node\n',
    )
    expect(build.printed).to.match(
      /^ +Downloading and installing node 20\.10\.0\.\.\.\n +Installed node 20\.10\.0 with npm 10\.2\.3 \(0 MB, kept for later builds\)\n$/,
    )
  })
  it('is asked for with all that npm would do besides left out', async () => {
    await registry()
    await install()
    const calls = await build.calls()
    const fresh = /--prefix (\S+) /.exec(calls.at(-1)!)![1]!
    expect(path.dirname(fresh)).to.equal(nodes)
    expect(calls.slice(0, 2).sort()).to.deep.equal(
      [`npm view ${NODE_PACKAGE} time --json ${QUICK}`, `npm view npm time --json ${QUICK}`].sort(),
    )
    expect(calls.slice(2)).to.deep.equal([
      `npm install --prefix ${fresh} --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error ${QUICK} ${NODE_PACKAGE}@${VERSION} npm@10.2.3`,
    ])
    expect(existsSync(fresh)).to.equal(false)
  })
  it('is there once it is there', async () => {
    await registry()
    await Promise.all([install(), install()])
    expect(await asked()).to.have.length(1)
    build.printed = ''
    await install()
    expect(build.printed).to.equal('')
  })
  it('is brought by one build at a time, until that one ends', async () => {
    build.stop.abort(new Error('stopped'))
    expect(await failure()).to.equal('stopped')
  })

  describe('has beside it an npm', () => {
    it('of its line, whatever its day, if the registry tells no days', async () => {
      for (const times of [
        'exit 1',
        says('"words"'),
        says('null'),
        says('{"cut'),
        'true',
        says('[]'),
      ]) {
        await registry({ times })
        await install()
        await removeFolder(dir())
      }
      expect([...new Set(await asked())]).to.deep.equal([
        `${NODE_PACKAGE}@${VERSION} npm@>=10.1 <10.9`,
      ])
    })
    it('of its line though it has no day itself', async () => {
      await registry({
        times: `case "$2" in npm) ${says(JSON.stringify(NPM_TIMES))};; *) exit 1;; esac`,
      })
      await install()
      expect((await asked())[0]).to.match(/npm@10\.2\.5$/)
    })
    it('that may lack npx', async () => {
      await registry({ npm: NPM.replace('; echo > bin/npx-cli.js', '') })
      await install()
      expect((await readdir(path.join(dir(), 'bin'))).sort()).to.deep.equal(['node', 'npm'])
    })
    it('in place of one that its package has', async () => {
      await registry({ node: `${NODE()}; echo old > bin/npm` })
      await install()
      expect(await readlink(path.join(dir(), 'bin/npm'))).to.contain('npm-cli.js')
    })
  })

  it('may be an archive in its package', async () => {
    await registry({
      node: `mkdir node-v${VERSION}-x; (cd node-v${VERSION}-x; ${NODE()}); echo > node-v.txt; echo > x-node-v1.tar.gz; tar czf node-v${VERSION}-x.tar.gz node-v${VERSION}-x; rm -r node-v${VERSION}-x`,
    })
    await install()
    expect((await readdir(dir())).sort()).to.deep.equal(['LICENSE', 'bin', 'include', 'lib'])
  })
  it('may lack what no app needs', async () => {
    await registry({ node: `${NODE()}; rm -r include LICENSE` })
    await install()
    expect((await readdir(dir())).sort()).to.deep.equal(['bin', 'lib'])
  })

  describe('is none, and leaves nothing,', () => {
    afterEach(async () => expect(await readdir(nodes)).to.deep.equal([]))

    it('if npm cannot have it, for its reason', async () => {
      const cases = [
        [
          'npm warn x\nnpm error code E404\nnpm error 404 Not Found - a\nnpm error more\nnpm error A complete log',
          '404 Not Found - a',
        ],
        ['npm ERR! A complete log of this run\nnpm ERR! Network down\nlast', 'Network down'],
        ['words\nthe last ones', 'the last ones'],
        ['npm error code E1\nnpm error A complete log: x', 'npm error A complete log: x'],
      ]
      for (const [text, why] of cases) {
        await registry({ install: `${says(text!)}exit 1` })
        expect(await failure()).to.equal(why)
      }
      await registry({ install: 'exit 1' })
      expect(await failure()).to.equal('npm says nothing')
    })
    it('if it is another one than it says, or does not run', async () => {
      await registry({ node: NODE('9.9.9') })
      expect(await failure()).to.equal('it does not run on this machine: v9.9.9')
      await registry({ node: `${NODE()}; printf '#!/bin/sh\\nexit 7\\n' > bin/node` })
      expect(await failure()).to.equal('it does not run on this machine: it ended with 7')
    })
    it('if its npm does not run', async () => {
      const broken = (script: string) =>
        registry({ npm: `${NPM}; printf '#!/bin/sh\\n${script}\\n' > bin/npm-cli.js` })
      await broken('echo first; echo broken; exit 1')
      expect(await failure()).to.equal('its npm does not run: broken')
      await broken('exit 5')
      expect(await failure()).to.equal('its npm does not run: it ended with 5')
    })
  })

  it('is none on a disk that has no room for it', async () => {
    await registry()
    const free = (bytes: number) => {
      fs.statfs = (async (at: string) => {
        expect(at).to.equal(nodes)
        return { bavail: bytes / 1024, bsize: 1024 }
      }) as unknown as typeof fs.statfs
      syncBuiltinESMExports()
    }
    free(600 * MB - 1024)
    expect(await failure()).to.equal(`the disk of ${nodes} has less than 600 MB left`)
    free(600 * MB)
    await install()
  })

  describe('is one of those that the registry lists', () => {
    const listed = async (text: string) => {
      await mkdir(nodes, { recursive: true })
      await registry({ versions: text })
      return publishedNodes(build.context())
    }

    it('be it one or many, whatever npm says before', async () => {
      expect(await listed(says('npm warn [x]\n["20.1.0",\n"20.2.0"]'))).to.deep.equal([
        '20.1.0',
        '20.2.0',
      ])
      expect(await listed(says('"20.1.0"'))).to.deep.equal(['20.1.0'])
      expect(await build.calls()).to.deep.equal(
        Array(2).fill(`npm view ${NODE_PACKAGE} versions --json ${QUICK}`),
      )
    })
    it('or is not known, if that is no list or there is none', async () => {
      for (const text of ['{}', '[7]', 'words', '["1.0.0", 7]', 'null'])
        expect((await rejection<Error>(listed(says(text)))).message, text).to.equal(
          `the registry's answer about ${NODE_PACKAGE} is not a list of versions`,
        )
      expect((await rejection<Error>(listed(`${says('npm error gone')}exit 1`))).message).to.equal(
        'gone',
      )
    })
  })
})
