import { readFile, rm } from 'node:fs/promises'
import net from 'node:net'
import { expect } from 'chai'
import { startPlatform, type Platform } from '../../src/embedded/daemon/daemon.js'
import { daemonLogFile } from '../../src/embedded/daemon/daemon-log.js'
import { foldersOf } from '../../src/embedded/daemon/folders.js'
import { createGitHandler } from '../../src/embedded/git/index.js'
import { fakeRooms } from '../embedded/support/fake-rooms.js'
import { temporaryFolder } from '../embedded/support/platform.js'
import { gitsOf } from '../support/gits.js'
import { chanceFrom, fuzzSeed, mutate } from '../support/mutate.js'
import { isSoak } from '../support/soak.js'
import { until } from '../support/until.js'
import { oddRequest } from './api-requests.js'

const [API_ROUNDS, GIT_ROUNDS] = isSoak ? [30_000, 2_000] : [800, 64]
const AT_ONCE = 8
/** ms after which a client says that no more will come, and after which it goes. */
const [SAID, LEFT] = [500, 3_000]

/** Sends bytes and resolves with what came until either side closed. With `isHalf` it goes away early. */
function send(port: number, bytes: string, isHalf: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    let answer = ''
    const timers = [
      setTimeout(() => socket.end(), SAID),
      setTimeout(() => socket.destroy(), isHalf ? 20 : LEFT),
    ]
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.on('error', () => undefined)
    socket.once('close', () => {
      for (const timer of timers) clearTimeout(timer)
      resolve(answer)
    })
    socket.write(bytes, 'latin1')
  })
}

describe(`the API and the git endpoint under random requests (SHIPIT_FUZZ_SEED=${fuzzSeed})`, function () {
  this.timeout(isSoak ? 1_200_000 : 120_000)
  let home: string
  let platform: Platform
  let warnings: string[]
  const onWarning = (warning: Error) => warnings.push(warning.stack ?? warning.message)

  before(async () => {
    warnings = []
    process.on('warning', onWarning)
    home = await temporaryFolder()
    const rooms = await fakeRooms().rooms()
    platform = await startPlatform({
      home,
      ports: { api: 0, router: 0 },
      rooms: async () => ({ ...rooms, createGitHandler }),
    })
  })

  after(async () => {
    process.off('warning', onWarning)
    await platform.close()
    await rm(home, { recursive: true, force: true })
  })

  const call = (path: string, init: RequestInit = {}) =>
    fetch(platform.info.apiUrl + path, {
      ...init,
      headers: {
        authorization: `Basic ${Buffer.from(`git:${platform.info.token}`).toString('base64')}`,
      },
    })

  /** An app with a release and a formation, whatever became of the last one. */
  const deployed = async () => {
    if ((await call('/apps/shop')).status !== 404) return
    const post = async (path: string, body: object) =>
      (await call(path, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<{
        source_blob: { put_url: string; get_url: string }
      }>
    await post('/apps', { name: 'shop' })
    const {
      source_blob: { put_url: url },
    } = await post('/sources', {})
    await fetch(url, { method: 'PUT', body: 'a source' })
    await post('/apps/shop/builds', { source_blob: { url } })
  }

  /** What a fuzz of both comes to: `rounds` requests, and a good one after each few. */
  const fuzz = async (rounds: number, isGit: boolean) => {
    const { token, apiUrl } = platform.info
    const port = Number(new URL(apiUrl).port)
    const chance = chanceFrom(fuzzSeed + Number(isGit))
    const statuses = new Map<string, number>()
    const faults: string[] = []
    for (let round = 0; round < rounds; round += AT_ONCE) {
      await deployed()
      const requests = Array.from({ length: AT_ONCE }, () => {
        const whole = oddRequest(chance, { token, isGit })
        return chance(6) === 0 ? mutate(whole, chance) : whole
      })
      const answers = await Promise.all(
        requests.map((request) => send(port, request, chance(12) === 0)),
      )
      for (const [index, answer] of answers.entries()) {
        const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none'
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        // Git itself may say 500 of what it cannot read.
        if (!isGit && status === '500')
          faults.push(`round ${round}: ${JSON.stringify(requests[index]!.slice(0, 3_000))}`)
      }
      const good = await call(isGit ? '/git/shop.git/info/refs?service=git-receive-pack' : '/apps')
      expect(good.status, `after round ${round}`).to.equal(200)
      expect(await good.text()).to.include(isGit ? '# service=git-receive-pack' : '[')
    }
    expect(
      faults,
      faults.length === 0 ? '' : await readFile(daemonLogFile(foldersOf(home)), 'utf8'),
    ).to.deep.equal([])
    expect(warnings).to.deep.equal([])
    return statuses
  }

  it(`answers none of ${API_ROUNDS} requests with an internal error, and goes on`, async () => {
    const statuses = await fuzz(API_ROUNDS, false)
    expect(
      [...statuses.keys()],
      'requests that were understood and refused, each in its way',
    ).to.include.members(['200', '400', '401', '404', '422'])
  })

  it(`takes ${GIT_ROUNDS} pushes that are none, whole and in parts, goes on, and leaves no git behind`, async () => {
    const statuses = await fuzz(GIT_ROUNDS, true)
    expect([...statuses.keys()]).to.include.members(['200', '404'])
    if (process.platform === 'linux')
      await until('every git has ended', async () => (await gitsOf(home)).length === 0)
  })
})
