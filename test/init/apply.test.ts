import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { ShipitError } from '../../src/errors.js'
import { applyPlan, prepareInit, type InitOptions, type InitPlan } from '../../src/init/index.js'
import type { RuntimeTarball } from '../../src/init/runtime-tarball.js'
import { keptNpm } from '../support/kept-npm/index.js'
import { inSoak } from '../support/soak.js'
import { fakeNpm, withPath } from './fake-npm.js'
import {
  contents,
  git,
  options,
  packRuntime,
  plainEcosystem,
  realFolder,
  removeFolders,
} from './real-folder.js'

let runtime: RuntimeTarball
const app = {
  'package.json': { name: 'api', version: '1.0.0', scripts: { start: 'node server.js' } },
  'server.js': '',
}

async function prepare(
  dir: string,
  asked: Partial<InitOptions> = {},
  tarball = runtime,
): Promise<InitPlan> {
  return (await prepareInit(dir, options(asked), { ecosystem: plainEcosystem, runtime: tarball }))
    .plan
}

async function init(
  dir: string,
  asked: Partial<InitOptions> = {},
  tarball = runtime,
): Promise<InitPlan> {
  const plan = await prepare(dir, asked, tarball)
  await applyPlan(plan, { isInstallTried: false })
  return plan
}

/** Init without the package manager, where only the files count. */
async function initFiles(dir: string, asked: Partial<InitOptions> = {}): Promise<void> {
  const plan = await prepare(dir, asked)
  await applyPlan({ ...plan, steps: plan.steps.filter(({ kind }) => kind !== 'run') })
}

async function failure(promise: Promise<unknown>): Promise<ShipitError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ShipitError) return error
  throw error ?? new Error('nothing was thrown')
}

/** For what is about the other files: npm takes seconds of CPU each time. */
const withKeptNpm = (test: () => Promise<void>) => async () => withPath(await keptNpm(), test)

const json = (dir: string, file: string) =>
  JSON.parse(readFileSync(path.join(dir, file), 'utf8')) as { packages: Record<string, object> }
const npm = (dir: string, ...args: string[]) =>
  execFileSync('npm', args, { cwd: dir, stdio: 'pipe', encoding: 'utf8' })

describe('shipit init on a folder, with npm', function () {
  this.timeout(60_000)
  before(() => {
    runtime = packRuntime('1.0.0')
  })
  after(removeFolders)

  it('leaves an app that npm ci installs with the runtime in it', async () => {
    const dir = realFolder(app)
    await init(dir)
    expect(existsSync(path.join(dir, 'node_modules'))).to.equal(false)
    npm(dir, 'ci', '--ignore-scripts')
    expect(existsSync(path.join(dir, 'node_modules/.bin/shipit-runtime'))).to.equal(true)
  })

  it(
    'changes nothing when it is run again',
    withKeptNpm(async () => {
      const dir = realFolder({
        ...app,
        '.gitignore': 'dist\n*.tgz\n',
        Procfile: 'web: node server.js\n',
      })
      git(dir, 'init', '-q')
      await init(dir)
      const before = contents(dir)
      expect((await prepare(dir)).steps).to.deep.equal([])
      await init(dir)
      expect(contents(dir)).to.deep.equal(before)
    }),
  )

  for (const format of ['yml', 'json', 'js'] as const) {
    it(`writes no other file when it is run again with --force --format ${format}`, async () => {
      const dir = realFolder({ ...app, 'package.json': { ...app['package.json'], type: 'module' } })
      await initFiles(dir, { format })
      expect(
        (await prepare(dir, { format, force: true })).steps.map(({ kind }) => kind),
      ).to.deep.equal(['run'])
    })
  }

  it(
    'completes what a killed run left halfway',
    withKeptNpm(async () => {
      const whole = realFolder(app)
      const { steps } = await init(whole)
      for (let done = 1; done < steps.length; done++) {
        const dir = realFolder(app)
        const plan = await prepare(dir)
        await applyPlan({ ...plan, steps: plan.steps.slice(0, done) }, { isInstallTried: false })
        await init(dir)
        expect(contents(dir), `after ${done} steps`).to.deep.equal(contents(whole))
      }
    }),
  )

  it('keeps the lockfile that is there and the versions in it', async () => {
    const lock = {
      name: 'api',
      version: '1.0.0',
      lockfileVersion: 3,
      requires: true,
      packages: { '': { name: 'api', version: '1.0.0' } },
    }
    const dir = realFolder({ ...app, 'package-lock.json': lock })
    await init(dir)
    const { packages } = json(dir, 'package-lock.json')
    expect(packages['node_modules/shipit-runtime']).to.include({
      version: '1.0.0',
      resolved: 'file:vendor/shipit-runtime-1.0.0.tgz',
      integrity: `sha512-${runtime.sha512}`,
    })
  })

  it('replaces an older runtime, and one of the same version with other bytes', async () => {
    const dir = realFolder(app)
    await init(dir)
    for (const tarball of [
      packRuntime('1.1.0'),
      packRuntime('1.1.0', 'console.log("newly built")'),
    ]) {
      await init(dir, {}, tarball)
      expect(Object.keys(contents(dir)).filter((file) => file.startsWith('vendor/'))).to.deep.equal(
        ['vendor/shipit-runtime-1.1.0.tgz'],
      )
      npm(dir, 'ci', '--ignore-scripts', '--prefer-online')
      expect((await prepare(dir, {}, tarball)).steps).to.deep.equal([])
      rmSync(path.join(dir, 'node_modules'), { recursive: true })
    }
  })

  for (const ignored of ['vendor/', 'vendor', '/vendor/*', '*.tgz', '**/vendor/', '*.t*']) {
    it(`lets git commit the runtime where .gitignore says ${ignored}, and nothing else of it`, async () => {
      const dir = realFolder({ ...app, '.gitignore': `${ignored}\n`, 'vendor/other.tgz': 'x' })
      git(dir, 'init', '-q')
      await initFiles(dir)
      git(dir, 'add', '--all')
      expect(git(dir, 'ls-files', 'vendor').trim()).to.equal('vendor/shipit-runtime-1.0.0.tgz')
    })
  }

  it('sees what .gitignore does outside a repository too', async () => {
    const dir = realFolder({ ...app, '.gitignore': 'node_modules\n.env*\nlogs/\n*.log\nvendor\n' })
    const step = (await prepare(dir)).steps.find(({ file }) => file === '.gitignore')
    expect(step)
      .to.have.property('after')
      .that.equals(
        'node_modules\n.env*\nlogs/\n*.log\nvendor\n!/vendor/\n/vendor/*\n!/vendor/shipit-runtime-*.tgz\n',
      )
    expect(existsSync(path.join(dir, '.git'))).to.equal(false)
  })

  it('never writes over an ecosystem file without --force', async () => {
    const mine = '# mine\nscript: other.js\n'
    const dir = realFolder({ ...app, 'ecosystem.config.yml': mine, 'other.js': '' })
    await initFiles(dir, { name: 'x', memory: '1G' })
    expect(readFileSync(path.join(dir, 'ecosystem.config.yml'), 'utf8')).to.equal(mine)
    await initFiles(dir, { name: 'x', force: true })
    expect(readFileSync(path.join(dir, 'ecosystem.config.yml'), 'utf8')).to.contain(
      'name: x\nscript: other.js\n',
    )
  })

  it('shows what is wrong with an ecosystem file, with the line and column', async () => {
    const dir = realFolder({ ...app, 'ecosystem.config.yml': 'scrpt: server.js\n' })
    const error = await failure(prepare(dir))
    expect(error.code).to.equal('project')
    expect(error.why).to.equal(
      'ecosystem.config.yml:3:5 apps/0/scrpt: unknown option; did you mean script?',
    )
    expect((await prepare(dir, { force: true })).steps.map(({ file }) => file)).to.include(
      'ecosystem.config.yml',
    )
  })

  it('keeps the mode of a file that it edits', async () => {
    const dir = realFolder(app)
    chmodSync(path.join(dir, 'package.json'), 0o600)
    await initFiles(dir)
    expect(statSync(path.join(dir, 'package.json')).mode & 0o777).to.equal(0o600)
  })

  it('says when the folder is not there, or the tool is not', async () => {
    const dir = realFolder({ ...app, 'yarn.lock': '' })
    expect(await failure(prepare(path.join(dir, 'gone')))).to.include({
      code: 'usage',
      message: `There is no folder ${path.join(dir, 'gone')}.`,
    })
    expect(await failure(prepare(path.join(dir, 'server.js'))))
      .to.have.property('message')
      .that.matches(/is not a folder/)
    const path_ = process.env['PATH']
    process.env['PATH'] =
      path.dirname(process.execPath) === '/usr/bin' ? '/nowhere' : path.dirname(process.execPath)
    try {
      expect(await failure(prepare(dir))).to.include({
        code: 'project',
        message: 'yarn is not installed, and this app uses it.',
      })
    } finally {
      process.env['PATH'] = path_
    }
  })
})

describe('a half-failed init', function () {
  this.timeout(60_000)
  before(() => {
    runtime = packRuntime('1.0.0')
  })
  after(removeFolders)

  const rich = {
    ...app,
    Procfile: 'web: node server.js\n',
    '.gitignore': 'vendor\n',
    'vendor/shipit-runtime-0.9.0.tgz': 'old',
  }

  it('leaves the folder as it was when npm fails, and shows what npm said', async () => {
    const dir = realFolder(rich)
    chmodSync(path.join(dir, 'Procfile'), 0o640)
    const before = contents(dir)
    const error = await withPath(fakeNpm('fail'), () => failure(init(dir)))
    expect(error).to.include({
      code: 'project',
      message: 'npm could not bring package-lock.json in step. The folder is as it was before.',
    })
    expect(error.why).to.contain('the registry is on fire')
    expect(contents(dir)).to.deep.equal(before)
  })

  it('removes the vendor folder that it made, and puts an old lockfile back', async () => {
    const dir = realFolder({ ...app, 'package-lock.json': '{"lockfileVersion":3,"packages":{}}' })
    const before = contents(dir)
    await withPath(fakeNpm('fail'), () => failure(init(dir)))
    expect(contents(dir)).to.deep.equal(before)
  })

  it('leaves the folder as it was when a file cannot be written', async () => {
    const dir = realFolder(rich)
    const plan = await prepare(dir)
    const before = contents(dir)
    await applyPlan({
      ...plan,
      steps: [
        ...plan.steps.slice(0, -2),
        { kind: 'create', file: 'package.json/x', after: '', why: '' },
      ],
    }).then(
      () => expect.fail('it was written'),
      (error: unknown) => expect(String(error)).to.match(/ENOTDIR|EEXIST/),
    )
    expect(contents(dir)).to.deep.equal(before)
  })

  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const onSignal = signal === 'SIGINT' ? it : inSoak
    onSignal(`leaves the folder as it was on ${signal}`, async () => {
      const dir = realFolder(rich)
      const plan = await prepare(dir)
      const before = contents(dir)
      const { output, code } = await withPath(fakeNpm('hang'), () => stopMidway(dir, plan, signal))
      expect(output).to.match(/^Stopped by (Ctrl-C|SIG\w+)\. The folder is as it was before\.$/)
      expect(code).to.equal(status)
      rmSync(path.join(dir, 'half.done'))
      expect(contents(dir)).to.deep.equal(before)
    })
  }
})

/**
 * Starts the apply in a process of its own, waits until the package manager is at work, and sends
 * the signal.
 */
async function stopMidway(
  dir: string,
  plan: InitPlan,
  signal: NodeJS.Signals,
): Promise<{ output: string; code: number | null }> {
  const file = path.join(realFolder(), 'plan.json')
  writeFileSync(file, JSON.stringify(plan))
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', path.join(import.meta.dirname, 'apply-in-child.ts'), file],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(child, 'close')
  const deadline = Date.now() + 30_000
  while (
    !existsSync(path.join(dir, 'half.done')) &&
    Date.now() < deadline &&
    child.exitCode === null
  )
    await pause(20)
  child.kill(signal)
  const [code] = (await ended) as [number | null]
  return { output, code }
}
