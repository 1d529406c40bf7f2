import { expect } from 'chai'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { announceSession, runningSessions, sessionsOf } from '../../src/dev/sessions.js'

describe('the sessions of shipit dev', () => {
  let folder: string
  const servers: net.Server[] = []
  const before = process.env.SHIPIT_HOME
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'shipit-sessions-')))
    process.env.SHIPIT_HOME = path.join(folder, 'state')
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true, force: true })
    if (before === undefined) delete process.env.SHIPIT_HOME
    else process.env.SHIPIT_HOME = before
  })

  const listen = (socket: string) =>
    new Promise<void>((resolve) => {
      servers.push(net.createServer().listen(socket, resolve))
    })
  const dir = (name: string) => {
    mkdirSync(path.join(folder, name), { recursive: true })
    return path.join(folder, name)
  }

  it('are found in their folder and below it, the nearest first, several in one, and not beside it', async () => {
    const [shop, api] = [
      announceSession(dir('shop'), 4_000_001),
      announceSession(dir('shop/api'), 4_000_002),
    ]
    const second = announceSession(dir('shop'), 4_000_003)
    for (const { socket } of [shop, api, second]) await listen(socket)
    const pids = async (name: string) => (await sessionsOf(dir(name))).map(({ pid }) => pid)
    expect(await pids('shop')).to.deep.equal([4_000_003, 4_000_001])
    expect(await pids('shop/api/src')).to.deep.equal([4_000_002])
    expect(await pids('shop/web')).to.deep.equal([4_000_003, 4_000_001])
    expect(await pids('shopping')).to.deep.equal([])
    expect(statSync(path.join(folder, 'state/dev')).mode & 0o777).to.equal(0o700)
    api.release()
    expect(await pids('shop/api')).to.deep.equal([4_000_003, 4_000_001])
  })

  it('that were killed are forgotten, also if another program has their pid by now; one that has just begun is not', async () => {
    announceSession(dir('killed'), 4_000_001)
    announceSession(dir('reused'))
    const record = readdirSync(path.join(folder, 'state/dev')).find((name) =>
      name.endsWith(`-${process.pid}.json`),
    )!
    const long = new Date(Date.now() - 60_000)
    utimesSync(path.join(folder, 'state/dev', record), long, long)
    const begun = announceSession(dir('begun'))
    expect((await runningSessions()).map((one) => one.socket)).to.deep.equal([begun.socket])
    expect(readdirSync(path.join(folder, 'state/dev'))).to.have.length(1)
  })

  it('have a socket wherever the state lies, and leave nothing behind', async () => {
    process.env.SHIPIT_HOME = path.join(folder, 'a-long-name-of-a-folder'.repeat(5))
    const { socket, release } = announceSession(dir('shop'))
    expect(Buffer.byteLength(socket)).to.be.at.most(103)
    await listen(socket)
    expect(await sessionsOf(dir('shop'))).to.have.length(1)
    release()
    expect(existsSync(socket)).to.equal(false)
    expect(existsSync(path.dirname(socket))).to.equal(false)
    expect(await sessionsOf(dir('shop'))).to.deep.equal([])
  })

  it('do not trip over a record that is being written, or is none', async () => {
    announceSession(dir('shop')).release()
    writeFileSync(path.join(folder, 'state/dev/half.json'), '{"folder": "/s')
    writeFileSync(path.join(folder, 'state/dev/other.json'), '{"folder": 3}')
    expect(await runningSessions()).to.deep.equal([])
  })
})
