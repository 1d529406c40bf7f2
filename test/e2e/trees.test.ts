/** Whatever an instance has started ends with it, however it ends. */
import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { packageRoot, runtimePackageDir } from '../../src/paths.js'
import { AppFolder, freePort, until, type Run } from '../runtime/harness.js'
import { RUNTIME } from './support/runtimes.js'
import { inSession, SERVER, STARTERS } from './support/starters.js'

/** Also grows, crashes and starts a process of its own which nobody waits for, when it is asked to. */
const HUNGRY = `${SERVER}
setTimeout(() => require('fs').existsSync('hungry') && (global.held = Buffer.alloc(150e6, 1)), 200)`
const ORPHAN = `require('child_process').spawn('sh', ['-c', 'sleep 300 & exit'], { stdio: 'ignore' })
setInterval(() => {}, 1000)
require('./server.js')`
const TREES: Record<string, { app: string; files?: Record<string, string> }> = {
  'npm start': STARTERS['npm start']!,
  'a launcher': STARTERS['a launcher that spawns']!,
  'an app that leaves orphans': { app: 'script: orphan.js', files: { 'orphan.js': ORPHAN } },
}

describe('the process tree of an instance', function () {
  this.timeout(120_000)
  let app: AppFolder
  afterEach(() => app.end())

  const serving = async (tree: string, options: string, env: Record<string, string> = {}, files: Record<string, string> = {}) => {
    const { app: script, files: own } = TREES[tree]!
    app = new AppFolder({ 'server.js': HUNGRY, ...own, ...files, 'e.yml': `apps:\n  - { name: api, ${script}${options} }\n` }, RUNTIME)
    const port = await freePort()
    const run = await app.start(['start', 'e.yml'], { PORT: String(port), ...env })
    await run.says('event=listening', 30_000)
    return { run, port }
  }
  const starts = (run: Run) => (run.stdout.match(/event=listening/g) ?? []).length
  /** As many processes as one instance has, the supervisor among them; and no port was found taken. */
  const isOneTree = async (run: Run, size: number, session = run.child.pid as number) => {
    await until(() => inSession(session).length <= size, 10_000, () => `${inSession(session).join('\n')}\n${run.output}`)
    expect(run.output).not.to.include('EADDRINUSE')
  }
  const endsWhole = async (run: Run) => {
    run.signalAll()
    expect((await run.ended).code).to.equal(0)
    expect(inSession(run.child.pid as number)).to.deep.equal([])
  }

  for (const tree of Object.keys(TREES)) {
    it(`ends at a reload, a crash and a stop (${tree})`, async () => {
      const { run, port } = await serving(tree, '')
      const size = inSession(run.child.pid as number).length
      for (let n = 2; n <= 4; n += 1) {
        run.child.kill('SIGUSR2')
        await until(() => starts(run) === n, 30_000, () => run.output)
        await isOneTree(run, size)
      }
      const instance = Number(/.*event=start pid=(\d+)/s.exec(run.stdout)?.[1])
      process.kill(instance, 'SIGKILL')
      await until(() => starts(run) === 5, 30_000, () => run.output)
      await isOneTree(run, size)
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).to.match(/^\d+$/)
      await endsWhole(run)
    })
  }

  it('ends at each restart by a schedule', async () => {
    const { run } = await serving('a launcher', ', cron_restart: "*/3 * * * * *"')
    const size = inSession(run.child.pid as number).length
    await until(() => starts(run) > 3, 60_000, () => run.output)
    await isOneTree(run, size)
    await endsWhole(run)
  })

  it('is measured as a whole, and ends at a restart for its memory', async () => {
    const { run } = await serving('a launcher', ', max_memory_restart: 200M', { PM2_WORKER_INTERVAL: '300' }, { hungry: '' })
    await until(() => starts(run) > 2, 60_000, () => run.output)
    await endsWhole(run)
  })

  it('starts no more once a stop has begun', async () => {
    app = new AppFolder({ 'end.js': 'process.exit(1)', 'server.js': `${SERVER}\nprocess.on('SIGINT', () => setTimeout(() => process.exit(0), 2500))`, 'e.yml': 'apps:\n  - { name: end, script: end.js, restart_delay: 1200 }\n  - { name: api, script: server.js }\n' }, RUNTIME)
    const run = await app.start(['start', 'e.yml'], { PORT: String(await freePort()) })
    await run.says('event=listening')
    await run.says(/app=end .*event=exit/)
    run.child.kill('SIGTERM')
    await run.says('event=stop')
    const before = run.stdout.match(/app=end .*event=start/g)?.length
    expect((await run.ended).code).to.equal(0)
    expect(run.stdout.match(/app=end .*event=start/g)).to.have.length(before as number)
  })

  it('ends with the dyno if what started the runtime was told in its place', async () => {
    app = new AppFolder({ 'server.js': SERVER, 'e.yml': 'apps:\n  - { name: api, script: server.js }\n' }, RUNTIME)
    const shell = spawn('sh', ['-c', `"${process.execPath}" "${RUNTIME}" start e.yml; true`], { cwd: app.dir, detached: true, stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env.PATH, DYNO: 'web.1', PORT: String(await freePort()) } })
    let text = ''
    shell.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await until(() => text.includes('event=listening'), 30_000, () => text)
    shell.kill('SIGKILL')
    await until(() => inSession(shell.pid as number).length === 0, 15_000, () => inSession(shell.pid as number).join('\n'))
  })

  it('ends at an edit and at Ctrl-C under shipit dev', async () => {
    const { app: script, files } = TREES['a launcher']!
    app = new AppFolder({ 'package.json': '{"dependencies":{"shipit-runtime":"*"}}', 'server.js': SERVER, ...files, 'e.yml': `apps:\n  - { name: api, ${script} }\n` }, path.join(packageRoot, 'bin/shipit.js'))
    mkdirSync(path.join(app.dir, 'node_modules'))
    symlinkSync(runtimePackageDir, path.join(app.dir, 'node_modules/shipit-runtime'))
    const run = await app.start(['dev', 'e.yml'], { DYNO: undefined })
    await run.says('event=listening', 30_000)
    const size = inSession(run.child.pid as number).length
    let n = 0
    let edited = 0
    await until(() => {
      // The watcher says nothing of when it is ready, so the change is made until it is seen.
      if (Date.now() - edited > 3000 && starts(run) === 1) {
        app.write('view.txt', String((n += 1)))
        edited = Date.now()
      }
      return starts(run) > 1
    }, 60_000, () => run.output)
    await isOneTree(run, size)
    run.signalAll('SIGINT')
    expect((await run.ended).code).to.equal(0)
    expect(inSession(run.child.pid as number)).to.deep.equal([])
  })
})
