import { expect } from 'chai'
import { TIMING } from '../../../src/deploy/timing.js'
import type { Platform } from '../../../src/deploy/platform.js'
import { ReleaseWatch } from '../../../src/deploy/health/release-watch.js'
import { until } from '../../../src/lib/until.js'
import type { LogLine, Release } from '../../../src/heroku/index.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

const FOR_EVER = { timing: { ...TIMING, poll: 3_600_000 }, signal: new AbortController().signal }

/** A log that says what it is told to. */
function talkingLog() {
  let say: (line: LogLine) => void = () => undefined
  async function* logs(): AsyncGenerator<LogLine> {
    for (;;)
      yield await new Promise<LogLine>((resolve) => {
        say = resolve
      })
  }
  const platform = {
    logs,
    dynos: () => Promise.resolve([]),
    formation: () => Promise.resolve([]),
  } as unknown as Platform
  const told = (message: string, source = 'heroku', dyno = 'web.1') =>
    say({ timestamp: new Date().toISOString(), source, dyno, message } as LogLine)
  return { platform, told }
}

/** Whether a pause of an hour ends by what is told. */
async function isOverSoon(paused: Promise<unknown>): Promise<boolean> {
  let isOver = false
  void paused.then(() => (isOver = true))
  return (await until(() => isOver, { timeout: 15_000, every: 5 })) ?? false
}

describe('the watch over a release', () => {
  useVirtualClock()

  const release = { created_at: new Date(Date.now() - 1000).toISOString(), version: 2 } as Release
  const lines: Record<string, [message: string, source?: string]> = {
    'a dyno came up': ['State changed from starting to up'],
    'a dyno crashed': ['State changed from up to crashed'],
    'an instance ended': [
      'shipit source=web.1 app=api instance=0 event=exit code=1 restarts=1 backoff=100ms',
      'app',
    ],
  }

  for (const [what, line] of Object.entries(lines)) {
    it(`looks again at once when the log tells that ${what}`, async () => {
      const { platform, told } = talkingLog()
      const watch = new ReleaseWatch(platform, 'a1', release)
      await watch.poll()
      const paused = watch.pause(FOR_EVER, 1000)
      told(...line)
      expect(await isOverSoon(paused)).to.equal(true)
      watch.stop()
    })
  }

  it('looks at once where the log told it while the last look was on its way', async () => {
    const { platform, told } = talkingLog()
    const watch = new ReleaseWatch(platform, 'a1', release)
    const look = watch.poll()
    told('State changed from starting to up')
    await look
    await new Promise(setImmediate)
    expect(await isOverSoon(watch.pause(FOR_EVER, 1000))).to.equal(true)
    watch.stop()
  })

  it('waits on at any other line, and ends with the deploy', async () => {
    const { platform, told } = talkingLog()
    const watch = new ReleaseWatch(platform, 'a1', release)
    await watch.poll()
    const stop = new AbortController()
    let isOver = false
    const paused = watch.pause({ ...FOR_EVER, signal: stop.signal }, 1000).finally(() => {
      isOver = true
    })
    told('Starting process with command `npm start`')
    await new Promise(setImmediate)
    expect(isOver).to.equal(false)
    stop.abort(new Error('stopped'))
    expect(await paused.catch((error: Error) => error.name)).to.equal('AbortError')
    watch.stop()
  })
})
