import { expect } from 'chai'
import { EventEmitter } from 'node:events'
import type { ReadStream } from 'node:tty'
import { takeKeys } from '../../../src/operate/one-off/keys.js'
import { leaving, type Leaving } from '../../../src/operate/one-off/leaving.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('the keys of an attached run', () => {
  useVirtualClock()

  const take = () => {
    const modes: boolean[] = []
    const terminal = Object.assign(new EventEmitter(), {
      setRawMode: (isRaw: boolean) => modes.push(isRaw),
    })
    let leaves = 0
    const giveBack = takeKeys(terminal as unknown as ReadStream, () => (leaves += 1))
    const press = (...keys: number[]) => {
      terminal.emit('data', Buffer.from(keys))
      return leaves
    }
    return { modes, press, giveBack, terminal }
  }

  it('leave it at the fourth Ctrl-C within a second', async () => {
    const { press, giveBack } = take()
    expect([press(3), press(3), press(3, 4)]).to.deep.equal([0, 0, 0])
    await wait(999)
    expect(press(3)).to.equal(1)
    giveBack()

    const late = take()
    late.press(3, 3, 3)
    await wait(1000)
    expect(late.press(3)).to.equal(0)
    late.giveBack()

    const other = take()
    expect([other.press(97, 97, 97, 97), other.press(3, 97, 3, 3), other.press(3)]).to.deep.equal([
      0, 0, 1,
    ])
    other.giveBack()
  })

  it('go to the dyno until the terminal is given back, or has closed', () => {
    const exits = process.listenerCount('exit')
    const { modes, press, giveBack, terminal } = take()
    expect(modes).to.deep.equal([true])
    expect(process.listenerCount('exit')).to.equal(exits + 1)
    terminal.emit('error', new Error('EIO'))
    giveBack()
    expect(modes).to.deep.equal([true, false])
    expect(process.listenerCount('exit')).to.equal(exits)
    expect(press(3, 3, 3, 3)).to.equal(0)
  })
})

describe('the end of an attached run from this side', () => {
  let output: EventEmitter
  let leave: Leaving
  beforeEach(() => {
    output = new EventEmitter()
    leave = leaving(output as NodeJS.WriteStream)
  })
  afterEach(() => leave.release())

  const fail = (code: string) => output.emit('error', Object.assign(new Error(code), { code }))
  /** As this process gets it, for the run alone. */
  const send = (name: NodeJS.Signals) => process.listeners(name).at(-1)!(name)
  const exits = (work: () => void) => {
    const { exit } = process
    const statuses: unknown[] = []
    process.exit = ((status) => statuses.push(status)) as typeof process.exit
    try {
      work()
    } finally {
      process.exit = exit
    }
    return statuses
  }

  it('is that of the first signal', () => {
    expect([leave.signal.aborted, leave.status]).to.deep.equal([false, undefined])
    send('SIGTERM')
    expect([leave.signal.aborted, leave.status]).to.deep.equal([true, 143])
    leave.now()
    expect(leave.status).to.equal(143)
  })

  it('ends the process at the second, unless that is the end of a terminal', () => {
    expect(exits(() => send('SIGTERM'))).to.deep.equal([])
    expect(exits(() => send('SIGHUP'))).to.deep.equal([])
    expect(exits(() => send('SIGINT'))).to.deep.equal([143])
  })

  it('is as that of Ctrl-C when it is asked for', () => {
    leave.now()
    expect(leave.status).to.equal(130)
  })

  it('is no fault if the reader has gone, and a hang-up if the terminal has', () => {
    fail('EPIPE')
    expect([leave.signal.aborted, leave.status]).to.deep.equal([true, undefined])
    expect(exits(() => send('SIGTERM'))).to.deep.equal([130])
    leave.release()
    leave = leaving(output as NodeJS.WriteStream)
    fail('EIO')
    expect(leave.status).to.equal(129)
  })

  it('is not that of any other failure', () => {
    expect(() => fail('EBADF')).to.throw('EBADF')
    expect(leave.signal.aborted).to.equal(false)
  })

  it('leaves nothing behind', () => {
    leave.release()
    const before = process.listenerCount('SIGTERM')
    leaving(output as NodeJS.WriteStream).release()
    expect(process.listenerCount('SIGTERM')).to.equal(before)
    expect(output.listenerCount('error')).to.equal(0)
  })
})
