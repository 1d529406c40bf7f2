/**
 * What users have reported of PM2, as it is in a dyno. The numbers are issues of
 * github.com/Unitech/pm2.
 */
import { expect } from 'chai'
import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { AppFolder, isAlive, until, type Run } from '../runtime/harness.js'
import { RUNTIME } from './support/runtimes.js'

describe('an app in a dyno', function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())

  const start = async (files: Record<string, string>, options: string): Promise<Run> => {
    app = new AppFolder({ ...files, 'e.yml': `apps:\n  - { name: api, ${options} }\n` }, RUNTIME)
    symlinkSync(
      path.resolve(import.meta.dirname, '../../node_modules'),
      path.join(app.dir, 'node_modules'),
    )
    return app.start(['start', 'e.yml'])
  }

  // #729
  it('takes what it has started with it at a reload, and at the stop', async () => {
    const source =
      'const child = require("child_process").spawn("sleep", ["600"]); console.log("child", child.pid); setInterval(() => {}, 1000)'
    const run = await start({ 'app.js': source }, 'script: app.js')
    const children = () => [...run.stdout.matchAll(/^child (\d+)$/gm)].map(([, pid]) => Number(pid))
    await until(
      () => children().length === 1,
      20_000,
      () => run.output,
    )
    run.child.kill('SIGUSR2')
    await until(
      () => children().length === 2,
      20_000,
      () => run.output,
    )
    await until(() => !isAlive(children()[0]!), 10_000)
    expect(isAlive(children()[1]!)).to.equal(true)
    run.child.kill('SIGTERM')
    expect((await run.ended).code).to.equal(0)
    expect(isAlive(children()[1]!)).to.equal(false)
  })

  // #2622
  it('that is a shell script without autorestart is started again by its cron_restart', async () => {
    const run = await start(
      { 'crawl.sh': 'echo crawled' },
      'script: crawl.sh, autorestart: false, cron_restart: "* * * * * *"',
    )
    await until(
      () => run.appLines.length >= 3,
      20_000,
      () => run.output,
    )
    expect(run.child.exitCode).to.equal(null)
  })

  // #4792
  it('that is a shell script without autorestart runs once until its cron_restart is due', async () => {
    const run = await start(
      { 'backup.sh': 'echo "backed up"' },
      'script: backup.sh, autorestart: false, cron_restart: "00 00 10 29 2 *"',
    )
    await run.says('event=exit code=0')
    app.write('second.js', 'console.log("a whole boot later"); setInterval(() => {}, 1000)')
    await (await app.start(['start', 'second.js'])).says('a whole boot later')
    expect(run.appLines).to.deep.equal(['backed up'])
    expect(run.child.exitCode).to.equal(null)
  })

  // #2070
  it("sends data to another instance by PM2's API, from the id that the API lists", async () => {
    const source = `process.on('message', ({ topic, data }) => topic && console.log('got', topic, data.from, 'as', process.env.NODE_APP_INSTANCE))
      if (process.env.NODE_APP_INSTANCE === '1') setTimeout(() => {
        const pm2 = require('pm2')
        pm2.connect(() => pm2.list((error, list) => pm2.sendDataToProcessId(list[0].pm_id, { type: 'process:msg', topic: 'greeting', data: { from: 1 } }, (error) => error && console.log(error))))
      }, 100)
      setInterval(() => {}, 1000)`
    const run = await start(
      { 'app.js': source },
      'script: app.js, instances: 2, exec_mode: cluster',
    )
    await run.says('got greeting 1 as 0', 30_000)
  })
})
