import { expect } from 'chai'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import net, { type AddressInfo, type Socket } from 'node:net'
import { createDynos } from '../../../src/embedded/dynos/index.js'
import type { OneOff, OneOffRequest } from '../../../src/embedded/store/types.js'
import { until } from '../../support/until.js'
import { Home, LIMITS } from './fakes.js'

/** A client that has come, as the dyno and as the test see it. */
async function client(): Promise<{
  ours: Socket
  theirs: Socket
  text: () => string
  attach: (isTerminal?: boolean) => OneOffRequest['attach']
}> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ours = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [theirs] = (await once(server, 'connection')) as [Socket]
  server.close()
  let text = ''
  ours.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  return {
    ours,
    theirs,
    text: () => text,
    attach: (isTerminal = false) => ({
      isTerminal,
      meeting: { client: () => Promise.resolve(theirs) },
    }),
  }
}

const nobody: OneOffRequest['attach'] = {
  isTerminal: false,
  meeting: {
    client: (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(undefined), { once: true })
      }),
  },
}

describe('a one-off dyno', () => {
  let home: Home
  let dynos: ReturnType<typeof createDynos>
  let app: ReturnType<Home['app']>
  let version: ReturnType<Home['release']>

  const start = (limits: Partial<typeof LIMITS> = {}) => {
    home = new Home()
    dynos = createDynos({
      store: home.store,
      logplex: home.logplex,
      folders: home.folders,
      limits: { ...LIMITS, ...limits },
    })
    app = home.app('app')
    version = home.release(
      app,
      { 'note.txt': 'of the slug' },
      { config: { COLOUR: 'blue', SHAPE: 'round' } },
    )
  }
  const again = (limits?: Partial<typeof LIMITS>) => {
    home.remove()
    start(limits)
  }
  const run = (command: string, more: Partial<OneOffRequest> = {}): Promise<OneOff> =>
    dynos.runOneOff(app.id, { name: 'run.1234', command, size: 'Standard-1X', ...version, ...more })
  const lines = () => home.logplex.lines('run.1234')

  beforeEach(() => start())
  afterEach(async () => {
    await dynos.shutdown()
    expect(readdirSync(home.folders.dynos), 'folders of ended dynos').to.deep.equal([])
    home.remove()
  })

  it('runs detached over the release, with its own variables, and its output in the log', async () => {
    const { exit, record } = await run(
      'cat note.txt; echo; echo $DYNO $COLOUR $SHAPE; touch made-here; exit 3',
      { env: { SHAPE: 'square' } },
    )
    expect(record).to.include({
      name: 'run.1234',
      type: 'run',
      state: 'starting',
      size: 'Standard-1X',
      release_version: 1,
    })
    expect(await exit).to.equal(3)
    expect(lines()).to.deep.equal([
      'heroku[run.1234]: Starting process with command `cat note.txt; echo; echo $DYNO $COLOUR $SHAPE; touch made-here; exit 3`',
      'heroku[run.1234]: State changed from starting to up',
      'app[run.1234]: of the slug',
      'app[run.1234]: run.1234 blue square',
      'heroku[run.1234]: Process exited with status 3',
      'heroku[run.1234]: State changed from up to complete',
    ])
    expect(readdirSync(version.slug.dir)).to.deep.equal(['note.txt'])
    expect(dynos.list(app.id)).to.deep.equal([])
  })

  it('gives an attached client every byte both ways, and its process the end of the input', async () => {
    const { ours, theirs, text, attach } = await client()
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, at) => at % 256))
    const { exit } = await run('cat; echo " that was all" >&2', { attach: attach() })
    await until('up', () => dynos.list(app.id)[0]?.state === 'up')
    // A byte like that of the end is one of the input where something follows it, here as soon as
    // it has arrived alone.
    theirs.once('data', () => ours.write(Buffer.concat([bytes.subarray(5), Buffer.of(4, 4)])))
    ours.write(bytes.subarray(0, 5))
    expect(await exit).to.equal(0)
    await until('all of it', () => text().includes('that was all'))
    expect(text()).to.equal(`${bytes.toString('latin1')}\x04 that was all\n`)
    expect(lines().filter((line) => line.startsWith('app['))).to.deep.equal([])
    expect(lines()[0]).to.equal('heroku[run.1234]: Awaiting client')
  })

  it("has a terminal of the client's size where that is asked for, with its signals", async () => {
    const { ours, text, attach } = await client()
    const { exit } = await run(
      'stty size; tty; trap "echo caught; exit 7" INT; while :; do sleep 0.1; done',
      { attach: attach(true), env: { LINES: '33', COLUMNS: '101', TERM: 'xterm' } },
    )
    await until('the terminal', () => /33 101\r\n\/dev\/\S+\r\n/.test(text()))
    ours.write('\x03')
    expect(await exit).to.equal(7)
    await until('its words', () => text().endsWith('caught\r\n'))
  })

  it('is hung up when its client goes away, and killed where it does not mind', async () => {
    again({ stopGrace: 300 })
    for (const isTerminal of [false, true]) {
      const { ours, text, attach } = await client()
      const { exit } = await run('trap "" HUP; echo deaf; sleep 100', {
        attach: attach(isTerminal),
      })
      await until('its word', () => text().includes('deaf'))
      ours.destroy()
      expect(await exit).to.be.greaterThan(0)
    }
    expect(lines()).to.include.members([
      'heroku[run.1234]: Stopping all processes with SIGHUP',
      'heroku[run.1234]: Stopping remaining processes with SIGKILL',
    ])
    const { ours, text, attach } = await client()
    const { exit } = await run('echo polite; exec sleep 100', { attach: attach() })
    await until('its word', () => text().includes('polite'))
    ours.destroy()
    expect(await exit).to.equal(129)
  })

  it('ends with R13 where nobody comes, and at once where it is stopped before', async () => {
    again({ attachTimeout: 50 })
    expect(await (await run('echo never', { attach: nobody })).exit).to.equal(128)
    expect(lines()).to.deep.equal([
      'heroku[run.1234]: Awaiting client',
      'heroku[run.1234]: Error R13 (Attach error) -> Failed to attach to process',
      'heroku[run.1234]: Process exited with status 128',
      'heroku[run.1234]: State changed from starting to complete',
    ])
    again()
    const { exit } = await run('echo never', { attach: nobody })
    await dynos.stop(app.id, { name: 'run.1234' })
    expect(await exit).to.equal(143)
    expect(lines()).to.not.include('app[run.1234]: never')
  })

  it('ends by stop, by restart, and when its time is over; its terminal keeps the status', async () => {
    for (const end of [
      () => dynos.stop(app.id, { name: 'run.1234' }),
      () => dynos.restart(app.id, { name: 'run.1234' }),
    ]) {
      const { text, attach } = await client()
      const { exit } = await run('trap "exit 9" TERM; echo ready; while :; do sleep 0.1; done', {
        attach: attach(true),
      })
      await until('its word', () => text().includes('ready'))
      await end()
      expect(await exit).to.equal(9)
      await until('its end', () => dynos.list(app.id).length === 0)
    }
    expect(await (await run('exec sleep 100', { timeToLive: 100 })).exit).to.equal(143)
  })

  it('waits for a client that reads slowly, and ends with the platform all the same', async () => {
    const { ours, text, attach } = await client()
    ours.pause()
    const { exit } = await run('head -c 3000000 /dev/zero', { attach: attach() })
    // Longer than output is waited for that no client holds up.
    await new Promise((resolve) => {
      setTimeout(resolve, 2_500)
    })
    expect(text()).to.equal('')
    ours.resume()
    expect(await exit).to.equal(0)
    await until('all of it', () => text().length === 3_000_000)

    const deaf = await client()
    deaf.ours.pause()
    await run('head -c 3000000 /dev/zero; sleep 100', { attach: deaf.attach() })
    await until('up', () => dynos.list(app.id)[0]?.state === 'up')
    await dynos.shutdown()
  }).timeout(30_000)
})
