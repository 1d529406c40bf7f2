/**
 * A dyno whose log is read slowly, or by nobody any more: the apps wait for the reader, the
 * supervisor does not.
 */
import { expect } from 'chai'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { AppFolder, isAlive, until } from '../runtime/harness.js'
import { RUNTIME } from './support/runtimes.js'

/** Numbers its lines, and says in a file how many it has got rid of and who it is. */
const CHATTY = `const fs = require('fs'); let n = 0
fs.writeFileSync('pid', String(process.pid))
fs.appendFileSync('starts', process.pid + '\\n')
setInterval(() => { for (let i = 0; i < 20; i++) { console.log(process.pid + ' ' + n++ + ' ' + 'x'.repeat(2000)); fs.writeFileSync('count', String(n)) } }, 1)
process.on('SIGINT', () => { fs.writeFileSync('drained', ''); process.exit(0) })
`
const one = (options = '') => `  - { name: one, script: one.js${options} }\n`

describe('a dyno whose log nobody reads', function () {
  this.timeout(60_000)
  let app: AppFolder
  let child: ChildProcess
  let text: string
  let exited: Promise<number | null>
  let closed: Promise<unknown>

  /** Starts the runtime, reads until the app's first lines, and then no more. */
  const stall = async (
    files: Record<string, string>,
    apps: string,
    env: Record<string, string> = {},
  ) => {
    app = new AppFolder({ 'one.js': CHATTY, ...files, 'e.yml': `apps:\n${apps}` }, RUNTIME)
    child = spawn(process.execPath, [RUNTIME, 'start', 'e.yml'], {
      cwd: app.dir,
      detached: true,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        DYNO: 'web.1',
        SHIPIT_METRICS: '0.1',
        TMPDIR: app.dir,
        ...env,
      },
    })
    text = ''
    child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.stderr?.resume()
    exited = new Promise((resolve) => child.once('exit', resolve))
    closed = new Promise((resolve) => child.once('close', resolve))
    await until(() => text.includes('xxx'))
    child.stdout?.pause()
    await untilAppWaits()
  }
  const told = (name: string) =>
    existsSync(path.join(app.dir, name)) ? readFileSync(path.join(app.dir, name), 'utf8') : ''
  const starts = () => told('starts').split('\n').filter(Boolean).map(Number)

  const untilAppWaits = async () => {
    let [before, looks] = ['', 0]
    await until(() => {
      looks = told('count') === before ? looks + 1 : 0
      before = told('count')
      return looks > 15
    })
  }

  afterEach(async () => {
    child.stdout?.resume()
    if (child.exitCode === null && child.signalCode === null)
      process.kill(-(child.pid as number), 'SIGKILL')
    await closed
    await app.end()
  })

  for (const mode of ['fork', 'cluster']) {
    it(`lets apps drain and ends on SIGTERM (${mode})`, async () => {
      await stall({}, one(`, exec_mode: ${mode}`))
      process.kill(-(child.pid as number), 'SIGTERM')
      // Less than the time after which instances that wait for a reader are killed.
      expect(await within(20_000, exited)).to.equal(0)
      expect(existsSync(path.join(app.dir, 'drained'))).to.equal(true)
      expect(starts().filter(isAlive)).to.deep.equal([])
    })
  }

  it('restarts what ends, takes no more memory for it, and has the lines once they are read', async () => {
    await stall({}, one())
    for (let round = 1; round <= 3; round += 1) {
      process.kill(Number(told('pid')), 'SIGKILL')
      await until(() => starts().length === round + 1)
      await untilAppWaits()
    }
    expect(residentMegabytes(child.pid as number)).to.be.below(100)
    const counted = Number(told('count'))
    const last = told('pid')
    child.stdout?.resume()
    await until(() => text.includes(`${last} ${counted - 1} `))
    for (const pid of starts()) {
      const numbers = text
        .split('\n')
        .filter((line) => line.startsWith(`${pid} `) && line.endsWith('x'.repeat(2000)))
        .map((line) => Number(line.split(' ')[1]))
      expect(numbers.length).to.be.greaterThan(0)
      expect(numbers).to.deep.equal(Array.from(numbers, (_, i) => i))
    }
    // The supervisor's own lines wait for the reader too, and in a queue of their own.
    await until(() => text.match(/event=exit signal=SIGKILL/g)?.length === 3)
  })

  it('ends all the same where an app cannot stay up', async () => {
    await stall(
      {
        'two.js': `setTimeout(() => process.exit(3), require('fs').existsSync('go') ? 50 : 1e8); setInterval(() => require('fs').existsSync('go') && process.exit(3), 20)`,
      },
      `${one()}  - { name: two, script: two.js }\n`,
      { SHIPIT_PATIENCE: '0.5' },
    )
    app.write('go', '')
    expect(await within(30_000, exited)).to.equal(3)
  })

  it('ends, with its instances, when the reader has gone', async () => {
    await stall({}, one())
    child.stdout?.destroy()
    expect(await within(20_000, exited)).to.equal(1)
    expect(starts().filter(isAlive)).to.deep.equal([])
  })
})

describe('a dyno whose stdout and stderr are one pipe', function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())

  it('never mixes inside a line, however slowly it is read', async () => {
    const source = `const print = process.env.NODE_APP_INSTANCE === '0' ? console.log : console.error; for (let i = 0; i < 600; i++) print(process.env.NODE_APP_INSTANCE.repeat(9000)); setTimeout(() => process.exit(0), 50)`
    app = new AppFolder(
      {
        'one.js': source,
        'e.yml': `apps:\n${one(', instances: 2, exec_mode: fork, autorestart: false')}`,
      },
      RUNTIME,
    )
    const child = spawn(
      'sh',
      ['-c', `exec "$0" "$1" start e.yml 2>&1`, process.execPath, RUNTIME],
      {
        cwd: app.dir,
        detached: true,
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          DYNO: 'web.1',
          SHIPIT_METRICS: 'off',
          TMPDIR: app.dir,
        },
      },
    )
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      child.stdout.pause()
      setImmediate(() => child.stdout.resume())
    })
    expect(await new Promise((resolve) => child.once('close', resolve))).to.equal(0)
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('shipit'))
    expect(
      lines.filter((line) => line !== '0'.repeat(9000) && line !== '1'.repeat(9000)),
    ).to.deep.equal([])
    expect(lines).to.have.length(1200)
  })
})

function within<T>(ms: number, promise: Promise<T>): Promise<T | string> {
  let timer: NodeJS.Timeout
  const late = new Promise<string>(
    (resolve) => (timer = setTimeout(() => resolve(`not within ${ms} ms`), ms)),
  )
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

function residentMegabytes(pid: number): number {
  return (
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
  )
}
