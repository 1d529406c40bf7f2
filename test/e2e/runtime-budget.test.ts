import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { get, startLoad } from '../../src/demo/load.js'
import { packageRoot } from '../../src/paths.js'
import { isSoak } from '../support/soak.js'
import { AppFolder, freePort, until } from '../runtime/harness.js'

const SERVER = `const http = require('node:http')
// About 90 MB an instance: what Node takes, and this.
const held = Buffer.alloc(48 * 1024 * 1024, 1)
http.createServer((request, response) => response.end(String(held.length))).listen(process.env.PORT)
`
const FILE = 'apps:\n  - { name: api, script: server.js, exec_mode: cluster, instances: max }\n'

const REQUESTS = isSoak ? 10_000 : 3_000

/** Resident MB of a process group, one number a process. Linux only. */
function residentOf(group: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        if (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2] !== String(group)) return []
        return [
          Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) /
            1024,
        ]
      } catch (error) {
        if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
        return []
      }
    })
}

describe('instances: max in a dyno of 512 MB on a host of 8 CPUs', function () {
  this.timeout(90_000)
  let app: AppFolder
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })
  afterEach(() => app?.end())

  it('are as many as the memory holds, and stay within it under load', async () => {
    app = new AppFolder(
      { 'server.js': SERVER, 'ecosystem.config.yml': FILE },
      path.join(packageRoot, 'dist/shipit-runtime/bin/shipit-runtime.js'),
    )
    const port = await freePort()
    const run = await app.start(undefined, {
      PORT: String(port),
      MEMORY_AVAILABLE: '512',
      SHIPIT_CPUS: '8',
    })
    await run.says(
      /shipit: api × \d+ \(memory holds \d+, .* measured\); this dyno has 512 MB \(MEMORY_AVAILABLE\) and 8 CPUs/,
      30_000,
    )
    const wanted = Number(/shipit: api × (\d+)/.exec(run.output)![1])
    expect(wanted).to.be.within(2, 4)
    await until(() => residentOf(run.child.pid!).length === wanted + 1, 30_000)
    expect((await get(`http://127.0.0.1:${port}/`)).status).to.equal(200)

    const load = startLoad(`http://127.0.0.1:${port}/`, { keepAlive: 8, fresh: 4, pause: 0 })
    const totals: number[] = []
    await until(() => {
      totals.push(residentOf(run.child.pid!).reduce((sum, one) => sum + one, 0))
      return load.result.sent >= REQUESTS
    }, 60_000)
    const { sent, ok } = await load.stop()
    expect(ok).to.equal(sent)
    expect(Math.max(...totals)).to.be.within(150, 512)
  })
})
