import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readlink } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { expect } from 'chai'
import semver from 'semver'
import { NODE_PACKAGE } from '../../../src/embedded/build/node-install.js'
import { buildEnvironment } from '../../../src/embedded/build/environment.js'
import { provideNode, sweepNodes } from '../../../src/embedded/build/node-runtime.js'
import type { NodeRuntime } from '../../../src/embedded/build/context.js'
import { npmRangeBeside } from '../../../src/embedded/build/node-versions.js'
import { BuildOutput } from '../../../src/embedded/build/output.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { buildApp, writeTree, type Built, type Tree } from './build-app.js'
import { fakePlatform, type FakePlatform } from './fake-platform.js'
import { fakeRegistry, type FakeRegistry } from './fake-registry.js'

const OWN = process.versions.node
/** What the registry here has for it. */
const OWN_NPM = semver.maxSatisfying(['10.1.0', '11.0.0'], npmRangeBeside(OWN))!
/** A line that no machine of ours runs. */
const ODD = '23.1.0'

/** A binary that says it is another version, and is this one. */
const fakeNode = (version: string): Tree => ({
  'bin/node': `#!/bin/sh\n[ "$*" = "-p process.version" ] && { echo v${version}; exit; }\nexec "${process.execPath}" "$@"\n`,
  'include/node/node_version.h': '',
})

describe('the Node.js of an app', function () {
  this.timeout(60_000)
  let platform: FakePlatform
  let registry: FakeRegistry
  const kept = { ...process.env }

  before(async () => {
    platform = await fakePlatform()
    registry = await fakeRegistry(`${platform.root}-outside/registry`)
    for (const version of ['22.9.0', ODD, OWN])
      await registry.publish(NODE_PACKAGE, {
        version,
        files: fakeNode(version),
        at: '2025-06-01T00:00:00Z',
      })
    await registry.publish(NODE_PACKAGE, {
      version: '25.1.0',
      files: fakeNode('25.1.0'),
      isDamaged: true,
    })
    await registry.publish(NODE_PACKAGE, { version: '25.0.0', files: fakeNode('9.9.9') })
    await registry.publish('npm', {
      version: '10.1.0',
      files: {
        'bin/npm-cli.js': '#!/usr/bin/env node\nconsole.log("10.1.0")\n',
        'bin/npx-cli.js': '',
      },
      manifest: { bin: { npm: 'bin/npm-cli.js' } },
      at: '2025-01-01T00:00:00Z',
    })
    await registry.publish('npm', {
      version: '11.0.0',
      files: { 'bin/npm-cli.js': '#!/usr/bin/env node\nconsole.log("11.0.0")\n' },
      at: '2025-01-01T00:00:00Z',
    })
    process.env.SHIPIT_LOCAL_NODE = ''
    process.env.npm_config_registry = registry.url
    process.env.npm_config_cache = `${platform.root}-outside/npm-cache`
  })

  after(async () => {
    for (const name of ['SHIPIT_LOCAL_NODE', 'npm_config_registry', 'npm_config_cache']) {
      if (kept[name] === undefined) delete process.env[name]
      else process.env[name] = kept[name]
    }
    await registry.close()
    await removeFolder(`${platform.root}-outside`)
    await platform.close()
  })

  const app = (node?: string): Tree => ({
    'package.json': {
      name: 'app',
      version: '1.0.0',
      ...(node === undefined ? {} : { engines: { node } }),
      scripts: { start: 'node .' },
    },
  })
  const build = async (
    name: string,
    node?: string,
    configVars: Record<string, string> = {},
  ): Promise<Built> => buildApp(platform, await platform.createApp(name, configVars), app(node))
  /** The choice alone, without the rest of a build. */
  async function provide(
    asked: string,
    mode?: string,
    npm?: string,
  ): Promise<{ node: NodeRuntime; text: string }> {
    const work = path.join(platform.root, randomUUID())
    if (npm !== undefined)
      await writeTree(path.join(work, 'tools'), {
        'package.json': { name: 'npm', version: npm },
        'bin/npm': '#!/bin/sh\nPATH="${PATH#*:}" exec npm "$@"\n',
      })
    if (npm !== undefined) await chmod(path.join(work, 'tools/bin/npm'), 0o755)
    const programs = [
      ...(npm === undefined ? [] : [path.join(work, 'tools/bin')]),
      path.dirname(process.execPath),
    ]
    const places = {
      dir: path.join(work, 'app'),
      home: path.join(work, 'home'),
      temp: path.join(work, 'tmp'),
      programs,
      caches: path.join(work, 'shared'),
      nodes: nodes(),
    }
    for (const folder of [places.home, places.dir]) await mkdir(folder, { recursive: true })
    const env = buildEnvironment(process.env, {}, places, { commit: null, hasCacheSetting: false })
    let text = ''
    const output = new BuildOutput(path.join(work, 'output'), (chunk) => {
      text += chunk.toString()
    })
    try {
      const node = await provideNode(
        {
          places,
          env,
          hostEnv: env,
          configVars: {},
          cache: work,
          output,
          signal: new AbortController().signal,
          onProcessGroup: () => undefined,
        },
        asked,
        mode,
      )
      return { node, text }
    } finally {
      output.end()
    }
  }
  const nodes = (): string => path.join(platform.folders.caches, 'node')
  const installed = async () => (await readdir(nodes())).filter((name) => name !== 'versions.json')

  it('is brought once for two builds at a time, with the npm of its line, and linked into their slugs', async () => {
    const [one, two] = await Promise.all(['one', 'two'].map((name) => build(name, '23.x')))
    for (const {
      build: { status },
      text,
      slug,
    } of [one!, two!]) {
      expect(status, text).to.equal('succeeded')
      expect(text)
        .to.include('       Resolving node version 23.x...\n')
        .and.to.include('Using default npm version: 10.1.0')
        .and.to.include('Node.js 23.1.0 is now End-of-Life')
      expect(slug?.node).to.equal(path.join(nodes(), ODD))
      expect(await readlink(path.join(slug!.dir, '.heroku/node/bin/node'))).to.equal(
        path.join(nodes(), ODD, 'bin/node'),
      )
      expect(existsSync(path.join(slug!.dir, '.heroku/node/bin/npm'))).to.equal(true)
    }
    const brought = [one!, two!].filter(({ text }) =>
      text.includes('Downloading and installing node 23.1.0...'),
    )
    expect(brought).to.have.length(1)
    expect(brought[0]!.text).to.match(
      /Installed node 23\.1\.0 with npm 10\.1\.0 \(\d+ MB, kept for later builds\)/,
    )
    expect(registry.asked.filter((name) => name.endsWith(`-${ODD}.tgz`))).to.have.length(1)
    expect(await installed()).to.deep.equal([ODD])
  })

  it("is this machine's if that is the version, and its npm of the line that came with it", async () => {
    const { node, text } = await provide(OWN, undefined, OWN_NPM)
    expect(node).to.deep.equal({ version: OWN, dir: undefined })
    expect(text).to.include(`Using node ${OWN} of this machine`).and.not.to.include('THIS APP ASKS')
  })

  it('is another copy of that version if this machine has an npm that did not come with it', async () => {
    const { node, text } = await provide(OWN, undefined, '99.0.0')
    expect(node).to.deep.equal({ version: OWN, dir: path.join(nodes(), OWN) })
    expect(text).to.include(`Installed node ${OWN} with npm ${OWN_NPM} `)
    await removeFolder(path.join(nodes(), OWN))
  })

  it("is none for what no version satisfies, and for what is no range: the build fails in Heroku's words", async () => {
    for (const [name, range, words] of [
      ['none', '0.11.333', 'Error: No published Node.js version matches the requested range.'],
      ['odd', 'stable', 'Error: Invalid Node.js version requirement.'],
    ] as const) {
      const {
        build: { status },
        text,
      } = await build(name, range)
      expect(status).to.equal('failed')
      expect(text)
        .to.include(`Resolving node version ${range}...`)
        .and.to.include(words)
        .and.to.include(`package.json (${range})`)
    }
  })

  it("is not one whose digest is wrong, nor one that does not run as itself: this machine's runs, with a warning", async () => {
    const found = await Promise.all(['25.1.0', '25.0.0'].map((version) => provide(version)))
    for (const [index, { node, text }] of found.entries()) {
      expect(node.dir).to.equal(undefined)
      expect(text).to.match(
        [
          /THIS APP ASKS FOR NODE 25\.1\.0[^]*integrity checksum failed/,
          /THIS APP ASKS FOR NODE 25\.0\.0[^]*does not run on this machine: v9\.9\.9/,
        ][index]!,
      )
    }
    expect(await installed()).to.deep.equal([ODD])
  })

  it("is this machine's if SHIPIT_LOCAL_NODE says so", async () => {
    const { node, text } = await provide('23.x', 'machine')
    expect(node.dir).to.equal(undefined)
    expect(text)
      .to.include(`THIS APP ASKS FOR NODE 23.x AND RUNS ON NODE ${OWN} HERE.`)
      .and.to.include('SHIPIT_LOCAL_NODE=machine')
  })

  describe('without the registry', () => {
    before(() => {
      process.env.npm_config_registry = 'http://127.0.0.1:9/'
    })

    it('is one that was brought before if the range has it', async () => {
      const { node, text } = await provide('>=23 <24')
      expect(node).to.deep.equal({ version: ODD, dir: path.join(nodes(), ODD) })
      expect(text).to.include(`Using node ${ODD}`).and.not.to.include('Downloading')
    })

    it('is one that was brought before though the list names a newer one', async () => {
      const { node, text } = await provide('22.x || 23.x || 25.x')
      expect(node.version).to.equal(ODD)
      expect(text).to.include('The newest version could not be had')
    })

    it("is this machine's if that is the version, whatever its npm", async () => {
      expect((await provide(OWN, undefined, '99.0.0')).node).to.deep.equal({
        version: OWN,
        dir: undefined,
      })
    })

    it("is this machine's otherwise, with a warning that cannot be overlooked", async () => {
      const { node, text } = await provide('22.x')
      expect(node).to.deep.equal({ version: OWN, dir: undefined })
      expect(text)
        .to.include(`THIS APP ASKS FOR NODE 22.x AND RUNS ON NODE ${OWN} HERE.`)
        .and.to.include('Heroku would install what it asks for')
    })
  })

  it('goes once those that no slug uses take too much room, and what is left of half an installation goes at once', async () => {
    const dir = path.join(platform.root, 'swept')
    for (const name of ['22.1.0', '23.1.0', '.fresh-x'])
      await writeTree(path.join(dir, name), { 'bin/node': 'a program' })
    await sweepNodes(dir, [])
    expect(await readdir(dir)).to.have.members(['22.1.0', '23.1.0'])
    await sweepNodes(dir, [path.join(dir, '22.1.0')], 0)
    expect(await readdir(dir)).to.deep.equal(['22.1.0'])
  })
})
