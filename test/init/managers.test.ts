import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { applyPlan, prepareInit, type InitPlan, type LockReport } from '../../src/init/index.js'
import { childEnvironment } from '../../src/init/apply/run-command.js'
import { inSoak, isSoak } from '../support/soak.js'
import { withPath } from './fake-npm.js'
import {
  contents,
  options,
  packRuntime,
  plainEcosystem,
  realFolder,
  removeFolders,
} from './real-folder.js'
import type { RuntimeTarball } from '../../src/init/runtime-tarball.js'

interface Manager {
  name: string
  package: string
  bin: string
  tool: string
  files: Record<string, string>
  /** What Heroku runs: it fails if the lockfile is not in step. */
  install: string[]
}

const managers: Manager[] = [
  {
    name: 'Yarn 1',
    package: 'yarn@1.22.22',
    bin: 'yarn/bin/yarn.js',
    tool: 'yarn',
    files: { 'yarn.lock': '# yarn lockfile v1\n' },
    install: ['install', '--frozen-lockfile', '--ignore-scripts'],
  },
  {
    name: 'Yarn 4',
    package: '@yarnpkg/cli-dist@4.18.1',
    bin: '@yarnpkg/cli-dist/bin/yarn.js',
    tool: 'yarn',
    files: {
      'yarn.lock': '',
      '.yarnrc.yml': 'nodeLinker: node-modules\nenableGlobalCache: true\n',
    },
    install: ['install', '--immutable'],
  },
  {
    name: 'pnpm',
    package: 'pnpm@9.15.9',
    bin: 'pnpm/bin/pnpm.cjs',
    tool: 'pnpm',
    files: { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" },
    install: ['install', '--frozen-lockfile', '--ignore-scripts'],
  },
]

const manifest =
  '{\n\t"scripts": {\n\t\t"start": "node server.js"\n\t},\n\t"name": "api",\n\t"dependencies": {\n\t\t"ms": "2.1.3"\n\t}\n}\n'

describe('shipit init with the other package managers', function () {
  this.timeout(120_000)
  let runtimes: RuntimeTarball[]
  before(() => {
    runtimes = [
      packRuntime('1.0.0'),
      packRuntime('1.0.0', 'console.log("newly built")'),
      packRuntime('1.1.0'),
    ]
  })
  after(removeFolders)

  for (const manager of managers) {
    describe(manager.name, () => {
      let bin: string
      before(function () {
        // All of its tests are the soak's.
        if (manager.name === 'Yarn 4' && !isSoak) this.skip()
        bin = installed(manager)
      })

      // Of Yarn 1 the next test shows as much; pnpm stands for those with a lockfile in YAML.
      const inStep = manager.name === 'pnpm' ? it : inSoak
      inStep(
        'brings the lockfile in step so that a frozen install passes, and runs none twice',
        async () => {
          const dir = realFolder({ 'package.json': manifest, 'server.js': '', ...manager.files })
          const before = new Set(Object.keys(contents(dir)))
          expect(await init(dir, bin, runtimes[0]!, true)).to.deep.equal({
            install: 'proved',
            notes: [],
          })
          const added = Object.keys(contents(dir)).filter(
            (file) => !before.has(file) && !file.startsWith('.yarn'),
          )
          expect(added.sort()).to.deep.equal([
            '.gitignore',
            'ecosystem.config.yml',
            'vendor',
            'vendor/shipit-runtime-1.0.0.tgz',
          ])
          expect(readFileSync(path.join(dir, 'package.json'), 'utf8')).to.match(
            /^\{\n\t"scripts": \{\n\t\t"start": "shipit-runtime/,
          )
          frozenInstall(manager, bin, dir)
          expect(existsSync(path.join(dir, 'node_modules/.bin/shipit-runtime'))).to.equal(true)
          expect((await prepare(dir, bin, runtimes[0]!)).steps).to.deep.equal([])
        },
      )

      // One manager stands for all: Yarn 1 has a cache that goes by names.
      const inTurn = manager.name === 'Yarn 1' ? it : inSoak
      inTurn(
        'takes a runtime of the same version and other bytes, and then a newer one',
        async () => {
          const dir = realFolder({ 'package.json': manifest, 'server.js': '', ...manager.files })
          for (const runtime of runtimes) {
            await init(dir, bin, runtime)
            if (runtime === runtimes[1]) frozenInstall(manager, bin, dir)
            expect((await prepare(dir, bin, runtime)).steps).to.deep.equal([])
          }
        },
      )

      const onFailure = manager.name === 'pnpm' ? it : inSoak
      onFailure(
        'leaves the folder as it was when the version that package.json names does not exist',
        async () => {
          const dir = realFolder({
            'package.json': manifest.replace('2.1.3', '99.99.99'),
            'server.js': '',
            ...manager.files,
          })
          const before = contents(dir)
          const error: unknown = await init(dir, bin, runtimes[0]!).catch(
            (reason: unknown) => reason,
          )
          expect(error).to.have.property(
            'message',
            `${manager.tool} could not bring ${Object.keys(manager.files)[0]} in step. The folder is as it was before.`,
          )
          expect(error).to.have.property('why').that.contains('99.99.99')
          expect(contents(dir)).to.deep.equal(before)
        },
      )
    })
  }
})

function prepare(dir: string, bin: string, runtime: RuntimeTarball): Promise<InitPlan> {
  return withPath(
    bin,
    async () => (await prepareInit(dir, options(), { ecosystem: plainEcosystem, runtime })).plan,
  )
}

async function init(
  dir: string,
  bin: string,
  runtime: RuntimeTarball,
  isInstallTried = false,
): Promise<LockReport | undefined> {
  const plan = await prepare(dir, bin, runtime)
  return withPath(bin, () => applyPlan(plan, { isInstallTried }))
}

/**
 * The manager in a folder of its own, with a bin folder for PATH. Its caches lie there too, so that
 * runs do not meet.
 */
function installed(manager: Manager): string {
  const home = realFolder()
  execFileSync(
    'npm',
    [
      'install',
      '--prefix',
      home,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--silent',
      manager.package,
    ],
    { stdio: 'pipe', env: childEnvironment(process.env) },
  )
  const bin = path.join(home, 'bin')
  mkdirSync(bin)
  const own = Object.entries({
    YARN_CACHE_FOLDER: 'cache',
    YARN_GLOBAL_FOLDER: 'global',
    XDG_DATA_HOME: 'data',
    XDG_CACHE_HOME: 'xdg-cache',
    XDG_STATE_HOME: 'state',
    PNPM_HOME: 'pnpm',
  })
  const exports = own.map(([name, dir]) => `export ${name}='${path.join(home, dir)}'`).join('\n')
  writeFileSync(
    path.join(bin, manager.tool),
    `#!/bin/sh\n${exports}\nexec '${process.execPath}' '${path.join(home, 'node_modules', manager.bin)}' "$@"\n`,
  )
  chmodSync(path.join(bin, manager.tool), 0o755)
  return bin
}

function frozenInstall(manager: Manager, bin: string, dir: string): void {
  execFileSync(path.join(bin, manager.tool), manager.install, {
    cwd: dir,
    stdio: 'pipe',
    env: { ...childEnvironment(process.env), YARN_ENABLE_IMMUTABLE_INSTALLS: 'true' },
  })
}
