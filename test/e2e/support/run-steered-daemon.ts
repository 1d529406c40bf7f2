import { startPlatform } from '../../../src/embedded/daemon/daemon.js'
import { SteeredClock } from '../../embedded/support/steered-clock.js'

/** The embedded Heroku in a process of its own, whose clock advances by the ms that it is sent. */
process.umask(0o077)
const clock = new SteeredClock(Date.now())
const platform = await startPlatform({
  home: process.env.SHIPIT_HOME!,
  ports: { api: 0, router: 0 },
  clock,
})
process.on('message', (ms: number) => clock.advance(ms))
const end = () => void platform.close().then(() => process.exit(0))
process.once('SIGTERM', end)
process.once('disconnect', end)
process.send!('up')
