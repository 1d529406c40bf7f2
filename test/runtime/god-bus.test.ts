import { expect } from 'chai'
import { createRequire } from 'node:module'
import { GodBus } from '../../src/runtime/god-bus.js'

interface Bus {
  on(name: string, listener: (value: unknown) => void): unknown
  removeListener(name: string, listener: (value: unknown) => void): unknown
  onAny(listener: (name: string, value: unknown) => void): unknown
  emit(name: string, value: unknown): boolean
}

const { EventEmitter2 } = createRequire(createRequire(import.meta.url).resolve('pm2/package.json'))(
  'eventemitter2',
) as { EventEmitter2: new (options: object) => Bus }

/**
 * What PM2's parts do with the bus: the daemon listens to all, a reload to one for a while, and
 * apps name events of their own.
 */
function heardOn(bus: Bus): string[] {
  const heard: string[] = []
  const listener = (value: unknown) => void heard.push(`message ${String(value)}`)
  bus.emit('process:msg', 0)
  bus.on('process:msg', listener)
  bus.emit('process:msg', 1)
  bus.onAny((name, value) => void heard.push(`${name} ${String(value)}`))
  bus.emit('process:msg', 2)
  bus.emit('axm:monitor', 3)
  bus.removeListener('process:msg', listener)
  bus.emit('process:msg', 4)
  return heard
}

describe('the bus of God', () => {
  it("says what PM2's own bus says", () => {
    expect(heardOn(new GodBus() as unknown as Bus)).to.deep.equal(
      heardOn(new EventEmitter2({ wildcard: true, delimiter: ':', maxListeners: 1000 })),
    )
  })

  it('takes an event that an app calls error for one that nobody listens to', () => {
    expect(new GodBus().emit('error', { data: 1 })).to.equal(false)
  })
})
