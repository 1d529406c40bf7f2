import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { captureOutput } from '@oclif/test'
import { expect } from 'chai'
import Init from '../../src/commands/init.js'
import { EXIT_CODES } from '../../src/errors.js'
import { readEcosystem } from '../../src/ecosystem/index.js'
import type { InitParts, InitPlan } from '../../src/init/index.js'
import { cliFolder } from '../../src/paths.js'
import { keptNpm } from '../support/kept-npm/index.js'
import {
  contents,
  git,
  packRuntime,
  plainEcosystem,
  realFolder,
  removeFolders,
} from './real-folder.js'

let parts: InitParts

class TestInit extends Init {
  protected override parts(): InitParts {
    return parts
  }
}

/** What a user sees, off a terminal, and the exit status. */
async function shipitInit(
  ...argv: string[]
): Promise<{ stdout: string; stderr: string; status: number }> {
  const wasTty = process.stdin.isTTY
  process.stdin.isTTY = false
  const { stdout, stderr, error } = await captureOutput(() => TestInit.run(argv, cliFolder))
  process.stdin.isTTY = wasTty
  process.exitCode = undefined
  return { stdout, stderr, status: error ? (error.oclif?.exit ?? 1) : 0 }
}

/** npm takes seconds of CPU each time; what it does is tested beside this. */
function useKeptNpm(): void {
  const searchPath = process.env.PATH
  before(async () => {
    process.env.PATH = [await keptNpm(), searchPath].join(path.delimiter)
  })
  after(() => {
    process.env.PATH = searchPath
  })
}

const app = {
  'package.json': { name: 'api', version: '1.0.0', scripts: { start: 'nodemon server.js' } },
  'server.js': '',
}

describe('shipit init, as a user sees it', function () {
  this.timeout(60_000)
  useKeptNpm()
  before(() => {
    parts = { ecosystem: plainEcosystem, runtime: packRuntime('1.0.0') }
  })
  after(removeFolders)

  it('shows what it will do and why, does it, and says what to type next', async () => {
    const dir = realFolder(app)
    const { stdout, status } = await shipitInit('--yes', dir)
    expect(status).to.equal(0)
    expect(stdout).to.contain('server.js starts the app: scripts.start is `nodemon server.js`.')
    expect(stdout).to.contain('  + ecosystem.config.yml\n').and.to.contain('  ~ package.json\n')
    expect(stdout)
      .to.contain('Done: 5 files changed. Next:\n')
      .and.to.contain('git init && git add --all && git commit')
    expect(stdout).to.contain('\n  shipit deploy --local --app api\n')
    expect(existsSync(path.join(dir, 'package-lock.json'))).to.equal(true)
    const again = await shipitInit(dir)
    expect(again).to.include({ status: 0 })
    expect(again.stdout).to.contain('Nothing to change: the app is ready.')
  })

  it('is plain text of at most 80 columns in a pipe', async () => {
    const start =
      'npm run migrate && cross-env NODE_ENV=production DEBUG=app:* node --max-old-space-size=400 -r ./trace.js server.js'
    const { stdout } = await shipitInit(
      '--dry-run',
      realFolder({ ...app, 'package.json': { scripts: { start } } }),
    )
    expect(stdout).to.not.contain('\x1b')
    expect(stdout.split('\n').filter((line) => line.length > 80)).to.deep.equal([])
  })

  it('changes nothing with --dry-run', async () => {
    const dir = realFolder(app)
    const before = contents(dir)
    const { stdout, status } = await shipitInit('--dry-run', dir)
    expect(stdout).to.contain('Nothing was changed (--dry-run).')
    expect({ status, now: contents(dir) }).to.deep.equal({ status: 0, now: before })
  })

  it('does not ask where nobody can answer', async () => {
    const dir = realFolder(app)
    const before = contents(dir)
    const { stderr, status } = await shipitInit(dir)
    expect(status).to.equal(EXIT_CODES.usage.exit)
    expect(stderr).to.contain('--yes')
    expect(contents(dir)).to.deep.equal(before)
  })

  it('prints one object with --json', async () => {
    const dir = realFolder(app)
    const dry = JSON.parse((await shipitInit('--json', '--dry-run', dir)).stdout) as {
      plan: InitPlan
      applied: boolean
    }
    expect(dry.applied).to.equal(false)
    expect(dry.plan.steps.map(({ kind }) => kind)).to.deep.equal([
      'create',
      'create',
      'create',
      'edit',
      'run',
    ])
    const refused = JSON.parse((await shipitInit('--json', dir)).stdout) as {
      error: { exit_code: number }
    }
    expect(refused.error.exit_code).to.equal(EXIT_CODES.usage.exit)
    git(dir, 'init', '-q')
    const done = JSON.parse((await shipitInit('--json', '--yes', dir)).stdout) as {
      applied: boolean
    }
    expect(done.applied).to.equal(true)
    const again = JSON.parse((await shipitInit('--json', dir)).stdout) as {
      plan: InitPlan
      applied: boolean
    }
    expect(again).to.deep.include({ applied: false })
    expect(again.plan.steps).to.deep.equal([])
  })

  it('takes the flags', async () => {
    const dir = realFolder({ ...app, 'other.js': '' })
    const { status } = await shipitInit(
      '--yes',
      dir,
      '--name',
      'shop',
      '--entry',
      'other.js',
      '--instances',
      '2',
      '--memory',
      '200M',
      '--env',
      'homolog',
      '--env',
      'prod',
      '--format',
      'json',
    )
    expect(status).to.equal(0)
    expect(readFileSync(path.join(dir, 'ecosystem.config.json'), 'utf8')).to.equal(
      'name: shop\nscript: other.js\n{"instances":2,"memory":"200M","envNames":["homolog","prod"]}\n',
    )
  })

  for (const [flags, words] of [
    [['--instances', 'many'], /neither a number/],
    [['--instances', '0'], /neither a number/],
    [['--memory', 'lots'], /not a size/],
    [['--env', 'A=1'], /cannot be a name/],
    [['--name', ' '], /--name is empty/],
    [['--entry', 'gone.js'], /`gone.js` does not exist/],
    [['--format', 'toml'], /yml, json, js|yml\|json\|js/],
  ] as const) {
    it(`refuses ${flags.join(' ')}`, async () => {
      const { stderr, status } = await shipitInit('--yes', realFolder(app), ...flags)
      expect(status).to.equal(EXIT_CODES.usage.exit)
      expect(stderr).to.match(words)
    })
  }

  for (const [what, files, words] of [
    ['no package.json', { 'server.js': '' }, /There is no package\.json[^]*npm init/],
    ['a broken package.json', { 'package.json': '{\n "name": oops\n}' }, /line 2, column 10/],
    ['nothing to start', { 'package.json': {} }, /cannot tell what starts the app[^]*--entry FILE/],
    [
      'two lockfiles',
      { ...app, 'yarn.lock': '', 'pnpm-lock.yaml': '' },
      /two lockfiles: yarn\.lock and pnpm-lock\.yaml/,
    ],
  ] as const) {
    it(`says what to do about ${what}`, async () => {
      const { stderr, status } = await shipitInit('--yes', realFolder(files))
      expect(status).to.equal(EXIT_CODES.project.exit)
      expect(stderr).to.match(words)
    })
  }

  it('lets no byte of a file steer the terminal', async () => {
    const { stdout } = await shipitInit(
      '--dry-run',
      realFolder({
        'package.json': { scripts: { start: 'node server.js \x1b[2J' } },
        'server.js': '',
      }),
    )
    expect(stdout).to.not.contain('\x1b')
  })
})

describe('shipit init with ecosystem files as PM2 reads them', function () {
  this.timeout(60_000)
  useKeptNpm()
  before(() => {
    parts = { runtime: packRuntime('1.0.0') }
  })
  after(removeFolders)

  for (const [format, fileName] of [
    ['yml', 'ecosystem.config.yml'],
    ['json', 'ecosystem.config.json'],
    ['js', 'ecosystem.config.cjs'],
  ] as const) {
    it(`writes ${fileName}, which reads back as it was asked for, and changes nothing a second time`, async () => {
      const dir = realFolder({
        'package.json': {
          name: 'api',
          version: '1.0.0',
          type: 'module',
          scripts: {
            start: 'NODE_ENV=production node --max-old-space-size=200 server.js --port auto',
          },
        },
        'server.js': '',
      })
      expect(
        await shipitInit('--yes', dir, '--format', format, '--env', 'homolog', '--memory', '200M'),
      ).to.include({ status: 0 })
      const { apps, problems } = await readEcosystem(path.join(dir, fileName))
      expect(problems).to.deep.equal([])
      expect(apps).to.have.length(1)
      expect(apps[0]).to.deep.include({
        name: 'api',
        script: 'server.js',
        exec_mode: 'cluster',
        instances: 'max',
        max_memory_restart: 200 * 1024 * 1024,
      })
      expect(JSON.stringify([apps[0]!.args, apps[0]!.node_args]))
        .to.contain('--port')
        .and.contain('--max-old-space-size=200')
      expect(apps[0]!.env).to.include({ NODE_ENV: 'production' })
      expect(apps[0]).to.have.property('env_homolog')
      const manifest = JSON.parse(readFileSync(path.join(dir, 'package.json'), 'utf8')) as {
        scripts: { start: string }
      }
      expect(manifest.scripts.start).to.equal(`shipit-runtime start ${fileName}`)
      const before = contents(dir)
      expect((await shipitInit(dir)).stdout).to.contain('Nothing to change: the app is ready.')
      expect(contents(dir)).to.deep.equal(before)
    })
  }

  it('keeps a file that the app has, and its environment', async () => {
    const own =
      'module.exports = { apps: [{ name: "shop", script: "web.js", env_production: { A: "1" } }] } // mine\n'
    const dir = realFolder({
      'package.json': {
        name: 'api',
        version: '1.0.0',
        scripts: { start: 'pm2-runtime start ecosystem.config.js --env production' },
      },
      'web.js': '',
      'ecosystem.config.js': own,
    })
    expect(await shipitInit('--yes', dir)).to.include({ status: 0 })
    expect(readFileSync(path.join(dir, 'ecosystem.config.js'), 'utf8')).to.equal(own)
    expect(readFileSync(path.join(dir, 'package.json'), 'utf8')).to.contain(
      '"shipit-runtime start ecosystem.config.js --env production"',
    )
  })

  it('names the line and column of an option that nobody knows', async () => {
    const dir = realFolder({
      ...app,
      'ecosystem.config.yml': 'apps:\n  - name: api\n    script: server.js\n    instnces: 2\n',
    })
    const { stdout, stderr, status } = await shipitInit('--dry-run', dir)
    expect(`${stdout}${stderr}`)
      .to.match(/ecosystem\.config\.yml:4/)
      .and.to.match(/did you mean instances\?/)
    expect(status).to.equal(0)
  })

  it('names the line and column of an error in such a file, and changes nothing', async () => {
    const dir = realFolder({
      ...app,
      'ecosystem.config.yml': 'apps:\n  - name: api\n    script: 5\n',
    })
    const before = contents(dir)
    const { stdout, stderr, status } = await shipitInit('--yes', dir)
    expect(`${stdout}${stderr}`).to.match(/ecosystem\.config\.yml:3/)
    expect(status).to.equal(EXIT_CODES.project.exit)
    expect(contents(dir)).to.deep.equal(before)
  })
})
