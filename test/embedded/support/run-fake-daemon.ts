import { startPlatform } from '../../../src/embedded/daemon/daemon.js'
import { fakeRooms } from './fake-rooms.js'

/**
 * A platform with fake dynos and builds in a process of its own, for clients that are processes
 * themselves.
 */
const { rooms } = fakeRooms()
const platform = await startPlatform({
  home: process.env.SHIPIT_HOME as string,
  ports: { api: 0, router: 0 },
  rooms,
})
process.once('SIGTERM', () => {
  void platform.close().then(() => process.exit(0))
})
process.stdout.write(JSON.stringify(platform.info) + '\n')
