/**
 * The package as users get it: packed and from git, installed by npm on a bare machine, each line of
 * Node.js that shipit supports. Not part of `npm test`: see package.json.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { parse } from 'yaml'
import { githubWorkflow } from '../../src/init/ci/github.js'
import { packageRoot } from '../../src/paths.js'
import { BareMachine } from './machine.js'

const run = promisify(execFile)
const APP = {
  'package.json': JSON.stringify({
    name: 'hello',
    version: '1.0.0',
    private: true,
    scripts: { start: 'node server.js' },
  }),
  'server.js': `require('node:http').createServer((_, answer) => answer.end('hello')).listen(process.env.PORT)\n`,
}
function workflowInstall(): string {
  const workflow = parse(
    githubWorkflow({ deploy: {}, packageManager: 'npm', hasLockfile: true, hasEngines: true }),
  ) as { jobs: { deploy: { steps: { name?: string; run: string }[] } } }
  return workflow.jobs.deploy.steps.find(({ name }) => name === 'Install shipit')!.run
}

/** What bash does for a Tab after `shipit dep`. */
const TAB = `
eval "$(shipit autocomplete script bash)"
COMP_LINE='shipit dep' COMP_POINT=10
_shipit
printf '%s\\n' "\${COMPREPLY[@]}"
`
/** What a package of ours may not make npm say to who installs it. */
const WARNINGS = /npm (?:warn|error)/i
/**
 * What npm 11.19 says of every package that it has made of a repository with a `prepare` script,
 * unless the repository is of a host that it knows (pacote's lib/git.js reads the packed
 * package.json only there, and ours has no scripts).
 */
const OF_GIT = /^npm warn install-scripts(?!.*(?:install|preinstall|postinstall):)/

/** The resolver of many a machine does not know the names under `localhost`. */
async function get(url: string): Promise<string> {
  const { port, host } = new URL(url)
  const request = http.get({ host: '127.0.0.1', port, headers: { host } })
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
  return text(answer)
}

describe('shipit, installed by npm', function () {
  this.timeout(15 * 60_000)
  let folder: string
  let cache: string
  let tarball: string
  let machine: BareMachine | undefined

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'shipit-pack-'))
    // Another user installs from it.
    await chmod(folder, 0o755)
    cache = path.join(folder, 'npm')
    await mkdir(cache)
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: packageRoot,
      maxBuffer: 64 * 1024 * 1024,
    })
    const [packed] = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>)
    tarball = path.join(folder, packed!.filename)
  })
  afterEach(async () => {
    const open = machine
    machine = undefined
    await open?.close()
  })
  after(() => rm(folder, { recursive: true, force: true }))

  /** A user's first minutes: init, deploy, logs, ps, completion. */
  async function use(on: BareMachine): Promise<void> {
    const dir = await on.project('hello', APP)
    await on.ok('git', ['init', '--quiet', '--initial-branch', 'main'], dir)
    await on.ok('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], dir)
    await on.ok('shipit', ['init', '--yes'], dir)
    await on.ok('git', ['add', '--all'], dir)
    await on.ok('git', ['commit', '--quiet', '--message', 'Hello'], dir)
    const local = ['--local', '--app', 'hello']
    try {
      const { stdout } = await on.ok('shipit', ['deploy', ...local, '--json'], dir)
      const { url } = JSON.parse(stdout) as { url: string }
      expect(await get(url)).to.equal('hello')
      const ps = await on.ok('shipit', ['ps', ...local, '--json'], dir)
      expect(ps.stdout).to.include('"web.1"')
      const logs = await on.ok('shipit', ['logs', ...local, '--num', '100'], dir)
      expect(logs.stdout).to.include('app[web.1]: ')
      const completed = await on.ok('bash', ['-c', TAB], dir)
      expect(completed.stdout).to.equal('deploy\n')
    } finally {
      await on.ok('shipit', ['local', 'stop'], dir)
    }
  }

  for (const line of [20, 22, 24])
    it(`from a tarball, on Node.js ${line}`, async () => {
      machine = await BareMachine.create(line, cache)
      // The newest by the line of the workflow that `init --ci github` writes.
      const installed = await (line === 24
        ? machine.ok('env', [`SHIPIT_PACKAGE=${tarball}`, 'bash', '-e', '-c', workflowInstall()])
        : machine.ok('npm', ['install', '--global', tarball]))
      expect(installed.stderr).not.to.match(WARNINGS)
      const { stdout } = await machine.ok('shipit', ['--version'])
      expect(stdout).to.include(`node-v${line}.`)
      await use(machine)
    })

  it('by npx, without an install', async () => {
    machine = await BareMachine.create(22, cache)
    const { stdout } = await machine.ok('npx', [
      '--yes',
      '--package',
      tarball,
      'shipit',
      '--version',
    ])
    expect(stdout).to.match(/^shipit-heroku\//)
  })

  it('from git, for the whole machine and for a project', async () => {
    machine = await BareMachine.create(20, cache)
    const repository = path.join(folder, 'shipit.git')
    await run('git', ['clone', '--quiet', '--bare', '--no-hardlinks', packageRoot, repository])
    const source = `git+file://${repository}`
    await machine.ok('git', ['config', '--global', '--add', 'safe.directory', '*'])
    const installed = await machine.ok('npm', ['install', '--global', source])
    expect(
      installed.stderr
        .split('\n')
        .filter((one) => !OF_GIT.test(one))
        .join('\n'),
    ).not.to.match(WARNINGS)
    await use(machine)
    const dir = await machine.project('other', {
      'package.json': '{"name":"other","private":true}',
    })
    await machine.ok('npm', ['install', '--save-dev', source], dir)
    const { stdout } = await machine.ok('npx', ['shipit', '--version'], dir)
    expect(stdout).to.match(/^shipit-heroku\//)
  })
})
