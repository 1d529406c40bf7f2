import { expect } from 'chai'
import { AppFolder, freePort, until } from './harness.js'

/**
 * Exits with `code` after `life` ms of its own, while the file `fails` says so for its number; else
 * it stays.
 */
const FAILS = (life: number, code: number, which = '0,1,2,3') => `
const own = process.env.NODE_APP_INSTANCE ?? '0'
if ('${which}'.split(',').includes(own)) setTimeout(() => process.exit(${code}), ${life})
setInterval(() => {}, 1000)
`

describe('ends of instances', function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())

  const ends = (stdout: string, instance: number) =>
    stdout.match(new RegExp(`instance=${instance} event=exit`, 'g'))?.length ?? 0

  for (const mode of ['cluster', 'fork']) {
    it(`are counted for each: six that fail once leave the dyno up (${mode})`, async () => {
      const once = `
        const mark = require('path').join(__dirname, 'failed-' + process.env.NODE_APP_INSTANCE)
        if (!require('fs').existsSync(mark)) { require('fs').writeFileSync(mark, ''); process.exit(1) }
        setInterval(() => {}, 1000)`
      app = new AppFolder({
        'once.js': once,
        'ecosystem.config.yml': `apps:\n  - { name: api, script: once.js, exec_mode: ${mode}, instances: 6 }\n`,
      })
      const run = await app.start(undefined, { SHIPIT_PATIENCE: '5' })
      await until(
        () =>
          [0, 1, 2, 3, 4, 5].every(
            (one) =>
              (run.stdout.match(new RegExp(`instance=${one} event=online`, 'g')) ?? []).length >= 2,
          ),
        20_000,
        () => run.output,
      )
      expect(run.stdout.match(/event=exit/g)).to.have.length(6)
      expect(run.output).not.to.include('cannot stay up')
      expect(run.child.exitCode).to.equal(null)
    })
  }

  it('of one that cannot stay up leave the dyno to the others, and PM2 goes on restarting it', async () => {
    app = new AppFolder({
      'app.js': FAILS(100, 3, '1'),
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: app.js, instances: 2, exp_backoff_restart_delay: 1 }\n',
    })
    const run = await app.start()
    await until(
      () => ends(run.stdout, 1) > 8,
      20_000,
      () => run.output,
    )
    expect(ends(run.stdout, 0)).to.equal(0)
    expect(run.output).not.to.include('cannot stay up')
  })

  it('of all of them, each beyond hope, end the dyno', async () => {
    app = new AppFolder({
      'app.js': FAILS(50, 3),
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: app.js, instances: 2, exp_backoff_restart_delay: 1 }\n',
    })
    const run = await app.start()
    expect((await run.ended).code).to.equal(3)
    expect(Math.max(ends(run.stdout, 0), ends(run.stdout, 1))).to.be.greaterThan(5)
  })

  it('within max_restarts stop that instance alone', async () => {
    app = new AppFolder({
      'app.js': FAILS(50, 3, '1'),
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: app.js, instances: 2, max_restarts: 3, restart_delay: 1 }\n',
    })
    const run = await app.start()
    await until(
      () => ends(run.stdout, 1) === 3,
      20_000,
      () => run.output,
    )
    await run.says(/instance=1 event=exit code=3 restarts=2\n/)
    expect(run.output).not.to.include('cannot stay up')
    expect(run.child.exitCode).to.equal(null)
  })

  it("are quick or not by the app's own time, however long Node takes to boot", async () => {
    app = new AppFolder({
      'slow-boot.js': 'const until = Date.now() + 400; while (Date.now() < until);',
      'app.js': FAILS(700, 3),
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: app.js, node_args: --require ./slow-boot.js, exp_backoff_restart_delay: 1 }\n',
    })
    const run = await app.start()
    expect((await run.ended).code).to.equal(3)
    expect(ends(run.stdout, 0)).to.equal(6)
    expect(run.stderr).to.match(/exited with code 3 after 0\.[789] s, 6 failures/)
  })

  for (const [what, script, more] of [
    ['a Node script', 'job.js', ''],
    ['a Node script in cluster mode', 'job.js', ', exec_mode: cluster'],
    ['a shell script', 'job.sh', ''],
  ] as const) {
    it(`of ${what} with autorestart: false and cron_restart leave the dyno up, and it runs again by its pattern`, async () => {
      const files = {
        'job.js': 'console.log("ran"); process.exit(4)',
        'job.sh': 'echo ran; exit 4',
      }
      app = new AppFolder({
        ...files,
        'ecosystem.config.yml': `apps:\n  - { name: job, script: ${script}, autorestart: false, cron_restart: "* * * * * *"${more} }\n`,
      })
      const run = await app.start()
      await until(
        () => run.appLines.length >= 3,
        20_000,
        () => run.output,
      )
      expect(run.output).not.to.include('cannot stay up')
      expect(run.child.exitCode).to.equal(null)
      run.signalAll()
      expect((await run.ended).code).to.equal(0)
    })
  }

  it('with one of stop_exit_codes leave an app with cron_restart to its next run', async () => {
    app = new AppFolder({
      'job.js': 'console.log("ran")',
      'ecosystem.config.yml':
        'apps:\n  - { name: job, script: job.js, stop_exit_codes: [0], cron_restart: "* * * * * *" }\n',
    })
    const run = await app.start(undefined, { PORT: String(await freePort()) })
    await until(
      () => run.appLines.length >= 3,
      20_000,
      () => run.output,
    )
    expect(run.child.exitCode).to.equal(null)
  })

  it('of a scheduled app do not count where another app finishes: the dyno stays for the schedule', async () => {
    app = new AppFolder({
      'job.js': 'console.log("job " + process.env.name)',
      'ecosystem.config.yml':
        'apps:\n  - { name: once, script: job.js, autorestart: false }\n  - { name: hourly, script: job.js, autorestart: false, cron_restart: "* * * * * *" }\n',
    })
    const run = await app.start()
    await until(
      () => (run.stdout.match(/job hourly/g) ?? []).length >= 2,
      20_000,
      () => run.output,
    )
    expect(run.stdout.match(/job once/g)).to.have.length(1)
    expect(run.child.exitCode).to.equal(null)
  })
})
