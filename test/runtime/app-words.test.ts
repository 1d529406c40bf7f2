import { expect } from 'chai'
import { createRequire } from 'node:module'
import { AppFolder } from './harness.js'

/** As @pm2/io 6 and tx2 1 send them. */
const APP = `
const send = (type, data) => process.send({ type, data })
send('axm:action', { action_name: 'db:clean', action_type: 'custom', arity: 1 })
setInterval(() => send('axm:monitor', { 'Realtime user': { historic: true, unit: 'users', value: 23 }, 'Heap Usage': { type: 'internal/v8/heap/usage', unit: '%', value: 65 } }), 50)
for (let i = 0; i < 3; i += 1) send('process:exception', { name: 'BookedOut', message: 'no seat for\\n' + process.env.API_TOKEN, stack: 'BookedOut: no seat\\n    at sell (' + __filename + ':3:5)' })
setTimeout(() => { throw new TypeError('never caught') }, 700)
`

for (const mode of ['fork', 'cluster']) {
  describe(`what an app tells through PM2's packages, in ${mode} mode`, function () {
    this.timeout(30_000)
    let folder: AppFolder
    afterEach(() => folder.end())

    it('is in the log without keys: metrics, actions, reported and uncaught errors', async () => {
      folder = new AppFolder({
        'app.js': APP,
        'ecosystem.config.yml': `apps: [{ name: a, script: app.js, exec_mode: ${mode}, autorestart: false }]\n`,
      })
      const run = await folder.start(undefined, {
        SHIPIT_METRICS: '0.3',
        API_TOKEN: 'abcdef123456',
      })
      expect((await run.ended).code).to.equal(1)
      const lines = run.stdout.split('\n').filter((line) => line.startsWith('shipit source='))
      expect(lines.find((line) => line.includes('metric#'))).to.match(
        / metric#Realtime%20user=23users actions=db:clean$/,
      )
      expect(lines.filter((line) => line.includes('event=exception'))).to.deep.equal([
        'shipit source=web.1 app=a instance=0 event=exception type=BookedOut message="no seat for\\n[API_TOKEN]" at=app.js:3:5',
        'shipit source=web.1 app=a instance=0 event=exception type=TypeError message="never caught" at=app.js:6:26 uncaught=yes',
        'shipit source=web.1 app=a instance=0 event=exception type=BookedOut message="no seat for\\n[API_TOKEN]" at=app.js:3:5 count=2',
      ])
      // Node prints what it always prints.
      expect(run.stderr).to.include('TypeError: never caught\n    at ')
    })
  })
}

/**
 * The real packages. tx2 is pm2's own dependency; SHIPIT_PM2_IO names a folder in which npm has
 * installed @pm2/io.
 */
const TX2 = `
const tx2 = require(${JSON.stringify(createRequire(import.meta.url).resolve('tx2'))})
tx2.metric({ name: 'Users "now"', value: () => 5, unit: 'users' })
tx2.counter('Downloads').inc(3)
tx2.meter({ name: 'req/min', unit: 'req', timeframe: 60 })
tx2.histogram({ name: 'latency', measurement: 'mean' }).update(100)
tx2.action('world', (reply) => reply({}))
tx2.issue(new RangeError('reported'))
setInterval(() => {}, 1000)
`
const IO = `
const io = require(process.env.IO)
io.metric({ name: 'Users "now"', unit: 'users' }).set(5)
io.counter({ name: 'Downloads' }).inc(3)
io.meter({ name: 'req/min', unit: 'req' }).mark(0)
io.histogram({ name: 'latency', measurement: 'mean' }).update(100)
io.action('world', (reply) => reply({}))
io.notifyError(new RangeError('reported'))
setInterval(() => {}, 1000)
`
const io = process.env['SHIPIT_PM2_IO']
const packages: [name: string, app: string][] = [
  ['tx2', TX2],
  ...(io === undefined ? [] : [['@pm2/io', IO] as [string, string]]),
]

for (const [name, app] of packages) {
  describe(`an app that uses ${name}`, function () {
    this.timeout(30_000)
    let folder: AppFolder
    afterEach(() => folder.end())

    it('has its metric, counter, meter, histogram, action and error in the log', async () => {
      folder = new AppFolder({
        'app.js': app,
        'ecosystem.config.yml': 'apps: [{ name: a, script: app.js }]\n',
      })
      const run = await folder.start(undefined, {
        SHIPIT_METRICS: '0.3',
        ...(io === undefined ? {} : { IO: createRequire(`${io}/x`).resolve('@pm2/io') }),
      })
      await run.says(/metric#latency/)
      const line = run.stdout.split('\n').find((one) => one.includes('metric#latency'))!
      expect(line.slice(line.indexOf(' metric#'))).to.match(
        /^ metric#Users%20%22now%22=5users metric#Downloads=3 metric#req\/min=[\d.]+req metric#latency=100 actions=world$/,
      )
      expect(run.stdout).to.match(
        /event=exception type=RangeError message=reported at=app\.js:\d+:\d+\n/,
      )
    })
  })
}
