import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { json } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { ensureLocal, localStatus, stopLocal } from '../../src/embedded/daemon/index.js'
import { daemonLogFile } from '../../src/embedded/daemon/daemon-log.js'
import { foldersOf } from '../../src/embedded/daemon/folders.js'
import type { DaemonInfo } from '../../src/embedded/store/types.js'
import { temporaryFolder } from '../embedded/support/platform.js'
import { until } from '../support/until.js'

const run = promisify(execFile)

/** In the daemon: the next looks at the state's folder fail as the file says, and never answer. */
const FAULT = `
const fs = require('node:fs')
const { stat } = fs.promises
fs.promises.stat = (file, ...rest) => {
  const asked = process.env.SHIPIT_HOME + '/fault'
  if (file !== process.env.SHIPIT_HOME + '/local' || !fs.existsSync(asked)) return stat(file, ...rest)
  if (fs.readFileSync(asked, 'utf8') === 'thrown') setTimeout(() => { throw new Error('injected') }, 5)
  else Promise.reject(new Error('injected'))
  return new Promise(() => {})
}
require('node:module').syncBuiltinESMExports()
`

describe('a fault of the daemon or of its machine', function () {
  this.timeout(120_000)
  let home: string
  let info: DaemonInfo
  before(async () => {
    home = await temporaryFolder()
    const fault = path.join(home, 'fault.cjs')
    await writeFile(fault, FAULT)
    info = await ensureLocal({
      home,
      env: { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require=${fault}` },
    })
  })
  after(async () => {
    await stopLocal(home)
    await rm(home, { recursive: true, force: true })
  })

  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  after(() => agent.destroy())
  /** Over one connection, which stays. */
  const call = (method: string, url: string, body?: object) =>
    new Promise<{ status: number | undefined; body: { id?: string; message?: string } }>(
      (resolve, reject) => {
        const headers = { authorization: `Bearer ${info.token}` }
        http
          .request(info.apiUrl + url, { method, agent, headers }, (response) => {
            json(response).then(
              (answer) => resolve({ status: response.statusCode, body: answer as object }),
              reject,
            )
          })
          .on('error', reject)
          .end(body && JSON.stringify(body))
      },
    )
  const log = () => readFile(daemonLogFile(foldersOf(home)), 'utf8')
  const REVISIONS = '/buildpacks/heroku%2Fnodejs/revisions'

  for (const kind of ['thrown', 'rejected']) {
    it(`that nobody caught ends the call that met it, is logged, and the platform goes on (${kind})`, async () => {
      await writeFile(path.join(home, 'fault'), kind)
      const { status, body } = await call('GET', REVISIONS)
      expect(status).to.equal(500)
      expect(body).to.include({ id: 'internal_server_error' })
      await rm(path.join(home, 'fault'))
      const told =
        /internal error, the call that met it is ended, the platform goes on: Error: injected\n +at/
      await until('the line about it', async () => told.test(await log()))
      expect((await call('GET', REVISIONS)).status).to.equal(200)
      expect((await localStatus(home))?.info.pid).to.equal(info.pid)
    })
  }

  it('that is too many open files is named, refuses that change alone, and is over with its cause', async function () {
    const limit = (files?: string) =>
      run('prlimit', [
        '--pid',
        String(info.pid),
        files === undefined ? '--nofile' : `--nofile=${files}`,
      ])
    const usual = await limit().then(
      () => readFile(`/proc/${info.pid}/limits`, 'utf8'),
      (error: Error) => error,
    )
    if (usual instanceof Error) {
      console.log(`      not tried: ${usual.message}`)
      return this.skip()
    }
    const [, soft] = /^Max open files +(\d+)/m.exec(usual)!
    expect((await call('GET', '/apps')).status).to.equal(200)
    await limit('3:')
    try {
      const refused = await call('POST', '/apps', { name: 'one-file-more' })
      expect(refused.status, JSON.stringify(refused.body)).to.equal(503)
      expect(refused.body).to.include({ id: 'too_many_files' })
      expect(refused.body.message).to.include('ulimit -n')
      expect((await call('GET', '/apps')).status, 'what needs no file').to.equal(200)
    } finally {
      await limit(`${soft}:`)
    }
    expect((await call('POST', '/apps', { name: 'one-file-more' })).status).to.equal(201)
    expect((await localStatus(home))?.info.pid).to.equal(info.pid)
  })

  it('that comes again and again has a new process take over', async () => {
    await writeFile(path.join(home, 'fault'), 'thrown')
    await until(
      'the process gives up',
      () =>
        call('GET', REVISIONS).then(
          () => false,
          () => true,
        ),
      30_000,
    )
    await rm(path.join(home, 'fault'))
    const next = await until(
      'another one',
      async () => {
        const now = (await localStatus(home).catch(() => undefined))?.info
        return now?.pid !== info.pid && now
      },
      60_000,
    )
    // Its port, unless another process has taken that meanwhile.
    expect(next.token).to.equal(info.token)
    info = next
    expect((await call('GET', '/apps/one-file-more')).status).to.equal(200)
  })
})
