import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { packageRoot } from '../../src/paths.js'
import { until } from '../../src/lib/until.js'
import { inSoak } from '../support/soak.js'
import { plainApp, plainServer } from './support/apps.js'
import { platformRequest } from './support/platform.js'
import { found } from './support/runtimes.js'
import { World, type Outcome } from './support/world.js'

interface Release {
  version: number
  status: string
  current: boolean
  description: string
}
interface Running {
  pid: number
  output: () => string
  ended: Promise<Outcome>
}

/**
 * Deploys that meet one another, and deploys that are stopped, each at a moment that a gate holds
 * open.
 */
describe('a deploy that is not alone, or is stopped', function () {
  this.timeout(180_000)
  let world: World
  let dir: string
  let url: string
  const flags = ['--local', '--app', 'turns']
  const gate = (name: string): string => path.join(world.folder, `gate-${name}`)
  const open = (name: string): Promise<void> => writeFile(gate(name), '')
  const shut = (name: string): Promise<void> => rm(gate(name), { force: true })

  const start = async (args: string[], cwd = dir): Promise<Running> => {
    let output = ''
    const running: Partial<Running> = { output: () => output }
    await new Promise<void>((resolve, reject) => {
      running.ended = world.shipit(args, {
        cwd,
        onOutput: (text) => {
          output += text
        },
        onSpawn: (pid) => {
          running.pid = pid
          resolve()
        },
      })
      running.ended.catch(reject)
    })
    return running as Running
  }
  const says = async ({ output, ended }: Running, words: RegExp): Promise<void> => {
    const over = ended.then(() => 'over' as const)
    const seen = await Promise.race([
      over,
      until(() => words.test(output()), { timeout: 60_000, every: 20 }),
    ])
    expect(seen === 'over' ? words.test(output()) : seen, output()).to.equal(true)
  }
  const change = async (word: string, where = dir): Promise<void> => {
    await writeFile(path.join(where, 'server.js'), plainServer(word))
    await world.commit(where, word)
  }
  const releases = async (): Promise<Release[]> =>
    (await platformRequest<Release[]>(world, 'GET', '/apps/turns/releases'))
      .map(({ version, status, current, description }) => ({
        version,
        status,
        current,
        description,
      }))
      .sort((one, other) => other.version - one.version)
  const gitLeft = async (): Promise<string[]> =>
    (await world.processes())
      .map(({ command }) => command)
      .filter((command) => /git(-remote-http)? push|git-remote-http|send-pack/.test(command))

  before(async () => {
    world = await World.create()
    const wait = (name: string): string =>
      `node -e "const until = () => require('fs').existsSync('${gate(name)}') || setTimeout(until, 20); until()"`
    const files = plainApp('one')
    dir = await world.app('turns', {
      ...files,
      'package.json': {
        ...(files['package.json'] as object),
        scripts: { start: 'node server.js', 'heroku-postbuild': wait('build') },
      },
      Procfile: `web: npm start\nrelease: ${wait('release')}\n`,
    })
    await open('build')
    await open('release')
    url = (await world.json<{ url: string }>(['deploy', ...flags], { cwd: dir })).url
    await world.run('git', ['clone', '--quiet', dir, path.join(world.folder, 'clone')])
  })
  after(() => world.close())

  it('refuses another commit, lets the third wait, and one of the same commit go on where the first was killed', async () => {
    await shut('build')
    await change('two')
    const first = await start(['deploy', ...flags])
    await says(first, /Compressing source|Building/)

    const clone = path.join(world.folder, 'clone')
    await world.git(clone, 'pull', '--quiet')
    await change('three', clone)
    const refused = await world.shipit(['deploy', ...flags, '--json'], { cwd: clone })
    expect(refused.status, refused.output).to.equal(7)
    const { error } = JSON.parse(refused.stdout) as {
      error: { message: string; in_progress: { stage: string; by: string } }
    }
    expect(error.message).to.match(
      /^Another deploy of turns is in progress: commit [0-9a-f]{7} by \S+@\S+ is being built, since /,
    )

    const third = await start(['deploy', ...flags, '--lock-wait', '2m'], clone)
    await says(third, /Waiting for another deploy: commit [0-9a-f]{7} by/)
    process.kill(first.pid, 'SIGKILL')
    await first.ended
    const second = await start(['deploy', ...flags])
    await says(second, /is being deployed to turns .* already.*Following it to its end/)
    await open('build')

    const [followed, waited] = await Promise.all([second.ended, third.ended])
    // The third may have taken its turn while the dynos of the second were still starting: that is
    // said, and no success.
    expect(followed.status, followed.output).to.be.oneOf([0, 7])
    if (followed.status === 7) expect(followed.output).to.include('was replaced while it came up')
    expect(waited.status, waited.output).to.equal(0)
    expect((await get(url)).body).to.equal('three')
    expect(followed.output).to.not.include('Pushing')
    await world.git(dir, 'pull', '--quiet', clone, 'main')
  })

  inSoak('follows a release phase that a killed deploy has left', async () => {
    await shut('release')
    await change('four')
    const first = await start(['deploy', ...flags])
    await until(async () => (await releases())[0]?.status === 'pending', {
      timeout: 60_000,
      every: 50,
    })
    process.kill(first.pid, 'SIGKILL')
    await first.ended
    const second = await start(['deploy', ...flags])
    await says(second, /already: (v\d+, )?commit/)
    await open('release')
    expect((await second.ended).status, second.output()).to.equal(0)
    expect((await get(url)).body).to.equal('four')
  })

  for (const [by, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const declare = by === 'SIGINT' ? it : inSoak
    declare(
      `${by} in a build cancels it and ends with ${status}, no git process, and the old release`,
      async () => {
        await shut('build')
        await change(`never by ${by}`)
        const before = await releases()
        const { body: serving } = await get(url)
        const deploy = await start(['deploy', ...flags])
        await says(deploy, /Compressing source|Building/)
        process.kill(deploy.pid, by)
        const outcome = await deploy.ended
        expect(await gitLeft()).to.deep.equal([])
        expect(outcome.status, outcome.output).to.equal(status)
        expect(outcome.output)
          .to.include('The build is cancelled.')
          .and.to.match(/Stopped by (Ctrl-C|SIGTERM)\. v\d+ serves, as before\./)
        const builds = await platformRequest<{ status: string; created_at: string }[]>(
          world,
          'GET',
          '/apps/turns/builds',
        )
        expect(
          builds.sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at))[0],
        ).to.include({ status: 'failed' })
        expect(await releases()).to.deep.equal(before)
        expect((await get(url)).body).to.equal(serving)
      },
    )
  }

  inSoak(
    'a terminal that is closed in a build leaves the old release too, and no process',
    async function () {
      // util-linux' script gives the CLI a terminal, and takes it away when it is killed.
      if (process.platform !== 'linux' || !found('script')) return this.skip()
      await shut('build')
      await change('never in a closed terminal')
      const before = await releases()
      let terminal = 0
      const ended = world.run(
        'script',
        [
          '--quiet',
          '--return',
          '--command',
          `'${process.execPath}' '${path.join(packageRoot, 'bin/shipit.js')}' deploy --local --app turns`,
          '/dev/null',
        ],
        {
          cwd: dir,
          input: '',
          env: { TERM: 'xterm' },
          onSpawn: (pid) => {
            terminal = pid
          },
        },
      )
      await until(
        async () =>
          (await platformRequest<{ status: string }[]>(world, 'GET', '/apps/turns/builds')).some(
            ({ status }) => status === 'pending',
          ),
        { timeout: 30_000, every: 50 },
      )
      process.kill(terminal, 'SIGKILL')
      await ended
      const deploys = async (): Promise<string[]> =>
        (await world.processes())
          .map(({ command }) => command)
          .filter((command) => /shipit\.js deploy/.test(command))
      expect(
        await until(async () => (await deploys()).length === 0, { timeout: 60_000, every: 100 }),
      ).to.equal(true)
      expect(await releases()).to.deep.equal(before)
      expect((await get(url)).body).to.equal('four')
      await open('build')
      expect(await gitLeft()).to.deep.equal([])
    },
  )

  it('says what a rollback leaves that nobody waits for any more', async () => {
    await shut('release')
    const rollback = await start(['rollback', ...flags])
    await until(async () => (await releases())[0]?.status === 'pending', {
      timeout: 60_000,
      every: 50,
    })
    process.kill(rollback.pid, 'SIGINT')
    const outcome = await rollback.ended
    expect(outcome.status, outcome.output).to.equal(130)
    expect(outcome.stderr).to.match(
      /Stopped by Ctrl-C\. The rollback was made, as v\d+, and its release phase goes on: v\d+ serves until it has succeeded\./,
    )
    await open('release')
    expect(
      await until(async () => (await releases())[0]?.status === 'succeeded', { timeout: 30_000 }),
    ).to.equal(true)
  })

  inSoak('says what a scale leaves that nobody waits for any more', async () => {
    await writeFile(
      path.join(dir, 'server.js'),
      `const until = (then) => require('node:fs').existsSync('${gate('boot')}') ? then() : setTimeout(until, 20, then)\nuntil(() => {\n${plainServer('slow to boot')}})\n`,
    )
    await world.commit(dir, 'Slow')
    await open('boot')
    // The dynos of the rollback may still be starting.
    await world.ok(['deploy', '--lock-wait', '1m', ...flags], { cwd: dir })
    await shut('boot')
    const scale = await start(['scale', 'web=2', ...flags])
    await says(scale, /1 of 2 dynos up/)
    process.kill(scale.pid, 'SIGTERM')
    const outcome = await scale.ended
    expect(outcome.status, outcome.output).to.equal(143)
    expect(outcome.stderr).to.match(
      /Stopped by SIGTERM\. The change was made and stays \(web=2:Standard-1X\); its dynos were not waited for\. Look at `shipit ps --app turns --local`\./,
    )
    await open('boot')
  })
})
