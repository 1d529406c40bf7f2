import { spawn } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { plainApp } from '../e2e/support/apps.js'
import { daemonInfo } from '../e2e/support/platform.js'
import { World, type Outcome } from '../e2e/support/world.js'
import { inSoak } from '../support/soak.js'
import { until } from '../support/until.js'
import { filesWith, watchSecrets, type Sighting } from './secret-watch.js'

const ACCOUNT = 'canary-of-the-account-0123456789'
const PM2 = 'canaryofthedashboard0123456789'
const DEBUG = {
  DEBUG: '*',
  GIT_TRACE: '1',
  GIT_TRACE_CURL: '1',
  GIT_CURL_VERBOSE: '1',
  GIT_TRACE_REDACT: '0',
}
const HOOK = '#!/bin/sh\n{ env; timeout 1 cat <&3; } > "$HOME/hook.txt" 2>&1\n'

describe('secrets at every moment of init, deploy, keys set, run and dev', function () {
  this.timeout(240_000)
  if (process.platform !== 'linux') return
  let world: World
  before(async () => {
    world = await World.create()
    await mkdir(path.join(world.folder, 'tmp'))
    world.env.TMPDIR = path.join(world.folder, 'tmp')
  })
  after(() => world.close())

  /** The places of .github/SECURITY.md. */
  const isDocumented = ({ secret, place, program, cwd, moment }: Sighting): boolean => {
    if (place !== 'environment') return false
    if (secret === 'account') return /bin\/shipit\.js/.test(program) || moment === 'dev'
    return secret === 'dashboard' && cwd.startsWith(path.join(world.folder, 'state/local'))
  }
  const isDocumentedFile = (file: string): boolean =>
    /^state\/local\/(daemon\.json|settings\.json|authorizations\.json|apps\/[^/]+\.json)$/.test(
      file,
    )

  // It keeps a core busy for as long as it looks; test/e2e/secrets.test.ts is the short one.
  inSoak('are in the documented places alone', async () => {
    const dir = await world.write('quiet', plainApp('one'))
    await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
    await world.ok(['local', 'start'])
    const { token } = await daemonInfo(world)
    const secrets = {
      account: ACCOUNT,
      dashboard: PM2,
      platform: token,
      'platform as git sends it': Buffer.from(`shipit:${token}`).toString('base64').slice(8, 48),
    }
    const watch = watchSecrets(world.folder, secrets, path.join(world.folder, 'tmp'))
    const outcomes: Outcome[] = []
    const step = async (moment: string, args: string[], input?: string): Promise<void> => {
      watch.moment = moment
      outcomes.push(
        await world.shipit(args, {
          cwd: dir,
          env: { ...DEBUG, HEROKU_API_KEY: ACCOUNT },
          ...(input === undefined ? {} : { input }),
        }),
      )
      expect(outcomes.at(-1)!.status, outcomes.at(-1)!.output).to.equal(0)
    }
    const flags = ['--local', '--app', 'quiet']
    try {
      await step('init', ['init', '--yes'])
      await world.commit(dir, 'First')
      await writeFile(path.join(dir, '.git/hooks/pre-push'), HOOK)
      await chmod(path.join(dir, '.git/hooks/pre-push'), 0o755)
      await step('deploy', ['deploy', ...flags])
      await step(
        'keys set',
        ['keys', 'set', ...flags],
        `PM2_PUBLIC_KEY=public0key0canary\nPM2_SECRET_KEY=${PM2}\n`,
      )
      await step('run', ['run', ...flags, '--', 'node', '-e', '1'])
      watch.moment = 'dev'
      await world.run(
        'npm',
        ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
        { cwd: dir },
      )
      let pid = 0
      let printed = ''
      const dev = world.shipit(['dev'], {
        cwd: dir,
        env: { HEROKU_API_KEY: ACCOUNT },
        onSpawn: (spawned) => {
          pid = spawned
        },
        onOutput: (text) => {
          printed += text
        },
      })
      await until(
        () => `dev listens: ${printed}`,
        () => /listening, one/.test(printed),
        30_000,
      )
      process.kill(pid, 'SIGINT')
      outcomes.push(await dev)
    } finally {
      await watch.stop()
    }
    expect(watch.looks, 'looks').to.be.greaterThan(20)
    expect(watch.seen.filter((one) => !isDocumented(one))).to.deep.equal([])
    // It does see: where the account's token is documented to be, it was.
    expect(
      watch.seen.some(({ secret, place }) => secret === 'account' && place === 'environment'),
    ).to.equal(true)
    expect(
      outcomes.flatMap(({ output }) =>
        Object.entries(secrets)
          .filter(([, secret]) => output.includes(secret))
          .map(([name]) => name),
      ),
      'printed',
    ).to.deep.equal([])
    expect(
      (await filesWith(world.folder, secrets)).filter(({ file }) => !isDocumentedFile(file)),
    ).to.deep.equal([])
    expect(await readFile(path.join(world.folder, 'home/hook.txt'), 'utf8')).to.include('PATH=')
  })

  it('would be seen on a command line, in an environment, in a file', async () => {
    const secrets = { planted: 'planted-canary-0123456789' }
    const watch = watchSecrets(world.folder, secrets, path.join(world.folder, 'tmp'))
    watch.moment = 'plant'
    const wait = 'process.stdin.resume()'
    const children = [
      spawn(process.execPath, ['-e', wait, secrets.planted], {
        env: { ...world.env },
        stdio: ['pipe', 'ignore', 'ignore'],
      }),
      spawn(process.execPath, ['-e', wait], {
        env: { ...world.env, COPY: secrets.planted },
        stdio: ['pipe', 'ignore', 'ignore'],
      }),
    ]
    try {
      await writeFile(path.join(world.folder, 'tmp/planted.txt'), `x${secrets.planted}`)
      await until('all are seen', () =>
        ['command line', 'environment', 'temporary file'].every((place) =>
          watch.seen.some((one) => one.place === place),
        ),
      )
      expect((await filesWith(world.folder, secrets)).map(({ file }) => file)).to.deep.equal([
        'tmp/planted.txt',
      ])
    } finally {
      await watch.stop()
      for (const child of children) child.kill('SIGKILL')
    }
  })
})
