import { expect } from 'chai'
import { AppFolder, freePort, until, type Run } from './harness.js'

/**
 * Every request takes 100 ms of CPU, so that the instances stay busy where whoever asks is slow.
 * /grow?N takes N MB for good.
 */
const BUSY = `
const held = []
require('http').createServer((req, res) => {
  if (req.url.startsWith('/grow')) held.push(Buffer.alloc(Number(req.url.slice(6)) << 20, 1))
  for (const end = Date.now() + 100; Date.now() < end;);
  res.end(process.pid + ' ' + process.env.NODE_APP_INSTANCE)
}).listen(process.env.PORT, '127.0.0.1')
`

describe('the number of instances while the dyno runs', function () {
  this.timeout(90_000)
  let app: AppFolder
  let isOver = false
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })
  afterEach(() => {
    isOver = true
    return app?.end()
  })

  const started = async () => {
    app = new AppFolder({
      'server.js': BUSY,
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: server.js, exec_mode: cluster, instances: max }\n',
    })
    const port = await freePort()
    const run = await app.start(undefined, {
      PORT: String(port),
      MEMORY_AVAILABLE: '300',
      SHIPIT_CPUS: '3',
    })
    await run.says('this dyno has')
    const url = `http://127.0.0.1:${port}`
    return { run, url }
  }

  /**
   * Eight clients that ask again and again until the test is over; counts what was answered and
   * what was not.
   */
  const load = (url: string) => {
    const count = { ok: 0, lost: 0 }
    const client = async () => {
      while (!isOver) {
        const status = await fetch(url, { headers: { connection: 'close' } }).then(
          async (answer) => (await answer.text()) && answer.status,
          () => 0,
        )
        if (status === 200) count.ok += 1
        else if (!isOver) count.lost += 1
      }
    }
    return { count, ended: Promise.all(Array.from({ length: 8 }, client)) }
  }

  const said = (run: Run, pattern: RegExp) => run.stdout.match(pattern)?.length ?? 0

  it('is one more while they are busy and memory is free, and one fewer when it is not, with no request lost and no crash', async () => {
    const { run, url } = await started()
    await run.says(/shipit: api × 2 \(memory holds 2/)
    await until(() => said(run, /event=listening/g) === 2)
    const { count, ended } = load(url)
    await run.says(
      /shipit source=web\.1 app=api instance=2 event=scale instances=3 was=2 why="busy \(\d+% of a CPU each.*\), and \d+ MB are free for one more of \d+ MB"\n/,
      40_000,
    )
    await until(() => said(run, /event=listening/g) === 3, 30_000)
    const large = (await (await fetch(`${url}/grow?90`)).text()).split(' ')[0]!
    await run.says(
      /instance=2 event=scale instances=2 was=3 why="the dyno is full: \d+ of 300 MB, \d+ MB an instance"\n.*instance=2 event=stop why=scale\n/,
      30_000,
    )
    await run.says(/instance=2 event=exit code=0 restarts=0 asked=yes removed=yes\n/, 30_000)
    isOver = true
    await ended
    expect(count.lost).to.equal(0)
    expect(count.ok).to.be.above(20)
    expect(large).to.match(/^\d+$/)
    expect(said(run, /event=scale/g)).to.equal(2)
    expect(run.output).not.to.include('event=crash').and.not.to.include('is reloaded\n')
  })
})
