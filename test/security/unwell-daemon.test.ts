import { execFile } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { ensureLocal, localStatus, stopLocal } from '../../src/embedded/daemon/index.js'
import { daemonLogFile } from '../../src/embedded/daemon/daemon-log.js'
import { foldersOf, makeFolders } from '../../src/embedded/daemon/folders.js'
import { writeSettings } from '../../src/embedded/daemon/settings.js'
import { temporaryFolder } from '../embedded/support/platform.js'
import { until } from '../support/until.js'

async function parentOf(pid: number): Promise<{ ppid: number }> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'ppid=', '-p', String(pid)])
  return { ppid: Number(stdout) }
}

function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

describe('a daemon that is not well', function () {
  this.timeout(120_000)
  let home: string
  before(async () => {
    home = await temporaryFolder()
    // Not the usual ports, which any daemon that starts meanwhile would take, nor those that a system gives away.
    const apiPort = randomInt(20_000, 28_000)
    const folders = foldersOf(home)
    await makeFolders(folders)
    const token = randomBytes(32).toString('hex')
    await writeSettings(folders, { token, apiPort, routerPort: apiPort + 1 })
  })
  after(async () => {
    await stopLocal(home)
    await rm(home, { recursive: true, force: true })
  })

  it('is started anew by its supervisor if it dies, on its ports, and the log says so; one that is stopped by SIGSTOP is told as not answering, and ends with local stop', async () => {
    const first = await ensureLocal({ home })
    process.kill(first.pid, 'SIGKILL')
    const next = await until(
      'another one',
      async () => {
        const info = (await localStatus(home).catch(() => undefined))?.info
        return info?.pid !== first.pid && info
      },
      60_000,
    )
    expect(next).to.include({
      apiUrl: first.apiUrl,
      token: first.token,
      routerPort: first.routerPort,
    })
    await until('the log says so', async () =>
      (await readFile(daemonLogFile(foldersOf(home)), 'utf8')).includes(
        'started again: the process before it ended with status 137',
      ),
    )

    process.kill(next.pid, 'SIGSTOP')
    const error = await ensureLocal({ home }).catch((thrown: unknown) => thrown)
    expect(error).to.include({
      code: 'local',
      message: `The embedded Heroku (pid ${next.pid}) does not answer.`,
    })
    expect(await stopLocal(home)).to.equal(true)
    await until('it has gone', () => isGone(next.pid), 30_000)
    expect(await localStatus(home)).to.equal(undefined)
  })

  it('that was killed does not come back after local stop, and its supervisor goes', async () => {
    const { pid } = await ensureLocal({ home })
    const { ppid } = await parentOf(pid)
    process.kill(pid, 'SIGKILL')
    await stopLocal(home)
    await until('its supervisor has gone', () => isGone(ppid), 30_000)
    expect(await localStatus(home)).to.equal(undefined)
  })
})
