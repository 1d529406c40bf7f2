import { expect } from 'chai'
import { PassThrough } from 'node:stream'
import { runAttached } from '../../../src/operate/one-off/run-attached.js'
import type { Dyno } from '../../../src/heroku/index.js'
import { ONE_OFF, World } from '../../support/embedded/index.js'
import type { Program } from '../../support/embedded/program.js'
import { failureOf } from '../../support/failures.js'
import { until } from '../../support/until.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

const MARKER = '\uFFFF heroku-command-exit-status: '
const DYNOS = /\/dynos$/

describe('a command in a one-off dyno that this process is attached to', () => {
  useVirtualClock()

  const realInput = Object.getOwnPropertyDescriptor(process, 'stdin')!
  const realTerm = process.env.TERM
  let world: World
  let input: PassThrough & { modes: boolean[]; isLet: boolean }
  let output: PassThrough
  let shown: string
  let told: string

  const start = async (program: Program = { exits: { after: 100, status: 0 } }) => {
    world = await World.start({ behaviours: { [ONE_OFF]: program } })
    world.calls.length = 0
  }
  beforeEach(() => {
    const modes: boolean[] = []
    input = Object.assign(new PassThrough(), {
      modes,
      setRawMode: (isRaw: boolean) => modes.push(isRaw),
      isLet: false,
      unref: () => (input.isLet = true),
    })
    Object.defineProperty(process, 'stdin', { value: input, configurable: true })
    output = new PassThrough()
    shown = told = ''
    output.on('data', (chunk: Buffer) => (shown += chunk.toString()))
  })
  afterEach(async () => {
    Object.defineProperty(process, 'stdin', realInput)
    if (realTerm === undefined) delete process.env.TERM
    else process.env.TERM = realTerm
    await world.stop()
  })

  const onTerminal = (ofInput = true, ofOutput = true) => {
    Object.assign(input, { isTTY: ofInput })
    Object.assign(output, { isTTY: ofOutput, columns: 132, rows: 43 })
  }
  const run = (
    more: { exitCode?: boolean; noTty?: boolean; env?: Record<string, string> } = {},
  ) => {
    const { env, ...options } = more
    return runAttached(
      world.api,
      'a1',
      { command: 'node job.js', ...(env ? { env } : {}) },
      {
        noTty: false,
        exitCode: false,
        output: output as unknown as NodeJS.WriteStream,
        say: (text) => (told += text),
        ...options,
      },
    )
  }
  /** As this process gets it, for the run alone. */
  const send = (name: NodeJS.Signals) => process.listeners(name).at(-1)!(name)
  const isUp = () => until('the dyno is up', () => told.includes('up, '))

  it('passes its output on, takes no terminal, and says on the way how far it is', async () => {
    await start({ prints: ['one', 'two'], exits: { after: 100, status: 7 } })
    const signals = process.listenerCount('SIGINT')
    const { dyno, status } = await run({ env: { A: '1' } })
    expect(dyno).to.match(/^run\.\d+$/)
    expect([status, shown, told]).to.deep.equal([
      0,
      'one\ntwo\n',
      `Running node job.js on a1... up, ${dyno}\n`,
    ])
    expect(world.calls).to.deep.equal(['run node job.js'])
    expect(world.oneOff!.env).to.include({ A: '1', DYNO: dyno }).and.not.have.property('COLUMNS')
    expect([input.modes, input.isLet, process.listenerCount('SIGINT')]).to.deep.equal([
      [],
      true,
      signals,
    ])
  })

  it('has the keys, the size and the kind of the terminal, and gives the terminal back', async () => {
    await start()
    onTerminal()
    process.env.TERM = 'screen'
    const ended = run()
    await isUp()
    expect(input.modes).to.deep.equal([true])
    input.write('ls\r')
    await ended
    expect(world.oneOff!.env).to.include({ TERM: 'screen', COLUMNS: '132', LINES: '43' })
    expect(world.oneOff!.typed).to.equal('ls\r')
    expect(input.modes).to.deep.equal([true, false])
  })

  it('is of a plain kind of terminal if that is not known, and what is asked for comes first', async () => {
    await start()
    onTerminal()
    delete process.env.TERM
    await run({ env: { LINES: '1' } })
    expect(world.oneOff!.env).to.include({ TERM: 'xterm', COLUMNS: '132', LINES: '1' })
  })

  for (const [name, ofInput, ofOutput, noTty] of [
    ['the input is none', false, true, false],
    ['the output is none', true, false, false],
    ['none is asked for', true, true, true],
  ] as const)
    it(`has no terminal if ${name}`, async () => {
      await start()
      onTerminal(ofInput, ofOutput)
      await run({ noTty })
      expect(world.oneOff!.env).to.not.have.property('COLUMNS')
      expect(input.modes).to.deep.equal([])
    })

  it('answers with the status that the command tells, which is no output', async () => {
    await start({ prints: ['out', `${MARKER}3`], exits: { after: 100, status: 0 } })
    expect(await run({ exitCode: true })).to.include({ status: 3 })
    expect(shown).to.equal('out\n')
    expect(world.calls).to.deep.equal([`run node job.js ; echo "${MARKER}$?"`])
  })

  it('asks the log for the status of a command that tells none', async () => {
    await start({ prints: ['out'], exits: { after: 100, status: 42 } })
    expect(await run({ exitCode: true })).to.include({ status: 42 })
  })

  it('knows no status if the connection broke, or the platform hung up', async () => {
    await start({})
    let sessions = 0
    world.proxy.on('POST', /\/log-sessions$/, () => (sessions += 1), 9)
    const broken = failureOf(run({ exitCode: true }))
    await isUp()
    world.oneOff!.client!.resetAndDestroy()
    const error = await broken
    expect(error).to.include({ code: 'network' })
    expect(error.message).to.match(/^The connection to run\.\d+ of a1 broke before/)
    // What the platform tells of the end is that it hung up.
    expect(sessions).to.equal(0)

    world.behaviours[ONE_OFF] = { exits: { after: 100, status: 129 } }
    expect(await failureOf(run({ exitCode: true }))).to.include({ code: 'network' })
  })

  it('passes on that no dyno could be had, and says so', async () => {
    await start()
    const json = { id: 'forbidden', message: 'Not yours.' }
    world.proxy.reply('POST', DYNOS, { status: 403, json })
    const error = await failureOf(run())
    expect(error.message).to.include('Not yours.')
    expect(told).to.equal('Running node job.js on a1... failed\n')
    expect(world.calls).to.deep.equal([])
  })

  it('passes on that the dyno could not be joined, says so, and leaves the input', async () => {
    await start()
    world.proxy.reshape<Dyno>('POST', DYNOS, (dyno) => ({
      ...dyno,
      attach_url: dyno.attach_url!.replace(/[^/]+$/, 'another'),
    }))
    expect(await failureOf(run())).to.include({ code: 'network' })
    expect(told).to.equal('Running node job.js on a1... failed\n')
    expect([world.calls.length, input.isLet]).to.deep.equal([1, true])
  })

  it('is refused if the platform names no place to meet, or one that is not ours', async () => {
    await start()
    world.proxy.reshape<Dyno>('POST', DYNOS, (dyno) => ({ ...dyno, attach_url: null }), 1)
    const nowhere = await failureOf(run())
    expect(nowhere).to.include({ code: 'refused', next: 'shipit run --detached' })
    expect(world.calls).to.have.lengthOf(1)

    world.proxy.reshape<Dyno>('POST', DYNOS, (dyno) => ({
      ...dyno,
      attach_url: 'https://meet.example/secret',
    }))
    const elsewhere = await failureOf(run())
    const { dyno } = elsewhere.details as { dyno: string }
    expect(elsewhere).to.include({ code: 'refused' })
    expect(elsewhere.why).to.include('met over https.').and.include('was stopped again')
    expect(elsewhere.next).to.include('heroku run --app a1').and.include('--detached --app a1')
    expect(world.calls.at(-1)).to.equal(`stop ${dyno}`)
  })

  describe('that is left', () => {
    it('is stopped, and the exit status is that of the signal', async () => {
      await start({})
      const left = failureOf(run())
      await isUp()
      send('SIGTERM')
      const error = await left
      const name = world.oneOff!.place.name
      expect(error).to.include({ code: 'interrupted', exitCode: 143 })
      expect(error.message).to.equal(`Left ${name} of a1; it was told to stop.`)
      expect(world.calls).to.deep.equal(['run node job.js', `stop ${name}`])
    })

    it('is stopped in silence if nobody reads its output any more', async () => {
      await start({})
      const left = run()
      await isUp()
      output.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      const { dyno, status } = await left
      expect(status).to.equal(141)
      expect(world.calls.at(-1)).to.equal(`stop ${dyno}`)
    })

    it('need not be there any more, and any other failure to stop it is told', async () => {
      await start({})
      const STOP = /\/actions\/stop$/
      const gone = { status: 404, json: { id: 'not_found', message: 'No such dyno.' } }
      world.proxy.reply('POST', STOP, gone, 1)
      const left = failureOf(run())
      await isUp()
      send('SIGINT')
      expect(await left).to.include({ code: 'interrupted', exitCode: 130 })

      told = ''
      const refused = { status: 403, json: { id: 'forbidden', message: 'Not yours.' } }
      world.proxy.reply('POST', STOP, refused, 1)
      const kept = failureOf(run())
      await isUp()
      send('SIGINT')
      expect((await kept).message).to.include('Not yours.')
    })

    it('by Ctrl-C four times ends as by the signal', async () => {
      await start({})
      onTerminal()
      const left = failureOf(run())
      await isUp()
      input.write(Buffer.of(3, 3, 3, 3))
      expect(await left).to.include({ code: 'interrupted', exitCode: 130 })
      expect(input.modes).to.deep.equal([true, false])
    })

    it('before the dyno was there asks for nothing to be stopped', async () => {
      await start()
      world.proxy.reply('POST', DYNOS, { status: 403, json: { id: 'forbidden', message: 'No.' } })
      const left = failureOf(run())
      send('SIGINT')
      expect((await left).message).to.include('No.')
      expect(world.calls).to.deep.equal([])
    })
  })
})
