import { expect } from 'chai'
import { watchFormation } from '../../src/monitor/index.js'
import { World } from '../support/embedded/index.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('watching a formation', () => {
  useVirtualClock()

  let world: World
  let retries: string | undefined
  before(() => {
    retries = process.env.SHIPIT_HTTP_RETRIES
    process.env.SHIPIT_HTTP_RETRIES = '0'
  })
  after(() => {
    if (retries === undefined) delete process.env.SHIPIT_HTTP_RETRIES
    else process.env.SHIPIT_HTTP_RETRIES = retries
  })
  afterEach(() => world.stop())

  it('takes the log up again however often it was given up, with no line twice, and says meanwhile that it cannot be read', async () => {
    world = await World.start()
    const web = world.running('web.1')
    web.print('line 1')
    const json = { id: 'internal_server_error', message: 'There is no log.' }
    const lines: string[] = []
    const problems = new Set<string | undefined>()
    const stop = new AbortController()
    let isCut = false
    for await (const { problem } of watchFormation(world.api, 'a1', {
      every: 500,
      onLine: ({ message }) => {
        if (message.startsWith('line')) lines.push(message)
      },
      signal: stop.signal,
    })) {
      problems.add(problem)
      if (!isCut && lines.length === 1) {
        isCut = true
        world.proxy.reply('GET', /^\/streams\/logs\//, { status: 500, json }, 2)
        world.proxy.cutStreams()
        web.print('line 2')
      }
      if (lines.length === 2 && problem === undefined) stop.abort()
    }
    expect(lines).to.deep.equal(['line 1', 'line 2'])
    expect(
      [...problems].filter((problem) => problem?.startsWith('The log could not be read')),
    ).to.not.deep.equal([])
  })
})
