import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { createLogplex } from '../../../src/embedded/logplex/index.js'
import type { Logplex } from '../../../src/embedded/store/types.js'
import { FakeLogplex } from '../dynos/fakes.js'
import { temporaryFolder } from '../support/platform.js'

/** What all who write or read a log rely on: the real one keeps it, and the tests' own. */
const LOGS: Record<string, (home: string) => Promise<{ log: Logplex; end(): Promise<void> }>> = {
  'the logplex': async (home) => {
    const logs = path.join(home, 'logs')
    await mkdir(logs)
    const log = createLogplex({ logs })
    return { log, end: () => log.flush() }
  },
  "the tests' logplex": async () => ({ log: new FakeLogplex(), end: async () => undefined }),
}
const line = (message: string) => ({ time: 1, source: 'app' as const, dyno: 'web.1', message })

for (const [name, make] of Object.entries(LOGS))
  describe(`${name}, as a log`, () => {
    let home: string
    let log: Logplex
    let end: () => Promise<void>
    beforeEach(async () => {
      home = await temporaryFolder()
      ;({ log, end } = await make(home))
    })
    afterEach(async () => {
      await end()
      await rm(home, { recursive: true, force: true })
    })
    const messages = (app: string) => log.recent(app).map(({ message }) => message)

    it('splits lines, numbers them upwards, and keeps apps apart', () => {
      log.append('one', line('a\nb\n'))
      log.append('two', line('other'))
      log.append('one', line('x'.repeat(10_001)))
      expect(messages('one')).to.deep.equal(['a', 'b', 'x'.repeat(10_000), 'x'])
      expect(messages('two')).to.deep.equal(['other'])
      const numbers = log.recent('one').map(({ seq }) => seq)
      expect(numbers).to.deep.equal([...numbers].sort((a, b) => a - b))
      expect(new Set(numbers).size).to.equal(4)
      expect(log.recent('one')[0]).to.deep.equal({ ...line('a'), seq: numbers[0] })
      expect(messages('nobody')).to.deep.equal([])
    })

    it('keeps the last 1,500 lines', () => {
      for (let at = 0; at < 1_502; at += 1) log.append('one', line(String(at)))
      expect(messages('one')).to.have.length(1_500).and.include('2').and.not.include('1')
    })

    it('tells who listens, until they end it', () => {
      const heard: string[] = []
      const stop = log.subscribe('one', ({ message, seq }) =>
        heard.push(`${typeof seq} ${message}`),
      )
      log.append('one', line('a\nb'))
      log.append('two', line('other'))
      stop()
      log.append('one', line('c'))
      expect(heard).to.deep.equal(['number a', 'number b'])
    })

    it('forgets an app for good', async () => {
      log.append('one', line('a'))
      log.append('two', line('b'))
      await log.forget('one')
      log.append('one', line('late'))
      expect(messages('one')).to.deep.equal([])
      expect(messages('two')).to.deep.equal(['b'])
    })
  })
