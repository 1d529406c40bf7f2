import { expect } from 'chai'
import { runLines } from '../../../src/operate/one-off/run-lines.js'
import type { Dyno } from '../../../src/heroku/index.js'
import { ONE_OFF, World } from '../../support/embedded/index.js'
import type { Program } from '../../support/embedded/program.js'
import { failureOf } from '../../support/failures.js'
import { until } from '../../support/until.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

const MARKER = '\uFFFF heroku-command-exit-status: '
const DYNOS = /\/dynos$/
const STOP = /\/actions\/stop$/

describe('a command in a one-off dyno that is listened to', () => {
  useVirtualClock()

  let world: World
  let said: string[]
  const start = async (program: Program) => {
    world = await World.start({ behaviours: { [ONE_OFF]: program } })
    world.calls.length = 0
    said = []
  }
  afterEach(() => world.stop())
  const run = (size?: string, signal = new AbortController().signal) =>
    runLines(
      world.api,
      'a1',
      { command: 'node job.js', size },
      { line: (text) => said.push(text), signal },
    )

  it('is told line by line, and its exit status, which is no line', async () => {
    await start({ prints: ['one', 'two', `${MARKER}3`], exits: { after: 100, status: 0 } })
    const { dyno, status } = await run()
    expect([status, said]).to.deep.equal([3, ['one', 'two']])
    expect(dyno).to.match(/^run\.\d+$/)
    expect(world.calls).to.deep.equal([`run node job.js ; echo "${MARKER}$?"`])
    expect(world.oneOff!.env).to.not.have.property('COLUMNS')
  })

  it('is of the size that is asked for', async () => {
    await start({ prints: [`${MARKER}0`], exits: { after: 100, status: 0 } })
    const sizes: unknown[] = []
    world.proxy.reshape<Dyno>('POST', DYNOS, (dyno) => {
      sizes.push(dyno.size)
      return dyno
    })
    await run('Standard-2X')
    await run()
    expect(sizes).to.deep.equal(['Standard-2X', 'Standard-1X'])
  })

  it('has its status from the log, if it tells none itself', async () => {
    await start({ prints: ['out'], exits: { after: 100, status: 42 } })
    expect(await run()).to.include({ status: 42 })
    expect(said).to.deep.equal(['out'])
    expect(world.calls).to.have.lengthOf(1)
  })

  it('is stopped where its connection broke, and its status is not known', async () => {
    await start({ prints: ['half'] })
    const broken = failureOf(run())
    await until('it has said something', () => said.length > 0)
    world.oneOff!.client!.resetAndDestroy()
    const error = await broken
    const { name } = world.oneOff!.place
    expect(error).to.include({
      code: 'network',
      message: `The connection to ${name} of a1 broke before the command told its exit status.`,
      next: `shipit logs --dyno ${name} --app a1`,
    })
    expect(world.calls.at(-1)).to.equal(`stop ${name}`)
  })

  it('is stopped where there is no place to listen to it', async () => {
    await start({})
    world.proxy.reshape<Dyno>('POST', DYNOS, (dyno) => ({
      ...dyno,
      attach_url: 'https://meet.example/secret',
    }))
    const error = await failureOf(run())
    const { dyno } = error.details as { dyno: string }
    expect(error).to.include({
      code: 'refused',
      message: `${dyno} of a1 cannot be listened to, and was stopped again.`,
      next: 'heroku run --app a1 -- node job.js',
    })
    expect(world.calls.at(-1)).to.equal(`stop ${dyno}`)
  })

  it('leaves no dyno behind if it is left, which may have gone by itself', async () => {
    const gone = { status: 404, json: { id: 'not_found', message: 'No such dyno.' } }
    const refused = { status: 403, json: { id: 'forbidden', message: 'Not yours.' } }
    await start({ prints: ['one'] })
    for (const [answer, words] of [
      [undefined, 'Enough.'],
      [gone, 'Enough.'],
      [refused, 'Not yours.'],
    ] as const) {
      if (answer) world.proxy.reply('POST', STOP, answer, 1)
      const leave = new AbortController()
      said = []
      const left = run(undefined, leave.signal).catch((error: unknown) => error as Error)
      await until('it has said something', () => said.length > 0)
      leave.abort(new Error('Enough.'))
      expect(((await left) as Error).message).to.include(words)
    }
    expect(world.calls.filter((call) => call.startsWith('stop run.'))).to.have.lengthOf(1)
  })

  it('is not begun after a signal', async () => {
    await start({})
    const error = await run(undefined, AbortSignal.abort(new Error('Enough.'))).catch(
      (thrown: unknown) => thrown as Error,
    )
    expect((error as Error).message).to.equal('Enough.')
    expect(world.calls).to.deep.equal([])
  })
})
