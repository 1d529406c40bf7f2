import { expect } from 'chai'
import { ShipitError } from '../../src/errors.js'
import { prepareInit } from '../../src/init/index.js'
import { findProject, prepareUpload } from '../../src/deploy/index.js'
import { folderWarnings } from '../../src/deploy/source/folder-warnings.js'
import { gatherFolder } from '../../src/doctor/index.js'
import { lockfileAdvice } from '../../src/project/used-manager.js'
import { memoryFolder } from './memory-folder.js'
import { git, options, packRuntime, realFolder, removeFolders } from './real-folder.js'
import type { RuntimeTarball } from '../../src/init/runtime-tarball.js'
import type { FileStep } from '../../src/init/types.js'

type Files = Record<string, string | object>

const api = (more: object = {}) => ({
  name: 'api',
  scripts: { start: 'node server.js' },
  dependencies: { '@acme/lib': '*' },
  ...more,
})
const repository = (root: object = {}, more: Files = {}): Files => ({
  'package.json': { name: 'acme', private: true, workspaces: ['packages/*'], ...root },
  'packages/api/package.json': api(),
  'packages/api/server.js': '',
  'packages/lib/package.json': { name: '@acme/lib', version: '1.0.0' },
  ...more,
})

async function failure(promise: Promise<unknown>): Promise<ShipitError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ShipitError) return error
  throw error ?? new Error('nothing was thrown')
}

describe('init of a workspace', function () {
  this.timeout(30_000)
  let runtime: RuntimeTarball
  before(() => {
    runtime = packRuntime('1.0.0')
  })
  after(removeFolders)

  const plan = async (files: Files, folder = 'packages/api') => {
    const root = realFolder(files)
    const { plan: made } = await prepareInit(`${root}/${folder}`, options(), { runtime })
    const after = (file: string) =>
      (made.steps.find((step) => step.file === file && step.kind !== 'run') as FileStep | undefined)
        ?.after
    return {
      ...made,
      isOfRoot: made.dir === root,
      ecosystem: after('ecosystem.config.yml'),
      manifest: after('package.json'),
    }
  }

  it('with siblings sets up the root, which Heroku must have, and starts it in its folder', async () => {
    const made = await plan(repository())
    expect(made.isOfRoot).to.equal(true)
    expect(made.ecosystem)
      .to.match(/script: server\.js/)
      .and.match(/cwd: packages\/api/)
    expect(made.decisions[0]).to.include('packages/api').and.include('needs @acme/lib beside it')
    expect(JSON.parse(made.manifest!)).to.have.nested.property(
      'scripts.start',
      'shipit-runtime start ecosystem.config.yml',
    )
  })

  it("finds siblings by pnpm's file and by a path, too", async () => {
    const pnpm = repository(
      { workspaces: undefined },
      {
        'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
        'packages/api/package.json': api({ dependencies: { '@acme/lib': 'workspace:^' } }),
      },
    )
    expect((await plan(pnpm)).isOfRoot).to.equal(true)
    expect(
      (
        await plan(
          repository(
            {},
            { 'packages/api/package.json': api({ dependencies: { lib: 'file:../lib' } }) },
          ),
        )
      ).isOfRoot,
    ).to.equal(true)
  })

  it('that needs no other sets up that folder alone', async () => {
    for (const dependencies of [{}, { express: '5' }, { '@acme/lib': 'npm:other@1' }]) {
      expect(
        (await plan(repository({}, { 'packages/api/package.json': api({ dependencies }) })))
          .isOfRoot,
        JSON.stringify(dependencies),
      ).to.equal(false)
    }
    expect(
      (
        await plan({
          ...repository({ workspaces: undefined }),
          'packages/api/package.json': api({ dependencies: {} }),
        })
      ).isOfRoot,
    ).to.equal(false)
  })

  it('stops where the root starts something else, and says what to do', async () => {
    const error = await failure(
      plan(repository({ scripts: { start: 'node other.js' } }, { 'other.js': '' })),
    )
    expect(error.message).to.include('packages/api needs @acme/lib beside it')
    expect(error.why).to.include('scripts.start is `node other.js`')
    expect((await plan(repository({ scripts: { start: 'npm start -w api' } }))).ecosystem).to.match(
      /cwd: packages\/api/,
    )
  })

  it('names the build script that the root lacks', async () => {
    const typed = {
      'packages/api/package.json': api({ scripts: { build: 'tsc', start: 'node dist/server.js' } }),
      'packages/api/server.js': '',
    }
    const error = await failure(plan(repository({}, typed)))
    expect(`${error.why} ${error.next}`)
      .to.include('runs the build script of the root alone')
      .and.include('"build": "npm run build --workspaces --if-present"')
  })
})

describe('a deploy of a folder alone', function () {
  this.timeout(30_000)
  after(removeFolders)

  const warnings = async (files: Files) => {
    const root = realFolder(files)
    git(root, 'init', '-q')
    git(root, 'add', '--all')
    git(root, 'commit', '-qm', 'First')
    const commit = { id: git(root, 'rev-parse', 'HEAD').trim(), short: 'abc', subject: 'First' }
    const facts = await gatherFolder({
      root,
      folder: 'packages/api',
      ecosystem: undefined,
      isRepository: true,
      commit,
      uncommitted: [],
    })
    return folderWarnings(root, commit, 'packages/api', facts)
  }

  it('is refused before the push if it needs what lies outside, with the way to deploy the root', async () => {
    for (const spec of ['workspace:*', 'file:../lib', 'link:../lib', 'portal:../lib']) {
      const error = await failure(
        warnings(
          repository(
            {},
            { 'packages/api/package.json': api({ dependencies: { '@acme/lib': spec } }) },
          ),
        ),
      )
      expect(error.message).to.include('cannot be deployed alone').and.include('Nothing was pushed')
      expect(error.why).to.include(`@acme/lib (${spec})`)
      expect(error.next).to.include('shipit init packages/api\n')
    }
  })

  it('warns of a sibling that the registry may have under its name, and of a lockfile that stays behind', async () => {
    const all = await warnings(repository({}, { 'package-lock.json': {} }))
    expect(all).to.have.length(2)
    expect(all[0])
      .to.include('package-lock.json of the root is not in this deploy')
      .and.include('To deploy the root')
    expect(all[1]).to.include(
      '@acme/lib of this repository is not in this deploy of packages/api alone',
    )
    expect(
      await warnings(
        repository({}, { 'packages/api/package.json': api({ dependencies: { express: '5' } }) }),
      ),
    ).to.deep.equal([])
  })

  it('is held to the same where its files are sent as they are', async () => {
    const sent = async (spec: string) => {
      const ecosystem = 'apps:\n  - name: api\n    script: server.js\n'
      const root = realFolder(
        repository(
          {},
          {
            'packages/api/package.json': api({ dependencies: { '@acme/lib': spec } }),
            'packages/api/ecosystem.config.yml': ecosystem,
          },
        ),
      )
      git(root, 'init', '-q')
      git(root, 'add', '-A')
      git(root, 'commit', '-qm', 'First')
      return prepareUpload(await findProject(root, 'packages/api'), {
        isFolderTyped: true,
        environment: () => Promise.resolve(undefined),
      })
    }
    expect((await failure(sent('workspace:*'))).message).to.include(
      'packages/api cannot be deployed alone',
    )
    expect((await sent('*')).source.warnings.join('\n')).to.include(
      '@acme/lib of this repository is not in this deploy of packages/api alone',
    )
  })
})

describe('the advice on several lockfiles', () => {
  const both = { 'package-lock.json': '{}', 'yarn.lock': '' }
  const advice = (
    manifest: {
      engines?: Record<string, string>
      packageManager?: string
      scripts?: Record<string, string>
      dependencies?: Record<string, string>
    },
    files: Record<string, string> = both,
  ) =>
    lockfileAdvice(
      ['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'npm-shrinkwrap.json'].filter(
        (file) => file in files,
      ),
      { manifest: { engines: {}, ...manifest }, folder: memoryFolder(files) },
    )

  it('keeps the one that package.json, settings, scripts, node_modules or the dependencies themselves speak for', () => {
    const yarn = /^Keep yarn\.lock, because [^]*:\ngit rm package-lock\.json$/
    const npm = /^Keep package-lock\.json, because [^]*:\ngit rm yarn\.lock$/
    expect(advice({ packageManager: 'yarn@1.22.22' })).to.match(yarn)
    expect(advice({ engines: { npm: '10' } })).to.match(npm)
    expect(advice({}, { ...both, '.yarnrc.yml': '' })).to.match(yarn)
    expect(advice({ scripts: { build: 'yarn clean && tsc' } })).to.match(yarn)
    expect(advice({}, { ...both, Procfile: 'web: yarn start\n' })).to.match(yarn)
    expect(advice({}, { ...both, 'node_modules/.package-lock.json': '' })).to.match(npm)
    expect(
      advice(
        { dependencies: { ms: '2' } },
        { 'package-lock.json': '{"packages":{"node_modules/ms":{}}}', 'yarn.lock': '' },
      ),
    ).to.match(npm)
    expect(advice({}, { 'package-lock.json': '', 'npm-shrinkwrap.json': '' })).to.match(
      /npm-shrinkwrap|package-lock/,
    )
  })

  it('names both ways where nothing tells', () => {
    expect(advice({ scripts: { start: 'npm run x' } })).to.equal(
      'Keep the one of the package manager that you use:\ngit rm yarn.lock  # if that is npm\ngit rm package-lock.json  # if that is yarn',
    )
  })
})
