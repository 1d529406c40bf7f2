import { existsSync } from 'node:fs'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { NoLongerWanted, startPlatform } from '../../../src/embedded/daemon/daemon.js'
import { AlreadyRunning } from '../../../src/embedded/daemon/daemon-lock.js'
import { daemonLogFile, openDaemonLog } from '../../../src/embedded/daemon/daemon-log.js'
import { foldersOf, stateHome } from '../../../src/embedded/daemon/folders.js'
import { limitsFrom } from '../../../src/embedded/daemon/limits.js'
import { until } from '../../support/until.js'
import { fakeRooms } from '../support/fake-rooms.js'
import { startTestPlatform, temporaryFolder } from '../support/platform.js'

describe('the daemon', () => {
  it('keeps apps, token and log over a restart', async () => {
    const test = await startTestPlatform()
    try {
      await test.deployedApp('an-app')
      const { token } = test.platform.info
      const before = (await test.call('GET', '/apps/an-app/releases')).body
      await test.restart()
      expect(test.platform.info.token).to.equal(token)
      expect((await test.call('GET', '/apps/an-app/releases')).body).to.deep.equal(before)
      expect(test.controls.calls).to.include('reconcile an-app release')
    } finally {
      await test.end()
    }
  })

  it('does not serve where nobody wants it any more, and leaves the home to others', async () => {
    const test = await startTestPlatform()
    try {
      await test.platform.close()
      const begun = startPlatform({
        home: test.home,
        ports: { api: 0, router: 0 },
        rooms: fakeRooms().rooms,
        isWanted: () => Promise.resolve(false),
      })
      expect(await begun.catch((error: unknown) => error)).to.be.instanceOf(NoLongerWanted)
      expect(existsSync(path.join(foldersOf(test.home).root, 'daemon.json'))).to.equal(false)
      await test.restart()
      expect((await test.call('GET', '/account')).status).to.equal(200)
    } finally {
      await test.end()
    }
  })

  it('leaves folders and files that only their owner can read', async () => {
    const test = await startTestPlatform()
    try {
      const { root, apps } = foldersOf(test.home)
      for (const folder of [root, apps]) expect((await stat(folder)).mode & 0o777).to.equal(0o700)
      for (const file of ['daemon.json', 'settings.json'])
        expect((await stat(path.join(root, file))).mode & 0o777, file).to.equal(0o600)
    } finally {
      await test.end()
    }
  })

  it('is one a home: a second is refused, a dead one is taken over', async () => {
    const test = await startTestPlatform()
    try {
      const second = await startPlatform({
        home: test.home,
        ports: { api: 0, router: 0 },
        rooms: fakeRooms().rooms,
      }).catch((error: unknown) => error)
      expect(second).to.be.instanceOf(AlreadyRunning)
      await test.platform.close()
      await writeFile(
        path.join(foldersOf(test.home).root, 'daemon.lock'),
        JSON.stringify({ pid: process.pid, began: 'another life', id: 'x' }),
      )
      await test.restart()
      expect((await test.call('GET', '/account')).status).to.equal(200)
    } finally {
      await test.end()
    }
  })

  it('lets one of several that start at the same time over a dead one run', async () => {
    const home = await temporaryFolder()
    const start = () =>
      startPlatform({ home, ports: { api: 0, router: 0 }, rooms: fakeRooms().rooms }).then(
        (platform) => ({ platform }),
        (error: Error) => ({ error }),
      )
    const outcomes = await Promise.all([start(), start(), start()])
    const started = outcomes.flatMap((outcome) => ('platform' in outcome ? [outcome.platform] : []))
    for (const platform of started) await platform.close()
    await rm(home, { recursive: true, force: true })
    expect(started).to.have.length(1)
  })

  it('fails the release whose phase it was stopped in, serves the one before, and makes the next', async () => {
    interface Release {
      version: number
      status: string
      current: boolean
    }
    const test = await startTestPlatform()
    try {
      test.controls.processTypes = { web: 'node server.js', release: 'migrate' }
      await test.deployedApp('an-app')
      test.controls.releasePhase = { status: 0, output: '', hold: new Promise(() => {}) }
      await test.call('PATCH', '/apps/an-app/config-vars', { A: '1' })
      const last = async () =>
        (await test.call<Release[]>('GET', '/apps/an-app/releases')).body
          .slice(-2)
          .map(({ version, status, current }) => ({ version, status, current }))
      expect(await last()).to.deep.equal([
        { version: 3, status: 'succeeded', current: true },
        { version: 4, status: 'pending', current: false },
      ])
      await test.restart()
      expect(await last()).to.deep.equal([
        { version: 3, status: 'succeeded', current: true },
        { version: 4, status: 'failed', current: false },
      ])
      test.controls.releasePhase = { status: 0, output: '' }
      await test.call('PATCH', '/apps/an-app/config-vars', { A: '2' })
      await until('the next release', async () => (await last())[1]?.status === 'succeeded')
      expect((await last())[1]).to.deep.equal({ version: 5, status: 'succeeded', current: true })
    } finally {
      await test.end()
    }
  })

  it('keeps its own log short: the newest lines', async () => {
    const home = await temporaryFolder()
    const folders = { root: home }
    const log = openDaemonLog(folders)
    for (let line = 0; line < 3_000; line += 1) log(`${line} ${'x'.repeat(1_000)}`)
    const text = await readFile(daemonLogFile(folders), 'utf8')
    expect(text.length).to.be.within(500_000, 1_100_000)
    expect(text)
      .to.match(/^\d{4}-/)
      .and.match(/ 2999 x+\n$/)
    await rm(home, { recursive: true })
    log('the folder is gone, and that ends nothing')
  })

  it('lies under SHIPIT_HOME, else the XDG state folder, else ~/.local/state', () => {
    expect(stateHome({ SHIPIT_HOME: '/a', XDG_STATE_HOME: '/b', HOME: '/c' })).to.equal('/a')
    expect(stateHome({ XDG_STATE_HOME: '/b', HOME: '/c' })).to.equal('/b/shipit')
    expect(stateHome({ HOME: '/c' })).to.equal('/c/.local/state/shipit')
  })

  it('reads limits from JSON and names what it cannot use', () => {
    expect(limitsFrom(undefined)).to.deep.equal({})
    expect(limitsFrom('{"stopGrace":5}')).to.deep.equal({ stopGrace: 5 })
    expect(() => limitsFrom('{')).to.throw(/not JSON/)
    expect(() => limitsFrom('{"grace":5}')).to.throw(/names grace; the limits are bootTimeout/)
    expect(() => limitsFrom('{"stopGrace":"5"}')).to.throw(/must be a number of ms/)
  })
})
