import { expect } from 'chai'
import { BootIds } from '../../../src/deploy/health/boot-ids.js'
import { Switchover } from '../../../src/deploy/health/switchover.js'
import { skipTime, useVirtualClock } from '../../support/virtual-clock.js'
import { lineOf } from '../scripted.js'

const boot = (id: string, more: Parameters<typeof lineOf>[1] = {}) =>
  lineOf(`shipit source=web.1 event=boot id=${id}`, { source: 'app', ...more })

describe('the ids of boots', () => {
  const id = 'a'.repeat(24)
  const lives = (names: string[], since = 0) =>
    new Map(names.map((name) => [name, { since, ids: new Set(['d']) }]))

  it('are read from whole lines of the runtime alone', () => {
    const known = new BootIds()
    expect(known.read(boot(id))).to.equal(true)
    expect(known.read(lineOf(`an app: ${boot(id).message}`, { source: 'app' }))).to.equal(false)
    expect(known.read(boot('a'.repeat(7)))).to.equal(false)
    expect(known.read(boot('a'.repeat(65)))).to.equal(false)
  })

  it('prove nothing while no dyno of the release is known', () => {
    const known = new BootIds()
    expect(known.knowsAll(new Map())).to.equal(false)
    expect(known.ownerOf(id, new Map())).to.equal('unknown')
    known.read(boot(id))
    expect(known.ownerOf(id, new Map())).to.equal('other')
    expect(known.ownerOf(id, lives(['web.2']))).to.equal('other')
    expect(known.knowsAll(lives(['web.1']))).to.equal(true)
    expect(known.knowsAll(lives(['web.1', 'web.2']))).to.equal(false)
  })

  it('are of the release from the moment at which its dyno was made', () => {
    const known = new BootIds()
    const timestamp = '2026-01-01T00:00:00.000Z'
    known.read(boot(id, { timestamp }))
    expect(known.ownerOf(id, lives(['web.1'], Date.parse(timestamp)))).to.equal('ours')
    expect(known.ownerOf(id, lives(['web.1'], Date.parse(timestamp) + 1))).to.equal('other')
  })
})

describe('the time of the switch of preboot', () => {
  useVirtualClock()
  const END = 'Stopping all processes with SIGTERM'

  it('is the documented one and a margin: 15 s, or half of it if that is less', () => {
    expect(new Switchover(0, 180_000, 1).left).to.equal(195_000)
    expect(new Switchover(0, 20_000, 1).left).to.equal(30_000)
  })

  it('ends it by the clock', async () => {
    const switchover = new Switchover(0, 2000, 1)
    await new Promise((resolve) => setTimeout(resolve, 2999))
    expect([switchover.isOver, switchover.by]).to.deep.equal([false, undefined])
    await new Promise((resolve) => setTimeout(resolve, 1))
    expect([switchover.isOver, switchover.by]).to.deep.equal([true, 'time'])
    switchover.prove()
    expect(switchover.by).to.equal('time')
  })

  it("is not that of the day's clock", () => {
    const switchover = new Switchover(0, 2000, 1)
    skipTime(3_600_000)
    expect(switchover.isOver).to.equal(false)
  })

  it('comes with ends of web dynos since the release, as the platform tells', () => {
    const since = Date.now()
    const isOver = (...lines: Parameters<Switchover['read']>[0][]) => {
      const switchover = new Switchover(since, 60_000, 1)
      for (const line of lines) switchover.read(line)
      return switchover.isOver
    }
    expect(isOver(lineOf(END))).to.equal(true)
    expect(isOver(lineOf(`${END} at once`))).to.equal(true)
    expect(isOver(lineOf(`I am ${END}`))).to.equal(false)
    expect(isOver(lineOf(END, { source: 'app' }))).to.equal(false)
    expect(isOver(lineOf(END, { dyno: 'worker.1' }))).to.equal(false)
    expect(isOver(lineOf(END, { timestamp: new Date(since).toISOString() }))).to.equal(true)
    expect(isOver(lineOf(END, { timestamp: new Date(since - 1).toISOString() }))).to.equal(false)
    for (const again of ['Cycling', 'Restarting']) {
      expect(isOver(lineOf(again), lineOf(END))).to.equal(false)
      expect(isOver(lineOf(again, { dyno: 'web.2' }), lineOf(END))).to.equal(true)
    }
  })

  it('is doubted if a dyno of the release was started again, unless it is known by then', () => {
    const switchover = new Switchover(0, 60_000, 2)
    switchover.read(lineOf(END))
    switchover.doubt()
    switchover.read(lineOf(END, { dyno: 'web.2' }))
    expect(switchover.isOver).to.equal(false)
    switchover.read(lineOf(END))
    switchover.doubt()
    expect(switchover.by).to.equal('end of the dynos before')
  })
})
