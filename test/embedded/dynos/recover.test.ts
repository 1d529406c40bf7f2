import { expect } from 'chai'
import { spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createDynos } from '../../../src/embedded/dynos/index.js'
import { until } from '../../support/until.js'
import { Home, isRunning, LIMITS } from './fakes.js'

const DEAF = `
  require('fs').writeFileSync(process.env.PIDS + '/' + process.pid, '')
  process.on('SIGTERM', () => {}); process.stdout.on('error', () => {})
  if (process.argv[2] !== 'child') require('child_process').spawn(process.execPath, [__filename, 'child'], { stdio: 'ignore', detached: true })
  setInterval(() => {}, 1000)`

describe('recover()', () => {
  let home: Home
  let pids: string | undefined

  beforeEach(() => (home = new Home()))
  afterEach(() => {
    home.remove()
    if (pids !== undefined) rmSync(pids, { recursive: true, force: true })
    pids = undefined
  })

  it('ends the processes that a killed daemon left, removes their disks, and starts what should run', async () => {
    // Outside of the state folder, of which a dyno sees its own part alone.
    const folder = (pids = mkdtempSync(path.join(tmpdir(), 'shipit-pids-')))
    const app = home.app('app')
    home.release(
      app,
      { 'w.js': DEAF },
      { types: { worker: 'node w.js' }, config: { PIDS: folder } },
    )
    home.scale(app, 'worker', 2)
    const file = new URL('./killed-daemon.ts', import.meta.url).pathname
    const daemon = spawn(
      process.execPath,
      ['--import', 'tsx', file, JSON.stringify({ app, folders: home.folders })],
      { stdio: 'inherit' },
    )
    const started = () => readdirSync(folder).map(Number)
    await until('four processes', () => started().length === 4)
    const left = started()
    const exit = new Promise((resolve) => daemon.once('exit', resolve))
    daemon.kill('SIGKILL')
    await exit
    expect(await Promise.all(left.map(isRunning))).to.deep.equal([true, true, true, true])
    const oldDisks = readdirSync(home.folders.dynos)

    // The same folder by another path, as a SHIPIT_HOME that is a symbolic link would give it.
    const link = path.join(home.root, 'link')
    symlinkSync(home.folders.dynos, link)
    const dynos = createDynos({
      store: home.store,
      logplex: home.logplex,
      folders: { ...home.folders, dynos: link },
      limits: { ...LIMITS, stopGrace: 200 },
    })
    await dynos.recover()
    expect(await Promise.all(left.map(isRunning))).to.deep.equal([false, false, false, false])
    await until(
      'two dynos',
      () => dynos.list(app.id).filter(({ state }) => state === 'up').length === 2,
    )
    expect(readdirSync(home.folders.dynos).filter((name) => oldDisks.includes(name))).to.deep.equal(
      [],
    )
    await dynos.shutdown()
  })

  it('never ends a process that only has the pid of an old dyno', async () => {
    const bystander = spawn('sleep', ['100'], { detached: true, stdio: 'ignore' })
    try {
      const old = path.join(home.folders.dynos, 'old')
      mkdirSync(old)
      writeFileSync(path.join(old, 'pid'), `${bystander.pid}\n`)
      expect(readFileSync(path.join(old, 'pid'), 'utf8')).to.equal(`${bystander.pid}\n`)
      const dynos = createDynos({
        store: home.store,
        logplex: home.logplex,
        folders: home.folders,
        limits: LIMITS,
      })
      await dynos.recover()
      expect(await isRunning(bystander.pid!)).to.equal(true)
      expect(readdirSync(home.folders.dynos)).to.deep.equal([])
    } finally {
      bystander.kill('SIGKILL')
    }
  })
})
