import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { ShipitError } from '../../../src/errors.js'
import {
  ensureLocal,
  localStatus,
  resetLocal,
  stopLocal,
  trustedCertificates,
} from '../../../src/embedded/daemon/index.js'
import { foldersOf } from '../../../src/embedded/daemon/folders.js'
import { until } from '../../support/until.js'
import { temporaryFolder } from '../support/platform.js'

describe('the way to the embedded Heroku', () => {
  let home: string
  let child: ChildProcess | undefined
  beforeEach(async () => {
    home = await temporaryFolder()
  })
  afterEach(async () => {
    child?.kill('SIGKILL')
    child = undefined
    await rm(home, { recursive: true, force: true })
  })

  const startDaemon = async () => {
    const script = path.resolve(import.meta.dirname, '../support/run-fake-daemon.ts')
    const started = spawn(process.execPath, ['--import', 'tsx', script], {
      env: { ...process.env, SHIPIT_HOME: home },
      stdio: 'ignore',
    })
    child = started
    await until('the daemon to answer', async () => (await localStatus(home)) !== undefined)
    return started
  }

  it('finds the one that runs, and does not start another', async () => {
    const daemon = await startDaemon()
    const infos = await Promise.all([
      ensureLocal({ home }),
      ensureLocal({ home }),
      ensureLocal({ home }),
    ])
    for (const info of infos) expect(info.pid).to.equal(daemon.pid)
    expect(await localStatus(home)).to.deep.include({ home, apps: [], problems: [] })
  })

  it('names a file with its certificate beside those that were trusted before, again and again', async () => {
    await startDaemon()
    const info = await ensureLocal({ home })
    const before = path.join(home, 'company.pem')
    await writeFile(before, 'of the company\n')
    const file = await trustedCertificates(info, { home, env: { NODE_EXTRA_CA_CERTS: before } })
    const both = await readFile(file, 'utf8')
    expect(both).to.match(
      /^-----BEGIN CERTIFICATE-----[^]+-----END CERTIFICATE-----\s+of the company\n$/,
    )
    expect(await trustedCertificates(info, { home, env: { NODE_EXTRA_CA_CERTS: file } })).to.equal(
      file,
    )
    expect(await readFile(file, 'utf8')).to.equal(both)
    await trustedCertificates(info, {
      home,
      env: { NODE_EXTRA_CA_CERTS: path.join(home, 'none.pem') },
    })
    expect(await readFile(file, 'utf8')).to.match(
      /^-----BEGIN CERTIFICATE-----[^]+-----END CERTIFICATE-----\s+$/,
    )
  })

  it('stops it, and says whether it was running', async () => {
    const daemon = await startDaemon()
    expect(await stopLocal(home)).to.equal(true)
    await until('its end', () => daemon.exitCode !== null)
    expect(daemon.exitCode).to.equal(0)
    expect(await localStatus(home)).to.equal(undefined)
    expect(await stopLocal(home)).to.equal(false)
  })

  it('sees one that was killed as not running', async () => {
    const daemon = await startDaemon()
    daemon.kill('SIGKILL')
    await until('its end', () => daemon.signalCode !== null)
    expect(await localStatus(home)).to.equal(undefined)
    expect(await stopLocal(home)).to.equal(false)
  })

  it('removes all that it kept', async () => {
    await startDaemon()
    await resetLocal(home)
    expect(existsSync(foldersOf(home).root)).to.equal(false)
    expect(await localStatus(home)).to.equal(undefined)
  })

  it("shows the daemon's own words where it does not start", async () => {
    const error = await ensureLocal({
      home,
      env: { ...process.env, SHIPIT_LOCAL_LIMITS: '{"grace":1}' },
    }).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(ShipitError)
    expect(error).to.include({ code: 'local', message: 'The embedded Heroku did not start.' })
    expect((error as ShipitError).why).to.match(/SHIPIT_LOCAL_LIMITS names grace/)
  })
})
